using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Makes a domain with its snapshots out of an archive. Whatever cuts it short before all files are there leaves neither a file nor a domain; afterwards it is finished.</summary>
/// <param name="archive">The archive.</param>
/// <param name="plan">The plan; its domain is known to others, and this its turn.</param>
internal sealed class SnapshotImport(ArchiveReader archive, ImportPlan plan)
{
    private readonly QemuHypervisor _hypervisor = plan.Domain.Hypervisor;

    /// <summary>Makes it.</summary>
    /// <exception cref="VireoException">Why there is none; or, told by its message, that it is there when the daemon has been restarted.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        var journal = await UndoStack.RunAsync(
            undo => PrepareAsync(undo, cancellationToken),
            failure => _hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);

        // From here on it is finished, not undone: the documents are written beside their places already.
        plan.Domain.Update(v => v with { Persistent = plan.Definition, Started = null });
        plan.Domain.Lifecycle(DomainEventType.Defined, (int)DomainEventDefinedDetailType.Added);
        await Task.Run(() => JournalFiles.Finish(journal, FaultPoints.ImportCommitted, FaultPoints.ImportDocumentsWritten, plan.Definition.Name!), CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<OperationJournal> PrepareAsync(UndoStack undo, CancellationToken cancellationToken)
    {
        undo.Push("forget the new domain", () => _hypervisor.Forget(plan.Domain));
        FaultPoint.Hit(FaultPoints.ImportPlanned);
        var journal = await Task.Run(() => OperationJournal.Begin(_hypervisor.Paths.QemuJournal, plan.Id, JournalPlanOf()), cancellationToken).ConfigureAwait(false);
        undo.Push("remove what was made", () =>
        {
            JournalActions.Undo(journal.Record);
            journal.Close();
        });
        FaultPoint.Hit(FaultPoints.ImportJournalled);
        await MakeFilesAsync(journal, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => JournalActions.Stage(journal.Record), cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.ImportFilesMade);
        cancellationToken.ThrowIfCancellationRequested();
        journal.Commit();
        return journal;
    }

    private async ValueTask MakeFilesAsync(OperationJournal journal, CancellationToken cancellationToken)
    {
        var (total, done) = (archive.FileBytes, 0L);
        void Written(long bytes) => plan.Domain.Progressed(new JobProgress { Disk = (total, done += bytes) });
        Written(0);
        foreach (var (index, file) in plan.Files.Index())
        {
            await JournalFiles.FillAsync(
                journal,
                index,
                async temporary =>
                {
                    await Task.Run(() => Extract(file.Entry, temporary, Written, cancellationToken), cancellationToken).ConfigureAwait(false);
                    if (file.Entry.Kind == SnapshotArchiveKind.Image)
                    {
                        await StandAsync(file, temporary, cancellationToken).ConfigureAwait(false);
                    }
                },
                FaultPoints.ImportFileWritten,
                FaultPoints.ImportFileNamed).ConfigureAwait(false);
        }
    }

    private void Extract(SnapshotArchiveEntry entry, string path, Action<long> written, CancellationToken cancellationToken)
    {
        using var to = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        archive.Extract(entry, to, path, written, cancellationToken);
    }

    /// <summary>Has an image name the one that it stands on by its new path. What an image names besides what the archive has would be read, so it names nothing else.</summary>
    private async Task StandAsync(ImportedFile image, string path, CancellationToken cancellationToken)
    {
        var header = await Task.Run(() => ImageProbe.Read(path, image.Format).Qcow2, cancellationToken).ConfigureAwait(false);
        var named = header?.BackingFile;
        if (header is { HasDataFile: true } || (image.Base is not null && named is null) || (image.Base is null && named is not null && !IsRemote(named)))
        {
            throw archive.Bad($"image '{image.Entry.Paths[0]}' stands on something else than its manifest tells, or has its data in another file");
        }

        if (image.Base is { } below && !(Means(named!, image.Place.Path, below.Place.Path) && header!.BackingFormat is { } format && ImageFormats.FromName(format) == below.Format))
        {
            await ImageTool.RenameBackingAsync(path, image.Format, below.Layer, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsRemote(string name) => !name.StartsWith("json:", StringComparison.Ordinal) && BackingName.Resolve(name, new FileLocation("/"), out _) is NetworkLocation;

    /// <summary>Whether a name in an image is the path of another, relative to its own or absolute. Whatever says more than a path does not count.</summary>
    private static bool Means(string name, string image, string below) =>
        !name.Contains(':', StringComparison.Ordinal) && Path.GetFullPath(name, Path.GetDirectoryName(image)!) == below;

    private JournalPlan JournalPlanOf() => new()
    {
        Operation = JournalOperation.SnapshotImport,
        Domain = plan.Definition.Uuid!.Value,
        DomainName = plan.Definition.Name!,
        Snapshot = archive.Path,
        Create = [.. plan.Files.Select(f => f.Place)],
        Documents = plan.Documents,
    };
}
