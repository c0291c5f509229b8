using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Takes up, when the daemon starts, the operations on disks that an earlier one left half-done.</summary>
/// <param name="hypervisor">The hypervisor that starts.</param>
internal sealed partial class SnapshotStartup(QemuHypervisor hypervisor)
{
    private readonly List<JournalRecord> _live = [];
    private readonly List<JournalRecord> _resume = [];
    private readonly List<JournalRecord> _merges = [];

    /// <summary>Before the domains are loaded: finishes and undoes whatever can be decided from files.</summary>
    public async Task RecoverFilesAsync(CancellationToken cancellationToken)
    {
        foreach (var record in JournalRecovery.Read(hypervisor.Paths.QemuJournal))
        {
            if (record.Plan.Operation == JournalOperation.SnapshotMerge)
            {
                _merges.Add(record);
                continue;
            }

            if (SnapshotRecovery.NeedsMonitor(record))
            {
                _live.Add(record);
                continue;
            }

            var outcome = await SnapshotRecovery.RunAsync(record, null, Complain, cancellationToken).ConfigureAwait(false);
            Report(outcome);
            if (RunsAfter(outcome))
            {
                _resume.Add(record);
            }
        }
    }

    /// <summary>After the guests have been taken up: what only they can tell.</summary>
    public async Task RecoverGuestsAsync(CancellationToken cancellationToken)
    {
        foreach (var record in _live)
        {
            await RecoverGuestAsync(record, cancellationToken).ConfigureAwait(false);
        }

        foreach (var record in _resume)
        {
            await ResumeAsync(record, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>After the snapshots are loaded, beside the daemon's work: goes on with deletions that were cut short while they merged data.</summary>
    public async Task GoOnMergingAsync()
    {
        foreach (var record in _merges)
        {
            Exception? failure = null;
            try
            {
                await MergeAsync(record.Plan).ConfigureAwait(false);
                FileSystemCalls.Remove(record.Path);
            }
            catch (VireoException e)
            {
                // The snapshot stays, marked: deleting it again tries again, and so does the next daemon.
                failure = e;
            }

            Report(new RecoveredOperation(record, JournalVerdict.Finish, failure));
        }
    }

    private async Task MergeAsync(JournalPlan plan)
    {
        if (hypervisor.Domains.Find(plan.Domain) is not { } domain)
        {
            return;
        }

        using var job = await domain.Jobs.EnterAsync("virDomainSnapshotDelete", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        var tree = domain.Snapshots.Tree;
        if (tree.Find(plan.Snapshot!) is not { } snapshot || !SnapshotDeletion.HasBegun(tree, snapshot, (DomainSnapshotDeleteFlags)plan.Flags))
        {
            // Nothing is touched yet; or it was finished since, and what bears the name is another one.
            return;
        }

        var marked = tree.All.SelectMany(s => s.Config.Disks).Where(d => d.DeleteInProgress).Select(d => d.Name).ToHashSet();
        foreach (var left in domain.Process?.Disks.Jobs.Where(j => marked.Contains(j.Target)).ToList() ?? [])
        {
            await new DomainBlockJobs(domain).EndAsync(left).ConfigureAwait(false);
        }

        await domain.Snapshots.DeleteAsync(new QemuSnapshotDomain(domain), plan.Snapshot!, (DomainSnapshotDeleteFlags)plan.Flags, CancellationToken.None).ConfigureAwait(false);
        domain.Update(v => v with { SnapshotCount = domain.Snapshots.Tree.Count });
    }

    private async Task RecoverGuestAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var domain = hypervisor.Domains.Find(record.Plan.Domain);
        if (domain is null)
        {
            Report(await SnapshotRecovery.RunAsync(record, null, Complain, cancellationToken).ConfigureAwait(false));
            return;
        }

        using var job = await domain.Jobs.EnterAsync("daemon start", domain.View.Name, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        var seen = new QemuSnapshotDomain(domain);
        var outcome = await SnapshotRecovery.RunAsync(record, seen, Complain, cancellationToken).ConfigureAwait(false);
        Report(outcome);
        if (outcome is { Verdict: JournalVerdict.Finish, Error: null })
        {
            await ReloadAsync(domain, seen, record, cancellationToken).ConfigureAwait(false);
        }

        if (RunsAfter(outcome))
        {
            await ResumeAsync(domain, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool RunsAfter(RecoveredOperation outcome) => outcome.Verdict == JournalVerdict.Undo ? outcome.Record!.Plan.Pauses : outcome.Record!.Plan.Resume;

    /// <summary>The documents have changed under a domain that was loaded before.</summary>
    private async Task ReloadAsync(QemuDomain domain, QemuSnapshotDomain seen, JournalRecord record, CancellationToken cancellationToken)
    {
        string? After(string path) => record.Plan.Documents.FirstOrDefault(d => d.Path == path)?.After;
        var persistent = After(hypervisor.Files.Definition(domain.View.Name)) is { } definition ? Config.DomainConfig.Parse(definition) : domain.View.Persistent;
        var statusPath = hypervisor.Files.Status(domain.View.Name);
        if (seen.Live is null || After(statusPath) is not { } text)
        {
            seen.Adopt(null, persistent, null);
            return;
        }

        var status = StatusDocument.Parse(text, statusPath);
        var disks = await hypervisor.Builder.RecoverDisksAsync(status.Live, cancellationToken).ConfigureAwait(false);
        seen.Adopt(status.Live, persistent, disks with { LastNumber = Math.Max(disks.LastNumber, status.LastNode), Jobs = status.Jobs });
        hypervisor.SaveStatusSoon(domain, domain.Process!);
    }

    private async Task ResumeAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        if (hypervisor.Domains.Find(record.Plan.Domain) is { } domain)
        {
            using var job = await domain.Jobs.EnterAsync("daemon start", domain.View.Name, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            await ResumeAsync(domain, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ResumeAsync(QemuDomain domain, CancellationToken cancellationToken)
    {
        if (domain.Process is not { } process || domain.View.State != DomainState.Paused)
        {
            return;
        }

        try
        {
            await hypervisor.Resume(domain, process, DomainRunningReason.FromSnapshot, cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogFailed(hypervisor.Log, domain.View.Name, "letting it run again", e.Message);
        }
    }

    private void Complain(string what, Exception error) => hypervisor.Snapshots.Report(what, error);

    private void Report(RecoveredOperation outcome)
    {
        var plan = outcome.Record!.Plan;
        if (outcome.Error is { } error)
        {
            LogFailed(hypervisor.Log, plan.DomainName, plan.Operation.ToString(), error.Message);
        }
        else
        {
            LogRecovered(hypervisor.Log, plan.DomainName, plan.Operation, plan.Snapshot, outcome.Verdict);
        }
    }

    [LoggerMessage(40, LogLevel.Warning, "domain '{Name}': {Operation} of '{Snapshot}' was interrupted: {Verdict}")]
    private static partial void LogRecovered(ILogger log, string name, JournalOperation operation, string? snapshot, JournalVerdict? verdict);

    [LoggerMessage(41, LogLevel.Error, "domain '{Name}': {What} could not be recovered: {Error}")]
    private static partial void LogFailed(ILogger log, string name, string what, string error);
}
