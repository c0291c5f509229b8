using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Documents after merges: what named an image that is gone names the one that holds its data.</summary>
/// <param name="merges">The merges.</param>
internal sealed class MergedDocuments(IReadOnlyList<PlannedMerge> merges)
{
    /// <summary>A snapshot's metadata.</summary>
    public DomainSnapshotConfig Of(DomainSnapshotConfig snapshot) => merges.Count == 0 ? snapshot : snapshot with
    {
        Domain = snapshot.Domain is { } domain ? Of(domain) : null,
        InactiveDomain = snapshot.InactiveDomain is { } inactive ? Of(inactive) : null,
        Disks = [.. snapshot.Disks.Select(Of)],
        RevertDisks = [.. snapshot.RevertDisks.Select(Of)],
    };

    /// <summary>A domain's document.</summary>
    public DomainConfig Of(DomainConfig config) => merges.Count == 0 ? config : config with
    {
        Devices = config.Devices with { Disks = [.. config.Devices.Disks.Select(Of)] },
    };

    private DiskConfig Of(DiskConfig disk)
    {
        if (disk.Location()?.LocalPath is not { } path || merges.All(m => m.Target != disk.Target?.Dev))
        {
            return disk;
        }

        // A chain that is written out may name images that are gone; the images know it better.
        var moved = Replacement(disk.Target?.Dev, path) is { } result ? disk.WithTop(result) : disk;
        return moved with { BackingStore = null };
    }

    private SnapshotDisk Of(SnapshotDisk disk)
    {
        if (disk.Source?.File is not { } path || Replacement(disk.Name, path) is not { } result)
        {
            return disk;
        }

        var (type, source) = DiskDocuments.Source(result.Location);
        return disk with { Type = type, Source = source, Driver = new DiskDriver { Type = result.Format.Name() } };
    }

    private ImageLayer? Replacement(string? target, string path) =>
        merges.FirstOrDefault(m => m.Target == target && m.Gone.Any(g => g.Location.LocalPath == path))?.Result;
}
