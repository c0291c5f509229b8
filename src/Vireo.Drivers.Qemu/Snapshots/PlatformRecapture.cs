using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Looks again at what a running guest keeps outside its disks, now that it stands still: the snapshot that is being made of it has that of the same moment as the disks.
/// </summary>
internal static class PlatformRecapture
{
    /// <summary>Looks again; the journal and the staged documents follow.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="plan">The snapshot that is being made.</param>
    /// <param name="journal">The operation, not yet committed.</param>
    /// <returns>The plan with what was found.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read, or not be written down.</exception>
    public static CreatePlan Run(ISnapshotDomain domain, CreatePlan plan, OperationJournal journal)
    {
        // A revert may have put the files of its new process into their places already.
        string Place(string path) => journal.Record.Plan.Replace.FirstOrDefault(f => f.Path == path && Path.Exists(f.OldPath))?.OldPath ?? path;
        var state = PlatformState.Capture(domain, domain.Live!, Place);
        if (state == PlatformState.Of(plan.Snapshot.Config))
        {
            return plan;
        }

        var settled = plan with { Snapshot = new QemuSnapshot(state.In(plan.Snapshot.Config)) };
        var (before, after) = (plan.Snapshot.ToXml(), settled.Snapshot.ToXml());
        journal.Replan(journal.Record.Plan with { Documents = [.. journal.Record.Plan.Documents.Select(d => d.After == before ? d with { After = after } : d)] });
        JournalActions.Stage(journal.Record);
        return settled;
    }
}
