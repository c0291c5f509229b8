using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Writes a domain with its snapshots into an archive. Whatever cuts it short leaves no file.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
internal sealed class SnapshotExport(QemuDomain domain)
{
    private readonly QemuHypervisor _hypervisor = domain.Hypervisor;

    /// <summary>Writes it.</summary>
    /// <param name="path">The new file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">Why there is none.</exception>
    public async ValueTask RunAsync(string path, CancellationToken cancellationToken)
    {
        JournalRecovery.RefuseUnfinished(_hypervisor.Paths.QemuJournal, domain.View.Uuid);
        CheckPlace(path);
        var plan = await Task.Run(() => new ExportPlanner(domain).Plan(), cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.ExportPlanned);
        await UndoStack.RunAsync(
            async undo =>
            {
                await WriteAsync(plan, path, undo, cancellationToken).ConfigureAwait(false);
                return true;
            },
            failure => _hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);
    }

    private static void CheckPlace(string path)
    {
        SnapshotNames.CheckFile(path);
        if (!path.StartsWith('/'))
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"archive '{path}' must be an absolute path");
        }

        if (FileStatus.TryOf(path) is not null)
        {
            throw FileSystemCalls.Failure(FileSystemCalls.Exists, $"cannot create archive '{path}'");
        }
    }

    private async ValueTask WriteAsync(ExportPlan plan, string path, UndoStack undo, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N")[..12];
        var journal = await Task.Run(() => OperationJournal.Begin(_hypervisor.Paths.QemuJournal, id, JournalPlanOf(id, path)), cancellationToken).ConfigureAwait(false);
        undo.Push("remove the archive", () =>
        {
            JournalActions.Undo(journal.Record);
            journal.Close();
        });
        await JournalFiles.FillAsync(
            journal, 0, temporary => Task.Run(() => Write(plan, temporary, cancellationToken), cancellationToken), FaultPoints.ExportWritten, FaultPoints.ExportNamed).ConfigureAwait(false);
        await Task.Run(journal.Close, CancellationToken.None).ConfigureAwait(false);
    }

    private void Write(ExportPlan plan, string path, CancellationToken cancellationToken)
    {
        var still = new StillFiles(plan.Files.Select(f => f.Path));
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var archive = new ArchiveWriter(file, path);
        archive.Add(SnapshotArchiveKind.Domain, 1, DomainFiles.DefinitionText(plan.Definition));
        foreach (var (i, snapshot) in plan.Snapshots.All.Index())
        {
            archive.Add(SnapshotArchiveKind.Snapshot, i + 1, snapshot.ToXml());
        }

        foreach (var (i, checkpoint) in plan.Checkpoints.All.Index())
        {
            archive.Add(SnapshotArchiveKind.Checkpoint, i + 1, checkpoint.ToXml());
        }

        AddFiles(plan.Files, archive, cancellationToken);
        still.RequireUnchanged();
        archive.Complete(plan.Snapshots.CurrentName, plan.Checkpoints.CurrentName);
    }

    private void AddFiles(IReadOnlyList<ExportedFile> files, ArchiveWriter archive, CancellationToken cancellationToken)
    {
        var names = files.Index().ToDictionary(f => f.Item, f => ArchiveForm.Name(f.Item.Kind, f.Index + 1));
        var (total, done) = (files.Sum(f => FileStatus.TryOf(f.Path)?.Allocated ?? 0), 0L);
        void Read(int bytes)
        {
            done += bytes;
            domain.Progressed(new JobProgress { Disk = (total, Math.Min(done, total)) });
        }

        foreach (var file in files)
        {
            var entry = new SnapshotArchiveEntry
            {
                Name = names[file],
                Kind = file.Kind,
                Format = file.Format?.Name(),
                Base = file.Base is { } below ? names[below] : null,
                Paths = [.. file.Paths],
            };
            using var content = new StoredFile(file.Path, Read, cancellationToken);
            archive.Add(entry, content);
        }
    }

    private JournalPlan JournalPlanOf(string id, string path) => new()
    {
        Operation = JournalOperation.SnapshotExport,
        Domain = domain.View.Uuid,
        DomainName = domain.View.Name,
        Snapshot = path,
        Create = [new PlannedFile(path, OverlayFile.TemporaryName(path, id))],
    };
}
