using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Takes up the operations that a killed daemon left half-done. Runs before the domains are loaded, but for what happens within a hypervisor, which needs the domain's monitor:
/// <see cref="NeedsMonitor"/>.
/// </summary>
internal static class SnapshotRecovery
{
    /// <summary>How long the start of the daemon waits for one guest to thaw.</summary>
    private static readonly TimeSpan s_thaw = TimeSpan.FromSeconds(15);

    /// <summary>How long a hypervisor may take to close its images before it is killed.</summary>
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);

    /// <summary>Whether only the running hypervisor knows if the swap has happened.</summary>
    public static bool NeedsMonitor(JournalRecord record) =>
        record is { Phase: JournalPhase.Prepared, Plan: { Live: true, Operation: JournalOperation.SnapshotCreate } or { Job: not null } or { KeepJob: not null } };

    /// <summary>Finishes or undoes the operation and removes its journal. Whoever has loaded the documents before must load them again.</summary>
    /// <param name="record">The operation.</param>
    /// <param name="domain">The domain, connected to its hypervisor; null when that is gone or not needed.</param>
    /// <param name="report">Told of what went wrong without stopping the recovery.</param>
    /// <param name="cancellationToken">Stops before anything is done.</param>
    public static async ValueTask<RecoveredOperation> RunAsync(JournalRecord record, ISnapshotDomain? domain, Action<string, Exception> report, CancellationToken cancellationToken)
    {
        if (record is { Frozen: true, Phase: JournalPhase.Prepared } && domain?.Live is not null)
        {
            await ThawAsync(domain, report, cancellationToken).ConfigureAwait(false);
        }

        if (record.Phase == JournalPhase.Committed && record.Plan.OldProcess is { } old)
        {
            await EndAsync(old).ConfigureAwait(false);
        }

        return await JournalRecovery.RunAsync(record, (r, token) => DecideAsync(r, domain, token), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask ThawAsync(ISnapshotDomain domain, Action<string, Exception> report, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_thaw);
        try
        {
            await domain.ThawAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VireoException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            report($"thaw the file systems of domain '{domain.Name}'", e);
        }
    }

    private static async ValueTask<JournalVerdict> DecideAsync(JournalRecord record, ISnapshotDomain? domain, CancellationToken cancellationToken)
    {
        if (record.Process is { } started)
        {
            await EndAsync(started).ConfigureAwait(false);
        }

        if (!NeedsMonitor(record))
        {
            return JournalVerdict.Undo;
        }

        if (record.Plan is { Job: null, KeepJob: null })
        {
            return domain?.Live is null
                ? Touched(record) ? JournalVerdict.Finish : JournalVerdict.Undo
                : await AskAsync(record, domain, cancellationToken).ConfigureAwait(false);
        }

        // Of a guest that is gone the images alone tell: the job puts the snapshot into them when the memory is saved.
        var done = record.Plan.Job is { } job && (domain?.Live is null
            ? record.Plan.Tags.Count > 0 && record.Plan.Tags.All(t => InternalSnapshot.Find(t.Path, t.Tag) is not null)
            : await StateJob.OutcomeAsync(domain, job, cancellationToken).ConfigureAwait(false));
        if (!done && record.Plan.KeepJob is { } keeping && domain?.Live is not null)
        {
            await new InternalTaking(domain).TakeBackAsync(record.Plan.Keep, keeping, cancellationToken).ConfigureAwait(false);
        }

        return done ? JournalVerdict.Finish : JournalVerdict.Undo;
    }

    private static async ValueTask<JournalVerdict> AskAsync(JournalRecord record, ISnapshotDomain domain, CancellationToken cancellationToken)
    {
        var nodes = record.Plan.Nodes;
        var used = await LiveSwap.TopNodesAsync(domain, cancellationToken).ConfigureAwait(false);
        if (nodes.Any(used.Contains))
        {
            return JournalVerdict.Finish;
        }

        foreach (var node in nodes)
        {
            try
            {
                await domain.ExecuteAsync("blockdev-del", $$"""{"node-name":"{{node}}"}""", cancellationToken).ConfigureAwait(false);
            }
            catch (VireoException)
            {
                // It was never added.
            }
        }

        return JournalVerdict.Undo;
    }

    /// <summary>
    /// Whether a guest has written to any of the overlays: then they hold what exists nowhere else. Of those that the operation has not made itself nobody can tell; when all
    /// the others stand it may have.
    /// </summary>
    private static bool Touched(JournalRecord record) => (record.Plan.Nodes.Count > record.Plan.Create.Count(f => f.Node is not null) && record.Made.Count == record.Plan.Create.Count) || record.Made.Any(made =>
        record.Plan.Create[made.Key] is { Node: not null } file && FileIdentity.Of(file.Path) == made.Value && Qcow2Overlay.IsTouched(file.Path));

    private static async ValueTask EndAsync(ProcessIdentity identity)
    {
        using var process = HostProcess.Attach(identity);
        if (process is null || !process.Kill(Signals.Terminate))
        {
            return;
        }

        using var patience = new CancellationTokenSource(s_end);
        try
        {
            await process.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(Signals.Kill);
            await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
