using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Carries out a planned snapshot: new files, journal, swap, documents, run. Before the swap an error leaves everything as it was.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="journals">Directory of the journals.</param>
/// <param name="report">Told of what went wrong without stopping the operation.</param>
internal sealed class SnapshotCreation(ISnapshotDomain domain, string journals, Action<string, Exception> report)
{
    private Task _texts = Task.CompletedTask;

    /// <summary>Makes the snapshot.</summary>
    /// <returns>The snapshot, and what the caller has to be told although it is made: the guest is still frozen. Null when all is well.</returns>
    /// <exception cref="VireoException">Why there is none; nothing has changed then.</exception>
    public async ValueTask<(QemuSnapshot Snapshot, VireoException? Frozen)> RunAsync(CreatePlan plan, DomainSnapshotCreateFlags flags, CancellationToken cancellationToken)
    {
        FaultPoint.Hit(FaultPoints.CreatePlanned);
        var wasRunning = domain.State == DomainState.Running;
        (var journal, plan) = await UndoStack.RunAsync(
            undo => PrepareAndSwapAsync(plan, flags, wasRunning, undo, cancellationToken),
            failure => report(failure.What, failure.Error)).ConfigureAwait(false);
        return (plan.Snapshot, await FinishAsync(plan, flags, wasRunning, journal).ConfigureAwait(false));
    }

    private async ValueTask<(OperationJournal Journal, CreatePlan Plan)> PrepareAndSwapAsync(
        CreatePlan plan,
        DomainSnapshotCreateFlags flags,
        bool wasRunning,
        UndoStack undo,
        CancellationToken cancellationToken)
    {
        using var swap = new LiveSwap(domain, plan.Overlays);
        if (domain.Live is not null && plan.Memory is null)
        {
            swap.Announce();
        }

        var journal = await Task.Run(() => MakeFiles(plan, JournalPlanOf(plan, flags, wasRunning), undo), cancellationToken).ConfigureAwait(false);
        var synced = Task.Run(() => JournalActions.SyncMade(journal.Record), CancellationToken.None);
        var staged = Task.Run(() => JournalActions.StageTexts(journal.Record), CancellationToken.None);
        try
        {
            if (domain.Live is not null && plan.Memory is null)
            {
                // The hypervisor opens them while the disk is waited for.
                await swap.AddNodesAsync(undo, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(synced, staged).ConfigureAwait(false);
        }

        if (domain.Live is null)
        {
            SyncTexts(journal);
            journal.Commit();
            return (journal, plan);
        }

        return (journal, await LiveAsync(plan, swap, flags, wasRunning, journal, undo, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<CreatePlan> LiveAsync(
        CreatePlan plan,
        LiveSwap swap,
        DomainSnapshotCreateFlags flags,
        bool wasRunning,
        OperationJournal journal,
        UndoStack undo,
        CancellationToken cancellationToken)
    {
        if (plan.Memory is { } memory)
        {
            if (wasRunning)
            {
                undo.Push("let the guest run again", () => domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None));
                if (!flags.HasFlag(DomainSnapshotCreateFlags.Live))
                {
                    await domain.PauseAsync(DomainPausedReason.Snapshot, cancellationToken).ConfigureAwait(false);
                }
            }

            await new MemorySaving(domain).RunAsync(memory, wasRunning, journal, cancellationToken).ConfigureAwait(false);
            FaultPoint.Hit(FaultPoints.CreateMemorySaved);
            await swap.AddNodesAsync(undo, cancellationToken).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.CreateNodesAdded);
        if (flags.HasFlag(DomainSnapshotCreateFlags.Quiesce))
        {
            // As late as can be: the guest's programs wait for the disk from here on.
            journal.Freezing();
            await domain.FreezeAsync(cancellationToken).ConfigureAwait(false);
            undo.Push("thaw the guest's file systems", () => domain.ThawAsync(CancellationToken.None));
            FaultPoint.Hit(FaultPoints.CreateFrozen);
        }

        if ((plan.LeavesPaused || plan.StandsStill) && domain.State == DomainState.Running)
        {
            undo.Push("let the guest run again", () => domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None));
            await domain.PauseAsync(DomainPausedReason.Snapshot, cancellationToken).ConfigureAwait(false);
        }

        if (domain.State != DomainState.Running)
        {
            plan = await Task.Run(() => PlatformRecapture.Run(domain, plan, journal), cancellationToken).ConfigureAwait(false);
        }

        SyncTexts(journal);
        if (plan.Overlays.Count > 0)
        {
            await swap.SwapAsync(cancellationToken).ConfigureAwait(false);
        }

        return plan;
    }

    // The journal, which is on the disk, has the texts too: the swap need not wait for them.
    private void SyncTexts(OperationJournal journal) => _texts = Task.Run(() => JournalActions.SyncTexts(journal.Record));

    private async ValueTask TextsSyncedAsync(OperationJournal journal)
    {
        try
        {
            await _texts.ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            report($"put the staged documents of snapshot '{journal.Record.Plan.Snapshot}' on the disk; they are written anew", e);
            JournalActions.DropStaged(journal.Record);
        }
    }

    private OperationJournal MakeFiles(CreatePlan plan, JournalPlan journalled, UndoStack undo)
    {
        var journal = OperationJournal.Begin(journals, plan.Id, journalled, durable: false);
        undo.Push("remove what was made", () => TakeBackAsync(journal));
        FaultPoint.Hit(FaultPoints.CreateJournalled);
        var overlays = plan.Overlays.Where(o => o.File is not null).Select(o => o.File!).ToList();
        if (overlays.Count > 0)
        {
            new OverlayBatch(journal, overlays, domain.ImageOwner).Make(FaultPoints.CreateOverlayWritten, FaultPoints.CreateOverlayNamed);
        }

        foreach (var overlay in plan.Overlays.Where(o => o.OnDevice is not null))
        {
            WriteOnDevice(overlay.Layer.Location.LocalPath!, overlay.OnDevice!);
            FaultPoint.Hit(FaultPoints.CreateOverlayWritten);
        }

        FaultPoint.Hit(FaultPoints.CreateOverlaysMade);
        return journal;
    }

    private static void WriteOnDevice(string path, Qcow2Overlay overlay)
    {
        try
        {
            using var device = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            overlay.WriteTo(device, path, onDevice: true);
            FileSystemCalls.SyncFile(device, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"cannot write overlay '{path}': {e.Message}", e);
        }
    }

    /// <summary>The guest already writes to the overlays: what is left goes forward, whatever happens, and at the next start if not now.</summary>
    private async ValueTask<VireoException?> FinishAsync(CreatePlan plan, DomainSnapshotCreateFlags flags, bool wasRunning, OperationJournal journal)
    {
        domain.Adopt(plan.Live, plan.Persistent, plan.Disks);
        Exception? unfinished = null;
        VireoException? frozen = null;
        try
        {
            try
            {
                FaultPoint.Hit(FaultPoints.CreateSwapped);
            }
            finally
            {
                // Only a guest that runs can thaw.
                await RunAgainAsync(flags: 0, plan is { StandsStill: true, LeavesPaused: false }).ConfigureAwait(false);

                // Before the journal says that only documents are left to do: it is what has a daemon that comes after a crash thaw the guest.
                frozen = flags.HasFlag(DomainSnapshotCreateFlags.Quiesce) ? await ThawAsync(plan).ConfigureAwait(false) : null;
            }

            await TextsSyncedAsync(journal).ConfigureAwait(false);
            await domain.PlaceAsync(() => WriteDocuments(journal)).ConfigureAwait(false);
            journal.Close();
        }
        catch (VireoException e)
        {
            journal.Dispose();
            domain.SaveStatusSoon();
            unfinished = e;
        }

        await RunAgainAsync(flags, wasRunning && plan is { Memory: not null, LeavesPaused: false }).ConfigureAwait(false);
        if (unfinished is not null)
        {
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu,
                $"the disks of domain '{domain.Name}' are switched to the overlays of snapshot '{plan.Snapshot.Name}', but its metadata could not be written: {unfinished.Message}. Restart the daemon to have it written",
                unfinished);
        }

        return frozen;
    }

    private async ValueTask<VireoException?> ThawAsync(CreatePlan plan)
    {
        try
        {
            await domain.ThawAsync(CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (VireoException e)
        {
            report($"thaw the file systems of domain '{domain.Name}'", e);
            return new VireoException(
                e.Code,
                ErrorDomain.Qemu,
                $"snapshot '{plan.Snapshot.Name}' of domain '{domain.Name}' is made, but the guest's file systems could not be thawed ({e.Message}). They are thawed when the agent comes back; domfsthaw tries at once",
                e);
        }
    }

    private static void WriteDocuments(OperationJournal journal)
    {
        if (journal.Record.Phase != JournalPhase.Committed)
        {
            journal.Commit();
        }

        FaultPoint.Hit(FaultPoints.CreateCommitted);
        JournalActions.Finish(journal.Record);
        FaultPoint.Hit(FaultPoints.CreateDocumentsWritten);
    }

    private async ValueTask RunAgainAsync(DomainSnapshotCreateFlags flags, bool resume)
    {
        if (domain.Live is null)
        {
            return;
        }

        if (flags.HasFlag(DomainSnapshotCreateFlags.Halt))
        {
            await domain.StopAsync(DomainShutoffReason.FromSnapshot, CancellationToken.None).ConfigureAwait(false);
        }
        else if (resume)
        {
            await domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask TakeBackAsync(OperationJournal journal)
    {
        await _texts.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        JournalActions.Undo(journal.Record);
        journal.Close();
    }

    private JournalPlan JournalPlanOf(CreatePlan plan, DomainSnapshotCreateFlags flags, bool wasRunning)
    {
        var files = plan.Overlays.Where(o => o.File is not null)
            .Select(o => new PlannedFile(o.File!.Path, o.File.TemporaryPath, o.Number > 0 ? NodeNumbers.Format(o.Number) : null));
        return new JournalPlan
        {
            Operation = JournalOperation.SnapshotCreate,
            Domain = domain.Uuid,
            DomainName = domain.Name,
            Snapshot = plan.Snapshot.Name,
            Live = domain.Live is not null,
            OldProcess = flags.HasFlag(DomainSnapshotCreateFlags.Halt) ? domain.Process : null,
            Resume = (wasRunning && plan is { Memory: not null, LeavesPaused: false }) || plan is { StandsStill: true, LeavesPaused: false },
            Pauses = wasRunning && (plan.Memory is not null || plan.LeavesPaused || plan.StandsStill),
            Nodes = [.. plan.Overlays.Where(o => o.Number > 0).Select(o => NodeNumbers.Format(o.Number))],
            Create = plan.Memory is { } memory ? [.. files, memory] : [.. files],
            Documents = plan.Documents,
        };
    }
}
