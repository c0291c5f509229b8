using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>The dirty bitmaps that the hypervisor has now, by node.</summary>
internal sealed class BlockBitmaps
{
    private readonly Dictionary<string, IReadOnlyList<QmpBitmap>> _nodes;

    private BlockBitmaps(IEnumerable<QmpBlockNode> nodes) => _nodes = nodes.ToDictionary(n => n.Name, n => n.Bitmaps, StringComparer.Ordinal);

    /// <summary>Asks the hypervisor.</summary>
    public static async Task<BlockBitmaps> QueryAsync(QmpMonitor monitor, CancellationToken cancellationToken) =>
        new(await monitor.ExecuteAsync(Qmp.QueryNamedBlockNodes, cancellationToken).ConfigureAwait(false));

    /// <summary>The bitmap of that name; null when there is none.</summary>
    public QmpBitmap? Find(string node, string name) => Of(node).FirstOrDefault(b => b.Name == name);

    /// <summary>All of a node.</summary>
    public IReadOnlyList<QmpBitmap> Of(string node) => _nodes.GetValueOrDefault(node) ?? [];

    /// <summary>The numbers of a disk's images that have it, from the top to the first that has not: what is below that was written before it began.</summary>
    /// <exception cref="VireoException">VIR_ERR_CHECKPOINT_INCONSISTENT: it is lost, or no longer tells all that was written.</exception>
    public IReadOnlyList<int> Chain(LiveDisk disk, string name)
    {
        var holders = disk.Numbers.TakeWhile(n => Find(NodeNumbers.Format(n), name) is not null).ToList();
        var below = disk.Numbers.Skip(holders.Count);
        var whole = holders.Count > 0
            && holders.TrueForAll(n => Find(NodeNumbers.Format(n), name) is { Persistent: true, Recording: true, Inconsistent: false })
            && below.All(n => Find(NodeNumbers.Format(n), name) is null);
        return whole ? holders : throw Broken(disk.Target, name);
    }

    /// <summary>The error for a bitmap that cannot be used.</summary>
    public static VireoException Broken(string target, string name) =>
        new(ErrorCode.CheckpointInconsistent, ErrorDomain.Qemu, $"missing or broken bitmap '{name}' for disk '{target}'");
}
