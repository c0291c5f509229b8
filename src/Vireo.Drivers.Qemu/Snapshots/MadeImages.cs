using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// The images that snapshots and reverts of a domain have made: only those are ever removed. Each snapshot's metadata names its own; what belonged to snapshots
/// that are forgotten is kept in a list beside them.
/// </summary>
internal sealed class MadeImages
{
    private readonly HashSet<string> _named;
    private readonly Dictionary<string, FileIdentity> _kept;

    private MadeImages(HashSet<string> named, Dictionary<string, FileIdentity> kept) => (_named, _kept) = (named, kept);

    /// <summary>Those of a domain.</summary>
    /// <param name="tree">Its snapshots.</param>
    /// <param name="store">Where the list lies.</param>
    public static MadeImages Of(SnapshotTree<QemuSnapshot> tree, SnapshotStore store) =>
        new(tree.All.SelectMany(Named).ToHashSet(StringComparer.Ordinal), Parse(store.ReadMade()));

    /// <summary>Whether the file of that name is one of them.</summary>
    public bool Contains(string path) => _named.Contains(path) || (_kept.TryGetValue(path, out var identity) && FileIdentity.Of(path) == identity);

    /// <summary>Those that forgotten snapshots have made and that are still there.</summary>
    public IEnumerable<string> Forgotten => _kept.Where(k => FileIdentity.Of(k.Key) == k.Value).Select(k => k.Key);

    /// <summary>The text of the list when snapshots are forgotten; null when nothing is to be listed.</summary>
    /// <param name="gone">The snapshots.</param>
    /// <param name="retired">Files that go with them.</param>
    public string? Without(IEnumerable<QemuSnapshot> gone, IEnumerable<RetiredFile> retired)
    {
        var removed = retired.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var listed = gone.SelectMany(Named).Select(path => (Path: path, Identity: FileIdentity.Of(path)))
            .Concat(_kept.Select(k => (Path: k.Key, Identity: FileIdentity.Of(k.Key) == k.Value ? (FileIdentity?)k.Value : null)))
            .Where(f => f.Identity is not null && !removed.Contains(f.Path) && !f.Path.Contains('\n', StringComparison.Ordinal))
            .Select(f => $"{f.Identity} {f.Path}\n").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return listed.Count == 0 ? null : string.Concat(listed);
    }

    private static IEnumerable<string> Named(QemuSnapshot snapshot) => snapshot.Config.Disks.Concat(snapshot.Config.RevertDisks)
        .Where(d => d is { Snapshot: SnapshotLocation.External, Source.File: not null }).Select(d => d.Source!.File!);

    private static Dictionary<string, FileIdentity> Parse(string? text)
    {
        var kept = new Dictionary<string, FileIdentity>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && FileIdentity.TryParse(line.AsSpan(0, space), out var identity))
            {
                kept[line[(space + 1)..]] = identity;
            }
        }

        return kept;
    }
}
