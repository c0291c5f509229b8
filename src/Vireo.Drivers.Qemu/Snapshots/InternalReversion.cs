using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Carries out a planned revert to an internal snapshot. A guest that runs is brought back within its own process; else the images are, and then, when the domain is
/// to run, a process is started on them.
/// </summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="journals">Directory of the journals.</param>
/// <param name="report">Told of what went wrong without stopping the operation.</param>
internal sealed class InternalReversion(ISnapshotDomain domain, string journals, Action<string, Exception> report)
{
    /// <summary>Brings the domain back.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="reverted">Called with the snapshot of the present state, if any, when images and documents are those of the snapshot.</param>
    /// <param name="cancellationToken">Gives up while nothing has changed.</param>
    /// <exception cref="VireoException">
    /// Why it was not. Before the images are touched nothing has changed then; a process that cannot be started on them leaves the domain shut off at the snapshot.
    /// </exception>
    public async ValueTask RunAsync(RevertPlan plan, Action<CreatePlan?> reverted, CancellationToken cancellationToken)
    {
        FaultPoint.Hit(FaultPoints.RevertPlanned);
        var inPlace = plan.Internal!.InPlace;
        var running = domain.State == DomainState.Running;
        (var journal, plan) = await UndoStack.RunAsync(
            undo => PrepareAsync(plan, running, undo, cancellationToken),
            failure => report(failure.What, failure.Error)).ConfigureAwait(false);
        try
        {
            if (inPlace)
            {
                await LoadAsync(plan, running, journal).ConfigureAwait(false);
            }
            else
            {
                await ApplyAsync(journal).ConfigureAwait(false);
            }

            await domain.PlaceAsync(() =>
            {
                JournalActions.WriteDocuments(journal.Record);
                FaultPoint.Hit(FaultPoints.RevertDocumentsWritten);
            }).ConfigureAwait(false);
            domain.Adopt(inPlace ? domain.Live : null, plan.Persistent, inPlace ? domain.Disks : null);
            reverted(plan.Kept);
            await Task.Run(() => JournalActions.Retire(journal.Record, () => FaultPoint.Hit(FaultPoints.RevertFileRetired)), CancellationToken.None).ConfigureAwait(false);
            journal.Close();
        }
        finally
        {
            journal.Dispose();
        }

        if (!plan.Internal!.Memory)
        {
            await TidyAsync(plan).ConfigureAwait(false);
        }

        if (plan.Start is not null)
        {
            await StartAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Target == RevertTarget.Running)
        {
            await domain.ResumeAsync(plan.Internal.Memory ? DomainRunningReason.FromSnapshot : DomainRunningReason.Booted, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask<(OperationJournal Journal, RevertPlan Plan)> PrepareAsync(RevertPlan plan, bool running, UndoStack undo, CancellationToken cancellationToken)
    {
        var journal = await Task.Run(() => OperationJournal.Begin(journals, plan.Id, JournalPlanOf(plan, running)), cancellationToken).ConfigureAwait(false);
        undo.Push("forget the plan", async () =>
        {
            await ForgetKeptAsync(plan).ConfigureAwait(false);
            JournalActions.Undo(journal.Record);
            journal.Close();
        });
        FaultPoint.Hit(FaultPoints.RevertJournalled);
        await new ImageCopies(domain, plan.Internal!.Copies).MakeAsync(journal, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => SnapshotReversion.MakeState(plan), cancellationToken).ConfigureAwait(false);
        await Task.Run(() => JournalActions.Stage(journal.Record), cancellationToken).ConfigureAwait(false);
        if ((plan.Internal!.InPlace || plan.Kept is not null) && running)
        {
            undo.Push("let the guest run again", () => domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None));
            await domain.PauseAsync(DomainPausedReason.FromSnapshot, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Kept is { } present)
        {
            plan = domain.Live is null ? plan : plan with { Kept = await Task.Run(() => PlatformRecapture.Run(domain, present, journal), cancellationToken).ConfigureAwait(false) };
            await KeepAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.RevertVerified);
        cancellationToken.ThrowIfCancellationRequested();
        if (plan.Internal!.InPlace)
        {
            journal.Loading();
        }
        else
        {
            journal.Commit();
        }

        return (journal, plan);
    }

    private async ValueTask KeepAsync(RevertPlan plan, CancellationToken cancellationToken)
    {
        await new InternalTaking(domain).TakeAsync(plan.Kept!.Tags, plan.Kept.Id, cancellationToken).ConfigureAwait(false);
        if (domain.Live is not null)
        {
            await StateJob.DismissAsync(domain, plan.Kept.Id).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.RevertPresentKept);
    }

    private async ValueTask ForgetKeptAsync(RevertPlan plan)
    {
        if (plan.Kept is not null)
        {
            await new InternalTaking(domain).TakeBackAsync(plan.Kept.Tags, plan.Kept.Id, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Within the process. Only the hypervisor knows whether it is done, until the journal says so too.</summary>
    private async ValueTask LoadAsync(RevertPlan plan, bool running, OperationJournal journal)
    {
        FaultPoint.Hit(FaultPoints.RevertLoading);
        try
        {
            await domain.RunJobAsync(JobOf(plan)).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            if (!await AnswersAsync().ConfigureAwait(false))
            {
                // It may have brought back some images and not the others: the next daemon does the rest, which it can when the process is gone.
                throw VireoException.OperationFailed(
                    ErrorDomain.Qemu,
                    $"the hypervisor of domain '{domain.Name}' was lost while it went back to snapshot '{plan.Snapshot.Name}': {e.Message}. Restart the daemon to have the images brought back",
                    e);
            }

            // How much of the state is the old one is not known: to run it could spoil the disks, unless it was kept.
            if (plan.Kept is not null)
            {
                await GoBackAsync(plan, running).ConfigureAwait(false);
            }

            JournalActions.Undo(journal.Record);
            journal.Close();
            var left = plan.Kept is null ? "is left paused" : "goes on as before";
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"domain '{domain.Name}' could not be reverted to snapshot '{plan.Snapshot.Name}' and {left}: {e.Message}", e);
        }

        FaultPoint.Hit(FaultPoints.RevertStateLoaded);
        JournalActions.DropReplacements(journal.Record);
        journal.Commit();
        FaultPoint.Hit(FaultPoints.RevertCommitted);
        await StateJob.DismissAsync(domain, plan.Id).ConfigureAwait(false);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await domain.ExecuteAsync("query-status", null, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (VireoException)
        {
            return false;
        }
    }

    private async ValueTask GoBackAsync(RevertPlan plan, bool running)
    {
        var back = plan.Kept!.Id + "-back";
        await domain.RunJobAsync(JobOf(plan) with { Id = back, Tag = plan.Kept.Snapshot.Name, Memory = plan.Kept.Tags[0].Target, Targets = [.. plan.Kept.Tags.Select(t => t.Target)] }).ConfigureAwait(false);
        await StateJob.DismissAsync(domain, back).ConfigureAwait(false);
        await ForgetKeptAsync(plan).ConfigureAwait(false);
        if (running)
        {
            await domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask ApplyAsync(OperationJournal journal)
    {
        FaultPoint.Hit(FaultPoints.RevertCommitted);
        if (domain.Live is not null)
        {
            await domain.StopAsync(DomainShutoffReason.FromSnapshot, CancellationToken.None).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.RevertOldStopped);
        await JournalTags.FinishAsync(journal.Record, () => FaultPoint.Hit(FaultPoints.RevertTagApplied)).ConfigureAwait(false);
    }

    private async ValueTask StartAsync(RevertPlan plan, CancellationToken cancellationToken)
    {
        await using var process = await domain.StartReplacementAsync(plan.Start!, null, cancellationToken).ConfigureAwait(false);
        if (plan.Internal!.Memory)
        {
            await process.RunJobAsync(JobOf(plan)).ConfigureAwait(false);
        }

        await process.TakeOverAsync(plan.Persistent, CancellationToken.None).ConfigureAwait(false);
        if (plan.Internal.Memory)
        {
            await StateJob.DismissAsync(domain, plan.Id).ConfigureAwait(false);
            await TidyAsync(plan).ConfigureAwait(false);
        }
    }

    private async ValueTask TidyAsync(RevertPlan plan)
    {
        try
        {
            await new ImageCopies(domain, plan.Internal!.Copies).TidyAsync(plan.Internal.MemoryDisk, plan.Id).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            report($"remove the snapshot '{plan.Snapshot.Name}' from copies of its images", e);
        }
    }

    private static StateJob JobOf(RevertPlan plan) =>
        new(StateJobKind.Load, plan.Id, plan.Snapshot.Name, plan.Internal!.MemoryDisk, [.. plan.Internal.Images.Select(i => i.Target)]);

    private JournalPlan JournalPlanOf(RevertPlan plan, bool running)
    {
        var inPlace = plan.Internal!.InPlace;
        return new JournalPlan
        {
            Operation = JournalOperation.SnapshotRevert,
            Domain = domain.Uuid,
            DomainName = domain.Name,
            Snapshot = plan.Snapshot.Name,
            Live = inPlace,
            Pauses = running && (inPlace || plan.Kept is not null),
            Keep = plan.Kept?.Tags ?? [],
            KeepJob = domain.Live is null ? null : plan.Kept?.Id,
            OldProcess = inPlace ? null : domain.Process,
            Resume = inPlace && running && plan.Target == RevertTarget.Running,
            Create = [.. plan.Internal.Copies.Select(c => c.File)],
            Replace = [.. plan.Platform.Select(s => s.File)],
            Tags = plan.Internal.Images,
            Job = inPlace ? plan.Id : null,
            Retire = plan.Retire,
            Documents = [.. inPlace ? domain.DocumentChanges(domain.Live, plan.Persistent, domain.Disks) : domain.DocumentChanges(null, plan.Persistent, null), .. plan.Metadata],
        };
    }
}
