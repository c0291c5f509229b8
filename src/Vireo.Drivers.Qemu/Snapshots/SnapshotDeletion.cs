using Vireo.Config;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Removes snapshots from a domain's tree, their data first: it is merged into what is still needed. What is being merged is marked in the metadata, for it can
/// no longer be reverted to; the journal has a daemon that starts go on with it.
/// </summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="store">Where the metadata lies.</param>
/// <param name="journals">Directory of the journals.</param>
internal sealed class SnapshotDeletion(ISnapshotDomain domain, SnapshotStore store, string journals)
{
    /// <summary>Removes a snapshot, those below it, or both.</summary>
    /// <param name="tree">The tree before.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="flags">Checked flags.</param>
    /// <param name="publish">Called with the tree as it becomes.</param>
    /// <param name="cancellationToken">Stops merging; the snapshots stay, marked as half-deleted when data was touched.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: their data could not be merged.</exception>
    public async ValueTask RunAsync(
        SnapshotTree<QemuSnapshot> tree,
        QemuSnapshot snapshot,
        DomainSnapshotDeleteFlags flags,
        Action<SnapshotTree<QemuSnapshot>> publish,
        CancellationToken cancellationToken)
    {
        var only = flags.HasFlag(DomainSnapshotDeleteFlags.ChildrenOnly);
        var gone = Gone(tree, snapshot, flags);
        var plan = await Task.Run(() => Plan(tree, gone, flags), cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.DeletePlanned);
        if (plan is { Merges.Count: 0, Tags.Count: 0, IsResumed: false })
        {
            await Task.Run(() => publish(Forget(tree, snapshot, gone, only, plan)), CancellationToken.None).ConfigureAwait(false);
            return;
        }

        using var journal = await Task.Run(() => Announce(snapshot, flags), cancellationToken).ConfigureAwait(false);
        var marked = await Task.Run(() => Mark(tree, gone, journal), CancellationToken.None).ConfigureAwait(false);
        publish(marked);
        try
        {
            FaultPoint.Hit(FaultPoints.DeleteMarked);
            await new SnapshotMerging(domain).RunAsync(plan, cancellationToken).ConfigureAwait(false);
            gone = [.. gone.Select(s => marked.Find(s.Name)!)];
            await Task.Run(() => publish(Forget(marked, marked.Find(snapshot.Name)!, gone, only, plan)), CancellationToken.None).ConfigureAwait(false);
            journal.Close();
        }
        catch (OperationCanceledException)
        {
            // The user wants no more of it. After any other end it is this that tells the next daemon to go on.
            journal.Close();
            throw;
        }
        catch (VireoException e)
        {
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu,
                $"snapshot '{snapshot.Name}' of domain '{domain.Name}' is half-deleted: {e.Message}. Every other snapshot is whole; delete it again when the cause is mended, or have it done at the daemon's next start",
                e);
        }
    }

    /// <summary>What <see cref="RunAsync"/> would do.</summary>
    public SnapshotPlanConfig Explain(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, DomainSnapshotDeleteFlags flags, PlanDocument document)
    {
        var gone = Gone(tree, snapshot, flags);
        var plan = Plan(tree, gone, flags);
        var after = After(tree, snapshot, gone, flags.HasFlag(DomainSnapshotDeleteFlags.ChildrenOnly), new MergedDocuments(plan.Merges));
        return document.Of(snapshot.Name, plan, Changes(tree, after, gone));
    }

    /// <summary>Whether a deletion with these flags has marked what it deletes.</summary>
    public static bool HasBegun(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, DomainSnapshotDeleteFlags flags) =>
        Gone(tree, snapshot, flags).Any(s => s.Config.Disks.Any(d => d.DeleteInProgress));

    private static List<QemuSnapshot> Gone(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, DomainSnapshotDeleteFlags flags)
    {
        var only = flags.HasFlag(DomainSnapshotDeleteFlags.ChildrenOnly);
        var below = only || flags.HasFlag(DomainSnapshotDeleteFlags.Children) ? tree.Descendants(snapshot.Name).ToList() : [];
        return only ? below : [.. below, snapshot];
    }

    private DeletePlan Plan(SnapshotTree<QemuSnapshot> tree, List<QemuSnapshot> gone, DomainSnapshotDeleteFlags flags) =>
        flags.HasFlag(DomainSnapshotDeleteFlags.MetadataOnly) ? DeletePlan.Nothing : new DeletePlanner(domain, tree, gone, MadeImages.Of(tree, store)).Plan();

    private OperationJournal Announce(QemuSnapshot snapshot, DomainSnapshotDeleteFlags flags) => OperationJournal.Begin(journals, NewId(), new JournalPlan
    {
        Operation = JournalOperation.SnapshotMerge,
        Domain = domain.Uuid,
        DomainName = domain.Name,
        Snapshot = snapshot.Name,
        Flags = (uint)flags,
    });

    /// <summary>Marks the snapshots; when that fails all is as it was.</summary>
    private SnapshotTree<QemuSnapshot> Mark(SnapshotTree<QemuSnapshot> tree, List<QemuSnapshot> gone, OperationJournal journal)
    {
        var marked = gone.Select(s => new QemuSnapshot(s.Config with
        {
            Disks = [.. s.Config.Disks.Select(d => d.Snapshot is SnapshotLocation.External or SnapshotLocation.Internal ? d with { DeleteInProgress = true } : d)],
        })).ToList();
        List<DocumentChange> changes = [.. gone.Zip(marked, store.Change)];
        try
        {
            JournalActions.Write(changes);
        }
        catch (VireoException)
        {
            JournalActions.TakeBack(changes);
            journal.Close();
            throw;
        }

        return marked.Aggregate(tree, (t, s) => t.With(s));
    }

    /// <summary>Takes the snapshots out of the tree, with all documents that change by it, and removes the files that nothing needs any more.</summary>
    private SnapshotTree<QemuSnapshot> Forget(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, List<QemuSnapshot> gone, bool only, DeletePlan plan)
    {
        var documents = new MergedDocuments(plan.Merges);
        var after = After(tree, snapshot, gone, only, documents);
        var persistent = domain.Persistent is { } definition ? documents.Of(definition) : null;
        var offline = domain.Live is null && plan.Merges.Count > 0;
        List<RetiredFile> retire = [.. plan.Retire, .. plan.Merges.SelectMany(m => m.Gone).Select(Retired).OfType<RetiredFile>()];
        var made = store.ChangeMade(store.ReadMade(), MadeImages.Of(tree, store).Without(gone, retire));
        using var journal = OperationJournal.Begin(journals, NewId(), new JournalPlan
        {
            Operation = JournalOperation.SnapshotDelete,
            Domain = domain.Uuid,
            DomainName = domain.Name,
            Snapshot = snapshot.Name,
            Documents = [.. Changes(tree, after, gone), .. made is null ? [] : (DocumentChange[])[made], .. offline ? domain.DocumentChanges(null, persistent, null) : []],
            Retire = retire,
        }, durable: false);
        Commit(journal);
        FaultPoint.Hit(FaultPoints.DeleteCommitted);
        JournalActions.Finish(journal.Record, () => FaultPoint.Hit(FaultPoints.DeleteFileRetired));
        FaultPoint.Hit(FaultPoints.DeleteDocumentsWritten);
        if (offline)
        {
            domain.Adopt(null, persistent, null);
        }

        journal.Close();
        return after;
    }

    private static RetiredFile? Retired(Block.ImageLayer image) => image.Location.LocalPath is { } path && image.Identity is { } identity ? new RetiredFile(path, identity.ToString()) : null;

    private static string NewId() => Guid.NewGuid().ToString("N")[..12];

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

    private static SnapshotTree<QemuSnapshot> After(SnapshotTree<QemuSnapshot> tree, QemuSnapshot snapshot, List<QemuSnapshot> gone, bool only, MergedDocuments documents)
    {
        var names = gone.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var after = tree;
        foreach (var kept in tree.All.Where(s => !names.Contains(s.Name)))
        {
            var config = documents.Of(kept.Config);
            if (!only && kept.Parent == snapshot.Name)
            {
                config = config with { Parent = snapshot.Config.Parent };
            }

            if (!ReferenceEquals(config, kept.Config))
            {
                after = after.With(new QemuSnapshot(config));
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
