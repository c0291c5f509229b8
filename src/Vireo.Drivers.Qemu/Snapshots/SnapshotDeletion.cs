using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Removes snapshots from a domain's tree. Their data stays: merging images is not part of this.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="store">Where the metadata lies.</param>
/// <param name="journals">Directory of the journals.</param>
internal sealed class SnapshotDeletion(ISnapshotDomain domain, SnapshotStore store, string journals)
{
    /// <summary>Removes a snapshot, those below it, or both; the tree afterwards.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: data of external snapshots would have to be merged.</exception>
    public SnapshotTree<QemuSnapshot> Run(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, DomainSnapshotDeleteFlags flags)
    {
        var only = flags.HasFlag(DomainSnapshotDeleteFlags.ChildrenOnly);
        var below = only || flags.HasFlag(DomainSnapshotDeleteFlags.Children) ? tree.Descendants(snapshot.Name).ToList() : [];
        var gone = only ? below : [.. below, snapshot];
        var external = gone.Count(s => s.IsExternal);
        if (external > 0 && !flags.HasFlag(DomainSnapshotDeleteFlags.MetadataOnly))
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Qemu,
                $"deletion of {external} external disk snapshots not supported yet; --metadata forgets them and leaves their files");
        }

        FaultPoint.Hit(FaultPoints.DeletePlanned);
        var after = After(tree, snapshot, gone, only);
        var plan = new JournalPlan
        {
            Operation = JournalOperation.SnapshotDelete,
            Domain = domain.Uuid,
            DomainName = domain.Name,
            Snapshot = snapshot.Name,
            Documents = Changes(tree, after, gone),
        };
        using var journal = OperationJournal.Begin(journals, Guid.NewGuid().ToString("N")[..12], plan);
        Commit(journal);
        FaultPoint.Hit(FaultPoints.DeleteCommitted);
        JournalActions.Finish(journal.Record);
        FaultPoint.Hit(FaultPoints.DeleteDocumentsWritten);
        journal.Close();
        return after;
    }

    private static void Commit(OperationJournal journal)
    {
        try
        {
            JournalActions.Stage(journal.Record);
            journal.Commit();
        }
        catch
        {
            JournalActions.Undo(journal.Record);
            journal.Close();
            throw;
        }
    }

    private static SnapshotTree<QemuSnapshot> After(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, List<QemuSnapshot> gone, bool only)
    {
        var names = gone.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var after = tree;
        if (!only)
        {
            foreach (var child in tree.Children(snapshot.Name).Where(c => !names.Contains(c.Name)).ToList())
            {
                after = after.With(new QemuSnapshot(child.Config with { Parent = snapshot.Config.Parent }));
            }
        }

        var current = tree.CurrentName is { } name && names.Contains(name) ? (only ? snapshot.Name : snapshot.Parent) : tree.CurrentName;
        return after.Without(names).WithCurrent(current);
    }

    private List<DocumentChange> Changes(SnapshotTree<QemuSnapshot> before, SnapshotTree<QemuSnapshot> after, List<QemuSnapshot> gone)
    {
        var changes = gone.Select(s => store.Change(s, null)).ToList();
        changes.AddRange(after.All.Where(s => !ReferenceEquals(before.Find(s.Name), s)).Select(s => store.Change(before.Find(s.Name), s)));
        if (store.ChangeCurrent(before.CurrentName, after.CurrentName) is { } current)
        {
            changes.Add(current);
        }

        return changes;
    }
}
