using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Checkpoints;

/// <summary>The dirty bitmaps of checkpoints in the hypervisor. Called within the domain's modifying job.</summary>
/// <param name="process">The process that runs the domain.</param>
internal sealed class CheckpointBitmaps(QemuProcess process)
{
    private const string Measure = "vireo-tmp-size";
    private const long Granularity = 65536;

    private QmpMonitor Monitor => process.Monitor;

    /// <summary>Has every disk of a checkpoint begin to record, in one step.</summary>
    public static void Add(BlockTransaction transaction, QemuCheckpoint checkpoint, LiveDisks disks)
    {
        foreach (var (target, bitmap) in checkpoint.Bitmaps)
        {
            if (disks.Find(target) is not { Chain: not null } disk)
            {
                throw VireoException.Internal(ErrorDomain.Qemu, $"disk '{target}' of the checkpoint is not open");
            }

            transaction.AddBitmap(NodeNumbers.Format(disk.Numbers[0]), bitmap, persistent: true);
        }
    }

    /// <summary>Carries out a transaction; nothing when there is nothing to do.</summary>
    public async Task RunAsync(BlockTransaction transaction, CancellationToken cancellationToken)
    {
        if (!transaction.IsEmpty)
        {
            await Monitor.ExecuteAsync(transaction.Command, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a checkpoint whose bitmaps are not all there.</summary>
    /// <exception cref="VireoException">VIR_ERR_CHECKPOINT_INCONSISTENT.</exception>
    public async Task ValidateAsync(QemuCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var bitmaps = await BlockBitmaps.QueryAsync(Monitor, cancellationToken).ConfigureAwait(false);
        foreach (var (target, bitmap) in checkpoint.Bitmaps)
        {
            bitmaps.Chain(process.Disks.Find(target) ?? throw BlockBitmaps.Broken(target, bitmap), bitmap);
        }
    }

    /// <summary>Bytes that have changed since the checkpoint, by target.</summary>
    /// <exception cref="VireoException">VIR_ERR_CHECKPOINT_INCONSISTENT.</exception>
    public async Task<IReadOnlyDictionary<string, ulong>> SizesAsync(QemuCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var before = await BlockBitmaps.QueryAsync(Monitor, cancellationToken).ConfigureAwait(false);
        var (add, remove) = (new BlockTransaction(), new BlockTransaction());
        var measured = new List<(string Target, string Node)>();
        foreach (var (target, bitmap) in checkpoint.Bitmaps)
        {
            var disk = process.Disks.Find(target) ?? throw BlockBitmaps.Broken(target, bitmap);
            var node = NodeNumbers.Format(disk.Numbers[0]);
            measured.Add((target, node));
            Collect(add, before, disk, bitmap, node, Measure);
            remove.RemoveBitmap(node, Measure);
        }

        await RunAsync(add, cancellationToken).ConfigureAwait(false);
        try
        {
            var after = await BlockBitmaps.QueryAsync(Monitor, cancellationToken).ConfigureAwait(false);
            return measured.ToDictionary(m => m.Target, m => (ulong)(after.Find(m.Node, Measure)?.Count ?? 0), StringComparer.Ordinal);
        }
        finally
        {
            await RunAsync(remove, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a temporary bitmap of all that a checkpoint's bitmap has recorded in a disk's images.</summary>
    /// <param name="transaction">Gets the actions.</param>
    /// <param name="bitmaps">What there is.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="bitmap">The checkpoint's bitmap.</param>
    /// <param name="node">The node that gets it.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="VireoException">VIR_ERR_CHECKPOINT_INCONSISTENT.</exception>
    public static void Collect(BlockTransaction transaction, BlockBitmaps bitmaps, LiveDisk disk, string bitmap, string node, string name)
    {
        var holders = bitmaps.Chain(disk, bitmap);
        var granularity = bitmaps.Find(NodeNumbers.Format(holders[0]), bitmap)!.Granularity;
        transaction.AddBitmap(node, name, persistent: false, granularity > 0 ? granularity : Granularity);
        transaction.MergeBitmaps(node, name, bitmap, holders.Select(NodeNumbers.Format));
    }

    /// <summary>Removes the bitmaps of checkpoints from every image that has them; images that are only read are opened for writing meanwhile.</summary>
    public async Task RemoveAsync(IEnumerable<QemuCheckpoint> checkpoints, CancellationToken cancellationToken)
    {
        var known = await BlockBitmaps.QueryAsync(Monitor, cancellationToken).ConfigureAwait(false);
        var transaction = new BlockTransaction();
        var reopened = new HashSet<(LiveDisk Disk, int Place)>();
        foreach (var (target, bitmap) in checkpoints.SelectMany(c => c.Bitmaps))
        {
            if (process.Disks.Find(target) is not { Chain: not null } disk)
            {
                continue;
            }

            for (var place = 0; place < disk.Numbers.Length; place++)
            {
                var node = NodeNumbers.Format(disk.Numbers[place]);
                if (known.Find(node, bitmap) is null)
                {
                    continue;
                }

                transaction.RemoveBitmap(node, bitmap);
                if (place > 0)
                {
                    reopened.Add((disk, place));
                }
            }
        }

        var opened = new Stack<(LiveDisk Disk, int Place)>();
        try
        {
            foreach (var (disk, place) in reopened)
            {
                await ReopenAsync(disk, place, readOnly: false, cancellationToken).ConfigureAwait(false);
                opened.Push((disk, place));
            }

            await RunAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (disk, place) in opened)
            {
                await ReopenAsync(disk, place, readOnly: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>An image has taken over the data of those below it: its bitmaps take over what theirs have recorded.</summary>
    /// <remarks>QEMU 7.2 dies when it is asked for its nodes while a stream job waits to be dismissed, so it is tried which images have the bitmap.</remarks>
    /// <param name="checkpoints">The domain's checkpoints.</param>
    /// <param name="disk">The disk as it is now.</param>
    /// <param name="number">The image's number.</param>
    /// <param name="merged">The numbers of those that were below it, the upper ones first; still open.</param>
    public async Task TakeOverAsync(IEnumerable<QemuCheckpoint> checkpoints, LiveDisk disk, int number, IReadOnlyList<int> merged)
    {
        var bitmaps = checkpoints.SelectMany(c => c.Bitmaps).Where(b => b.Target == disk.Target).Select(b => b.Bitmap).ToList();
        var place = disk.Numbers.IndexOf(number);
        if (bitmaps.Count == 0 || place < 0)
        {
            return;
        }

        if (place > 0)
        {
            await ReopenAsync(disk, place, readOnly: false, CancellationToken.None).ConfigureAwait(false);
        }

        try
        {
            foreach (var bitmap in bitmaps)
            {
                await TakeOverAsync(bitmap, NodeNumbers.Format(number), [.. merged.Select(NodeNumbers.Format)]).ConfigureAwait(false);
            }
        }
        finally
        {
            if (place > 0)
            {
                await ReopenAsync(disk, place, readOnly: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // Those that have it are the upper ones: a bitmap begins somewhere in the chain and every image above has it.
    private async Task TakeOverAsync(string bitmap, string node, IReadOnlyList<string> merged)
    {
        for (var count = merged.Count; count > 0; count--)
        {
            var transaction = new BlockTransaction();
            transaction.MergeBitmaps(node, bitmap, bitmap, merged.Take(count));
            try
            {
                await RunAsync(transaction, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (VireoException e) when (e.InnerException is QmpErrorException)
            {
                // The lowest of them has no such bitmap; or none has.
            }
        }
    }

    private async Task ReopenAsync(LiveDisk disk, int place, bool readOnly, CancellationToken cancellationToken)
    {
        int? below = place + 1 < disk.Numbers.Length ? disk.Numbers[place + 1] : null;
        var node = BlockNodeJson.ForReopen(disk.Chain!.Layers[place], disk.Numbers[place], below, disk.Access with { ReadOnly = readOnly, DetectZeroes = null });
        await Monitor.ExecuteAsync(Qmp.BlockdevReopen(node), cancellationToken).ConfigureAwait(false);
    }
}
