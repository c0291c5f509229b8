using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Carries out a planned revert. The new state is built beside the old one, a new hypervisor process included; only when it stands is the old one given up.
/// Until then an error leaves the guest as it was, running if it was running.
/// </summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="journals">Directory of the journals.</param>
/// <param name="report">Told of what went wrong without stopping the operation.</param>
internal sealed class SnapshotReversion(ISnapshotDomain domain, string journals, Action<string, Exception> report)
{
    /// <summary>Brings the domain back.</summary>
    /// <returns>The snapshot of the present state; null for none.</returns>
    /// <exception cref="VireoException">Why it was not; nothing has changed then.</exception>
    public async ValueTask<CreatePlan?> RunAsync(RevertPlan plan, CancellationToken cancellationToken)
    {
        FaultPoint.Hit(FaultPoints.RevertPlanned);
        var (journal, replacement, kept) = await UndoStack.RunAsync(
            undo => PrepareAsync(plan, undo, cancellationToken),
            failure => report(failure.What, failure.Error)).ConfigureAwait(false);
        try
        {
            await SwitchAsync(plan, replacement).ConfigureAwait(false);
            await domain.PlaceAsync(() =>
            {
                JournalActions.WriteDocuments(journal.Record);
                FaultPoint.Hit(FaultPoints.RevertDocumentsWritten);
            }).ConfigureAwait(false);
            if (plan.Target == RevertTarget.Running)
            {
                await domain.ResumeAsync(DomainRunningReason.FromSnapshot, CancellationToken.None).ConfigureAwait(false);
            }

            // Last of all: until the new state runs, the abandoned one is all there is of the guest's work.
            await Task.Run(() => JournalActions.Retire(journal.Record, () => FaultPoint.Hit(FaultPoints.RevertFileRetired)), CancellationToken.None).ConfigureAwait(false);
            journal.Close();
            return kept;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    private async ValueTask<(OperationJournal Journal, IReplacementProcess? Replacement, CreatePlan? Kept)> PrepareAsync(RevertPlan plan, UndoStack undo, CancellationToken cancellationToken)
    {
        var journal = await Task.Run(() => OperationJournal.Begin(journals, plan.Id, JournalPlanOf(plan), durable: false), cancellationToken).ConfigureAwait(false);
        undo.Push("remove what was made", () =>
        {
            JournalActions.Undo(journal.Record);
            journal.Close();
        });
        FaultPoint.Hit(FaultPoints.RevertJournalled);
        await Task.Run(
            () => new OverlayBatch(journal, [.. plan.Overlays.Select(o => o.File!)], domain.ImageOwner).Make(FaultPoints.RevertOverlayWritten, FaultPoints.RevertOverlayNamed),
            cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.RevertOverlaysMade);
        await Task.Run(() => MakeState(plan), cancellationToken).ConfigureAwait(false);

        IReplacementProcess? replacement = null;
        if (plan.Shares)
        {
            await StandStillAsync(plan, undo, journal, cancellationToken).ConfigureAwait(false);
        }

        if (plan is { Start: not null, Platform.Count: > 0 })
        {
            JournalActions.Replace(journal.Record);
            FaultPoint.Hit(FaultPoints.RevertFirmwareReplaced);
        }

        if (plan.Start is not null)
        {
            replacement = await StartAsync(plan, cancellationToken).ConfigureAwait(false);
            undo.Push("end the new hypervisor process", replacement.DisposeAsync);
            journal.Started(replacement.Process);
            FaultPoint.Hit(FaultPoints.RevertProcessStarted);
            journal.Replan(journal.Record.Plan with { Documents = [.. replacement.DocumentChanges(plan.Persistent), .. plan.Metadata] });
        }

        await Task.Run(() => JournalActions.Stage(journal.Record), cancellationToken).ConfigureAwait(false);
        if (plan is { Kept: not null, Shares: false } && domain.Live is not null)
        {
            await StandStillAsync(plan, undo, journal, cancellationToken).ConfigureAwait(false);
        }

        var kept = plan.Kept is { } present && domain.Live is not null ? await Task.Run(() => PlatformRecapture.Run(domain, present, journal), cancellationToken).ConfigureAwait(false) : plan.Kept;
        FaultPoint.Hit(FaultPoints.RevertVerified);
        cancellationToken.ThrowIfCancellationRequested();
        journal.Commit();
        return (journal, replacement, kept);
    }

    /// <summary>Makes the new files of the firmware's variables and the TPM's state beside their places.</summary>
    public static void MakeState(RevertPlan plan)
    {
        foreach (var state in plan.Platform)
        {
            state.Content.Make(state.File.TemporaryPath);
        }
    }

    /// <summary>Has the guest stand still, so that its images hold all that it has written, and saves its memory when that is kept.</summary>
    private async ValueTask StandStillAsync(RevertPlan plan, UndoStack undo, OperationJournal journal, CancellationToken cancellationToken)
    {
        var running = domain.State == DomainState.Running;
        if (running)
        {
            undo.Push("let the guest run again", () => domain.ResumeAsync(DomainRunningReason.Unpaused, CancellationToken.None));
            await domain.PauseAsync(DomainPausedReason.Snapshot, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Kept?.Memory is { } memory)
        {
            await new MemorySaving(domain).RunAsync(memory, running, journal, cancellationToken).ConfigureAwait(false);
        }
        else if (plan.Shares)
        {
            // A hypervisor that has moved its memory elsewhere has its images closed, locks and all, until the guest runs again.
            using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await domain.SaveMemoryAsync(nowhere, cancellationToken).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.RevertPresentKept);
    }

    private async ValueTask<IReplacementProcess> StartAsync(RevertPlan plan, CancellationToken cancellationToken)
    {
        using var memory = plan.Memory is null ? null : OpenMemory(plan.Memory);
        return await domain.StartReplacementAsync(plan.Start!, memory, cancellationToken).ConfigureAwait(false);
    }

    private static SafeFileHandle OpenMemory(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"cannot open memory file '{path}': {e.Message}", e);
        }

        try
        {
            var image = SaveImage.Read(file);
            if (image.Compression != ImageCompression.Raw)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"memory file '{path}' is packed (method {(int)image.Compression}), which a revert does not read");
            }

            FileSystemCalls.SetPosition(file, path, image.StreamOffset);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async ValueTask SwitchAsync(RevertPlan plan, IReplacementProcess? replacement)
    {
        FaultPoint.Hit(FaultPoints.RevertCommitted);
        if (replacement is not null)
        {
            await replacement.TakeOverAsync(plan.Persistent, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            if (domain.Live is not null)
            {
                await domain.StopAsync(DomainShutoffReason.FromSnapshot, CancellationToken.None).ConfigureAwait(false);
            }

            domain.Adopt(null, plan.Persistent, null);
        }

        FaultPoint.Hit(FaultPoints.RevertOldStopped);
    }

    private JournalPlan JournalPlanOf(RevertPlan plan) => new()
    {
        Operation = JournalOperation.SnapshotRevert,
        Domain = domain.Uuid,
        DomainName = domain.Name,
        Snapshot = plan.Snapshot.Name,
        Live = plan.Target != RevertTarget.ShutOff,
        OldProcess = domain.Process,
        Resume = plan.Target == RevertTarget.Running,
        Pauses = (plan.Kept is not null || plan.Shares) && domain.State == DomainState.Running,
        Create = [.. plan.Overlays.Select(o => new PlannedFile(o.File!.Path, o.File.TemporaryPath)), .. plan.Kept?.Memory is { } memory ? (PlannedFile[])[memory] : []],
        Replace = [.. plan.Platform.Select(s => s.File)],
        Retire = plan.Retire,
        Documents = [.. plan.Start is null ? domain.DocumentChanges(null, plan.Persistent, null) : [], .. plan.Metadata],
    };
}
