using System.Collections.Immutable;

namespace Vireo.Drivers.Snapshots;

/// <summary>What every driver's snapshot has, whatever lies behind it.</summary>
public interface ISnapshotNode
{
    /// <summary>Its name, unique in its domain.</summary>
    string Name { get; }

    /// <summary>The snapshot it was taken on; null for a root.</summary>
    string? Parent { get; }

    /// <summary>The domain's state that it holds.</summary>
    SnapshotContent Content { get; }

    /// <summary>Whether a disk or the memory lies in a file of its own.</summary>
    bool IsExternal { get; }
}

/// <summary>What a snapshot holds of the domain's state.</summary>
public enum SnapshotContent
{
    /// <summary>Disks of a domain that was shut off.</summary>
    Inactive,

    /// <summary>Disks and memory of one that ran.</summary>
    Active,

    /// <summary>Only the disks of one that ran.</summary>
    DiskOnly,
}

/// <summary>The snapshots of one domain and which is current. Immutable: readers never wait for who changes it.</summary>
/// <typeparam name="T">The driver's snapshot.</typeparam>
public sealed class SnapshotTree<T>
    where T : class, ISnapshotNode
{
    // In the order in which they were added, which puts parents before children.
    private readonly ImmutableList<T> _nodes;
    private readonly ImmutableDictionary<string, T> _named;

    // Made by the first who asks. Roots are the children of the empty name, which no snapshot has.
    private ILookup<string, T>? _children;

    private SnapshotTree(ImmutableList<T> nodes, ImmutableDictionary<string, T> named, string? current)
    {
        _nodes = nodes;
        _named = named;
        CurrentName = current;
    }

    /// <summary>No snapshot.</summary>
    public static SnapshotTree<T> Empty { get; } = new([], ImmutableDictionary.Create<string, T>(StringComparer.Ordinal, ReferenceEqualityComparer.Instance), null);

    /// <summary>The name of the snapshot that the domain's state comes from.</summary>
    public string? CurrentName { get; }

    /// <summary>That snapshot.</summary>
    public T? Current => CurrentName is null ? null : Find(CurrentName);

    /// <summary>All of them, parents before children.</summary>
    public IReadOnlyList<T> All => _nodes;

    /// <summary>How many.</summary>
    public int Count => _nodes.Count;

    /// <summary>The snapshot of that name.</summary>
    public T? Find(string name) => _named.GetValueOrDefault(name);

    /// <summary>Those taken directly on it; the roots for null.</summary>
    public IEnumerable<T> Children(string? name) => (_children ??= _nodes.ToLookup(n => ParentOf(n) ?? "", StringComparer.Ordinal))[name ?? ""];

    /// <summary>All below it, parents before children; all there are for null.</summary>
    public IEnumerable<T> Descendants(string? name)
    {
        var left = new Stack<T>(Children(name).Reverse());
        while (left.TryPop(out var node))
        {
            yield return node;
            foreach (var child in Children(node.Name).Reverse())
            {
                left.Push(child);
            }
        }
    }

    /// <summary>Its parent, grandparent and so on.</summary>
    public IEnumerable<T> Ancestors(T node)
    {
        for (var parent = ParentOf(node); parent is not null && Find(parent) is { } found; parent = ParentOf(found))
        {
            yield return found;
        }
    }

    /// <summary>The tree with the snapshot added or, when its name is there, replaced.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: its parent is not there, or it would be its own ancestor.</exception>
    public SnapshotTree<T> With(T node)
    {
        if (node.Parent == node.Name)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"cannot set moment {node.Name} as its own parent");
        }

        if (node.Parent is { } parent && Find(parent) is null)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"parent {parent} for moment {node.Name} not found");
        }

        for (var above = node.Parent is null ? null : Find(node.Parent); above is not null; above = above.Parent is null ? null : Find(above.Parent))
        {
            if (above.Parent == node.Name)
            {
                throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"parent {above.Name} would create cycle to {node.Name}");
            }
        }

        var nodes = Find(node.Name) is { } old ? _nodes.Replace(old, node, ReferenceEqualityComparer.Instance) : _nodes.Add(node);
        return new(nodes, _named.SetItem(node.Name, node), CurrentName);
    }

    /// <summary>The tree without those snapshots, whose remaining children have been given other parents before.</summary>
    public SnapshotTree<T> Without(IReadOnlySet<string> names) =>
        new(_nodes.RemoveAll(n => names.Contains(n.Name)), _named.RemoveRange(names), CurrentName is not null && names.Contains(CurrentName) ? null : CurrentName);

    /// <summary>The tree with another snapshot current; none for null.</summary>
    public SnapshotTree<T> WithCurrent(string? name) => new(_nodes, _named, name);

    /// <summary>Lists as <c>virDomainListAllSnapshots</c> and <c>virDomainSnapshotListAllChildren</c> do.</summary>
    /// <param name="from">Only below this one; null for the whole tree.</param>
    /// <param name="flags">The filters. A filter group of which no flag is given lets everything pass.</param>
    public IReadOnlyList<T> List(T? from, DomainSnapshotListFlags flags)
    {
        // One bit means "only roots" for the domain and "not only children" for a snapshot.
        var bit = (flags & DomainSnapshotListFlags.Roots) != 0;
        var nodes = from is null
            ? bit ? Children(null) : Descendants(null)
            : bit ? Descendants(from.Name) : Children(from.Name);
        return [.. nodes.Where(n => Passes(n, flags))];
    }

    private string? ParentOf(T node) => node.Parent is { } parent && Find(parent) is not null ? parent : null;

    private bool Passes(T node, DomainSnapshotListFlags flags)
    {
        var leaf = !Children(node.Name).Any();
        return FlagGroup.Passes(flags, (DomainSnapshotListFlags.Metadata, true), (DomainSnapshotListFlags.NoMetadata, false))
            && FlagGroup.Passes(flags, (DomainSnapshotListFlags.Leaves, leaf), (DomainSnapshotListFlags.NoLeaves, !leaf))
            && FlagGroup.Passes(
                flags,
                (DomainSnapshotListFlags.Inactive, node.Content == SnapshotContent.Inactive),
                (DomainSnapshotListFlags.Active, node.Content == SnapshotContent.Active),
                (DomainSnapshotListFlags.DiskOnly, node.Content == SnapshotContent.DiskOnly))
            && FlagGroup.Passes(flags, (DomainSnapshotListFlags.Internal, !node.IsExternal), (DomainSnapshotListFlags.External, node.IsExternal));
    }
}
