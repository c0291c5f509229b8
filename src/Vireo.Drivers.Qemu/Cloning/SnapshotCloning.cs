using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Cloning;

/// <summary>Makes a new domain out of a snapshot. Whatever cuts it short before all files are there leaves neither a file nor a domain; afterwards it is finished.</summary>
/// <param name="domain">The domain that has the snapshot, within its modifying job.</param>
internal sealed class SnapshotCloning(QemuDomain domain)
{
    private readonly QemuHypervisor _hypervisor = domain.Hypervisor;

    /// <summary>Makes it.</summary>
    /// <returns>The new domain, shut off.</returns>
    /// <exception cref="VireoException">Why there is none; or, told by its message, that it is there when the daemon has been restarted.</exception>
    public async ValueTask<QemuDomain> RunAsync(string snapshot, CloneRequest request, CancellationToken cancellationToken)
    {
        var planner = new ClonePlanner(new QemuSnapshotDomain(domain), _hypervisor);
        var plan = await planner.PlanAsync(domain.Snapshots.Find(snapshot), request, cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.ClonePlanned);
        var (clone, turn, journal) = await UndoStack.RunAsync(
            undo => PrepareAsync(snapshot, plan, undo, cancellationToken),
            failure => _hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);
        using (turn)
        {
            // From here on it is finished, not undone: the definition is written beside its place already.
            clone.Update(v => v with { Persistent = plan.Definition, Started = null });
            clone.Lifecycle(DomainEventType.Defined, (int)DomainEventDefinedDetailType.Added);
            await Task.Run(() => JournalFiles.Finish(journal, FaultPoints.CloneCommitted, FaultPoints.CloneDocumentsWritten, plan.Definition.Name!), CancellationToken.None).ConfigureAwait(false);
        }

        return clone;
    }

    private async ValueTask<(QemuDomain Clone, DomainJobQueue.DomainJob Turn, OperationJournal Journal)> PrepareAsync(
        string snapshot, ClonePlan plan, UndoStack undo, CancellationToken cancellationToken)
    {
        var journal = await Task.Run(() => OperationJournal.Begin(_hypervisor.Paths.QemuJournal, plan.Id, JournalPlanOf(snapshot, plan)), cancellationToken).ConfigureAwait(false);
        undo.Push("remove what was made", () =>
        {
            JournalActions.Undo(journal.Record);
            journal.Close();
        });
        FaultPoint.Hit(FaultPoints.CloneJournalled);
        if (plan.Linked)
        {
            await Task.Run(() => Link(plan, journal), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await CopyAsync(plan, journal, cancellationToken).ConfigureAwait(false);
        }

        await Task.Run(() => MakeState(plan, journal), cancellationToken).ConfigureAwait(false);
        await Task.Run(() => JournalActions.Stage(journal.Record), cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.CloneFilesMade);
        cancellationToken.ThrowIfCancellationRequested();
        var (clone, turn) = await AddAsync(plan, undo).ConfigureAwait(false);
        journal.Commit();
        return (clone, turn, journal);
    }

    /// <summary>Adds the domain to the others. Its first turn is taken, so that nobody does anything with it before it is complete.</summary>
    private async ValueTask<(QemuDomain Clone, DomainJobQueue.DomainJob Turn)> AddAsync(ClonePlan plan, UndoStack undo)
    {
        var config = plan.Definition;
        var made = new QemuDomain(_hypervisor, new DomainView { Name = config.Name!, Uuid = config.Uuid!.Value, Started = config });
        var turn = await made.EnterAsync("vireoDomainSnapshotClone", CancellationToken.None).ConfigureAwait(false);
        undo.Push("let go of the new domain", turn.Dispose);
        var (clone, _) = _hypervisor.Domains.GetOrAdd(config.Uuid.Value, config.Name!, () => made);
        undo.Push("forget the new domain", () => _hypervisor.Forget(clone));
        return (clone, turn);
    }

    private static void Link(ClonePlan plan, OperationJournal journal)
    {
        var overlays = plan.Disks.Zip(plan.Files, (disk, file) => new OverlayFile(
            file.Path, file.TemporaryPath, new Qcow2Overlay(disk.Size, disk.Source.Top.Location.LocalPath, disk.Source.Top.Format))).ToList();
        new OverlayBatch(journal, overlays, owner: null).Make(FaultPoints.CloneImageWritten, FaultPoints.CloneImageNamed);
    }

    private async ValueTask CopyAsync(ClonePlan plan, OperationJournal journal, CancellationToken cancellationToken)
    {
        var (total, done) = (plan.Disks.Sum(d => d.Size), 0L);
        for (var i = 0; i < plan.Disks.Count; i++)
        {
            var (disk, before) = (plan.Disks[i], done);
            void Progress(double share) => domain.Progressed(new JobProgress { Disk = (total, before + (long)(disk.Size * Math.Clamp(share, 0, 1))) });
            Progress(0);
            await FillAsync(journal, i, temporary => ImageTool.CopyAsync(disk.Source, disk.Within, temporary, disk.Format, Progress, cancellationToken)).ConfigureAwait(false);
            done += disk.Size;
        }
    }

    private static void MakeState(ClonePlan plan, OperationJournal journal)
    {
        for (var i = 0; i < plan.Platform.Count; i++)
        {
            JournalFiles.Make(journal, plan.Disks.Count + i, plan.Platform[i].Content.Make, FaultPoints.CloneImageWritten, FaultPoints.CloneImageNamed);
        }
    }

    private static ValueTask FillAsync(OperationJournal journal, int index, Func<string, Task> fill) =>
        JournalFiles.FillAsync(journal, index, fill, FaultPoints.CloneImageWritten, FaultPoints.CloneImageNamed);

    private JournalPlan JournalPlanOf(string snapshot, ClonePlan plan) => new()
    {
        Operation = JournalOperation.SnapshotClone,
        Domain = domain.View.Uuid,
        DomainName = domain.View.Name,
        Snapshot = snapshot,
        Create = plan.Files,
        Documents = [plan.Document],
    };
}
