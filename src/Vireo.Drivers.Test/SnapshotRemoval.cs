using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Test;

/// <summary>Taking snapshots out of the tree: children go up to the removed one's parent, and the current mark with them.</summary>
internal static class SnapshotRemoval
{
    public static SnapshotTree<TestSnapshot> Apply(SnapshotTree<TestSnapshot> tree, TestSnapshot snapshot, DomainSnapshotDeleteFlags flags)
    {
        var gone = new HashSet<string>();
        if ((flags & (DomainSnapshotDeleteFlags.Children | DomainSnapshotDeleteFlags.ChildrenOnly)) != 0)
        {
            gone.UnionWith(tree.Descendants(snapshot.Name).Select(s => s.Name));
        }

        if ((flags & DomainSnapshotDeleteFlags.ChildrenOnly) == 0)
        {
            gone.Add(snapshot.Name);
            foreach (var child in tree.Children(snapshot.Name).Where(c => !gone.Contains(c.Name)).ToList())
            {
                tree = tree.With(child.On(snapshot.Parent));
            }
        }

        // The state now comes from what lay below: the nearest that stays.
        var current = tree.Current is { } was && gone.Contains(was.Name)
            ? tree.Ancestors(was).FirstOrDefault(a => !gone.Contains(a.Name))?.Name
            : tree.CurrentName;
        return tree.Without(gone).WithCurrent(current);
    }
}
