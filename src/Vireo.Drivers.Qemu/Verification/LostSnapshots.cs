using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>
/// Documents of snapshots whose metadata is lost and whose data is not. What nobody knows any more is not guessed: a rebuilt snapshot has no description and no parent, and the
/// domain's document is that of today, or of the snapshot after it.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="found">What was found on disk.</param>
/// <param name="store">Where the metadata lies; a document that is there, however broken, is not written over.</param>
internal sealed class LostSnapshots(ISnapshotDomain domain, SnapshotVerification found, SnapshotStore store)
{
    /// <summary>The documents.</summary>
    public IReadOnlyList<DomainSnapshotConfig> Documents()
    {
        var within = found.Internals.Unknown.Where(u => IsFree(u.Key)).Select(u => FromImages(u.Key, u.Value)).OfType<DomainSnapshotConfig>().ToList();
        return
        [
            .. within,
            .. found.Orphans.Where(o => IsFree(o.Parent) && !found.Internals.Unknown.ContainsKey(o.Parent)).DistinctBy(o => o.Parent)
                .Select(o => FromChild(o.Parent, o.Child)).OfType<DomainSnapshotConfig>(),
        ];
    }

    private bool IsFree(string name) => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('.') && !File.Exists(store.PathOf(name));

    /// <summary>From the snapshots of that name within the images: at most one image of each disk.</summary>
    private DomainSnapshotConfig? FromImages(string name, List<(SurveyedImage Image, InternalSnapshot Snapshot)> held)
    {
        if ((domain.Live ?? domain.Persistent) is not { } config)
        {
            return null;
        }

        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var disk in config.Devices.Disks.Where(d => d.Target?.Dev is not null))
        {
            var candidates = held.Where(h => h.Image.Disk == disk.Target!.Dev).Select(h => h.Image.Path).ToList();
            var own = disk.Location()?.LocalPath;
            if (candidates.Count > 0)
            {
                images[disk.Target!.Dev!] = own is not null && candidates.Contains(own) ? own : candidates[0];
            }

            if (candidates.Count > 1 && !candidates.Contains(own ?? ""))
            {
                // Two images of one disk hold it, and nobody can say which was meant.
                return null;
            }
        }

        var memory = held.Exists(h => h.Snapshot.HasMemory);
        return images.Count == 0 ? null : new DomainSnapshotConfig
        {
            Name = name,
            State = memory ? "running" : "shutoff",
            CreationTime = held.Min(h => h.Snapshot.CreationTime),
            Memory = new SnapshotMemory { Snapshot = memory ? SnapshotLocation.Internal : SnapshotLocation.No },
            Disks = [.. config.Devices.Disks.Select(d => new SnapshotDisk { Name = d.Target?.Dev, Snapshot = images.ContainsKey(d.Target?.Dev ?? "") ? SnapshotLocation.Internal : SnapshotLocation.No })],
            Domain = At(config, disk => images.TryGetValue(disk, out var path) ? new ImageLayer(new FileLocation(path), ImageFormat.Qcow2) : null),
            InactiveDomain = memory && domain is { Live: not null, Persistent: { } persistent } ? persistent : null,
        };
    }

    /// <summary>From the snapshot taken on it: its disks' images are the overlays, and what those stand on is what the lost one froze.</summary>
    private DomainSnapshotConfig? FromChild(string name, QemuSnapshot child)
    {
        var overlays = new Dictionary<string, (SurveyedImage Overlay, ImageLayer Frozen)>(StringComparer.Ordinal);
        foreach (var disk in child.Config.Domain?.Devices.Disks ?? default)
        {
            if (disk.Target?.Dev is { } target && disk.Location()?.LocalPath is { } path
                && found.Survey.Find(path) is { Problem: null, Below: { Format: { } format } below } overlay && below.Location.LocalPath is not null)
            {
                overlays[target] = (overlay, new ImageLayer(below.Location, format));
            }
        }

        return overlays.Count == 0 ? null : new DomainSnapshotConfig
        {
            Name = name,
            State = "disk-snapshot",
            CreationTime = overlays.Values.Max(o => new DateTimeOffset(File.GetLastWriteTimeUtc(o.Frozen.Location.LocalPath!)).ToUnixTimeSeconds()),
            Memory = new SnapshotMemory { Snapshot = SnapshotLocation.No },
            Disks =
            [
                .. child.Config.Domain!.Devices.Disks.Select(d => d.Target?.Dev is { } target && overlays.TryGetValue(target, out var parts)
                    ? new SnapshotDisk
                    {
                        Name = target,
                        Snapshot = SnapshotLocation.External,
                        Type = DiskType.File,
                        Driver = new DiskDriver { Type = parts.Overlay.Format!.Value.Name() },
                        Source = new DiskSource { File = parts.Overlay.Path },
                    }
                    : new SnapshotDisk { Name = d.Target?.Dev, Snapshot = SnapshotLocation.No }),
            ],
            Domain = At(child.Config.InactiveDomain ?? child.Config.Domain!, disk => overlays.TryGetValue(disk, out var parts) ? parts.Frozen : null),
        };
    }

    private static DomainConfig At(DomainConfig config, Func<string, ImageLayer?> image)
    {
        var saved = SavedDocument.Of(config);
        return saved with
        {
            Devices = saved.Devices with { Disks = [.. saved.Devices.Disks.Select(d => d.Target?.Dev is { } target && image(target) is { } layer ? d.WithTop(layer) : d)] },
        };
    }
}
