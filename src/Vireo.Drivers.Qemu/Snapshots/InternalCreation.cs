using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Makes a planned internal snapshot: by one job of the hypervisor with the guest's memory, or in the images of a domain that is shut off. All disks have it
/// afterwards, or none.
/// </summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="journals">Directory of the journals.</param>
/// <param name="report">Told of what went wrong without stopping the operation.</param>
internal sealed class InternalCreation(ISnapshotDomain domain, string journals, Action<string, Exception> report)
{
    /// <summary>Makes the snapshot.</summary>
    /// <exception cref="VireoException">Why there is none; nothing has changed then.</exception>
    public async ValueTask<QemuSnapshot> RunAsync(CreatePlan plan, DomainSnapshotCreateFlags flags, CancellationToken cancellationToken)
    {
        FaultPoint.Hit(FaultPoints.CreatePlanned);
        var resume = domain.State == DomainState.Running;
        var halt = domain.Live is not null && flags.HasFlag(DomainSnapshotCreateFlags.Halt);
        (var journal, plan) = await UndoStack.RunAsync(
            undo => MakeAsync(plan, resume, halt, undo, cancellationToken),
            failure => report(failure.What, failure.Error)).ConfigureAwait(false);
        try
        {
            FaultPoint.Hit(FaultPoints.CreateCommitted);
            if (journal.Record.Plan.Job is { } job)
            {
                await StateJob.DismissAsync(domain, job).ConfigureAwait(false);
            }

            await Task.Run(() => JournalActions.Finish(journal.Record), CancellationToken.None).ConfigureAwait(false);
            FaultPoint.Hit(FaultPoints.CreateDocumentsWritten);
            journal.Close();
        }
        finally
        {
            journal.Dispose();
            if (halt)
            {
                await domain.StopAsync(DomainShutoffReason.FromSnapshot, CancellationToken.None).ConfigureAwait(false);
            }
            else if (resume)
            {
                await domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None).ConfigureAwait(false);
            }
        }

        return plan.Snapshot;
    }

    private async ValueTask<(OperationJournal Journal, CreatePlan Plan)> MakeAsync(CreatePlan plan, bool resume, bool halt, UndoStack undo, CancellationToken cancellationToken)
    {
        var journal = await Task.Run(() => OperationJournal.Begin(journals, plan.Id, JournalPlanOf(plan, resume, halt), durable: false), cancellationToken).ConfigureAwait(false);
        undo.Push("remove what was made", () => TakeBackAsync(plan, journal));
        FaultPoint.Hit(FaultPoints.CreateJournalled);
        await Task.Run(() => JournalActions.Stage(journal.Record), cancellationToken).ConfigureAwait(false);
        if (resume)
        {
            undo.Push("let the guest run again", () => domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None));
            await domain.PauseAsync(DomainPausedReason.Save, cancellationToken).ConfigureAwait(false);
        }

        var settled = domain.Live is null ? plan : await Task.Run(() => PlatformRecapture.Run(domain, plan, journal), cancellationToken).ConfigureAwait(false);
        await new InternalTaking(domain).TakeAsync(plan.Tags, plan.Id, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        journal.Commit();
        return (journal, settled);
    }

    private async ValueTask TakeBackAsync(CreatePlan plan, OperationJournal journal)
    {
        await new InternalTaking(domain).TakeBackAsync(plan.Tags, plan.Id, CancellationToken.None).ConfigureAwait(false);
        if (domain.Live is null)
        {
            await JournalTags.RepairAsync(journal.Record).ConfigureAwait(false);
        }

        JournalActions.Undo(journal.Record);
        journal.Close();
    }

    private JournalPlan JournalPlanOf(CreatePlan plan, bool resume, bool halt) => new()
    {
        Operation = JournalOperation.SnapshotCreate,
        Domain = domain.Uuid,
        DomainName = domain.Name,
        Snapshot = plan.Snapshot.Name,
        Live = domain.Live is not null,
        OldProcess = halt ? domain.Process : null,
        Resume = resume && !halt,
        Pauses = resume,
        Tags = plan.Tags,
        Job = domain.Live is null ? null : plan.Id,
        Documents = plan.Documents,
    };
}
