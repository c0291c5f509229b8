using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>What snapshots take on disk. What is missing takes nothing.</summary>
internal static class SnapshotUsage
{
    /// <summary>The usage of all of a domain's snapshots.</summary>
    public static SnapshotUsageConfig Of(string domain, SnapshotTree<QemuSnapshot> tree)
    {
        var held = new Dictionary<string, IReadOnlyList<InternalSnapshot>>(StringComparer.Ordinal);
        return new SnapshotUsageConfig
        {
            Domain = domain,
            Snapshots =
            [
                .. tree.All.Select(s => new SnapshotUsageEntry
                {
                    Name = s.Name,
                    Disks = Sum((s.Config.Domain?.Devices.Disks ?? default).Where(s.HasExternal).Select(d => Allocated(d.Source?.File))),
                    Memory = Sum([Allocated(s.MemoryFile), .. InternalTags.Of(s).Select(t => Within(t, held))]),
                }),
            ],
        };
    }

    private static ulong? Sum(IEnumerable<ulong?> parts) => parts.OfType<ulong>().ToList() is { Count: > 0 } known ? known.Aggregate((a, b) => a + b) : null;

    private static ulong? Allocated(string? path) => path is not null && FileStatus.TryOf(path) is { } status ? (ulong)status.Allocated : null;

    private static ulong? Within(TaggedImage image, Dictionary<string, IReadOnlyList<InternalSnapshot>> held)
    {
        if (!held.TryGetValue(image.Path, out var snapshots))
        {
            try
            {
                snapshots = InternalSnapshot.Read(image.Path);
            }
            catch (VireoException)
            {
                // snapshot-verify says what is wrong with it.
                snapshots = [];
            }

            held[image.Path] = snapshots;
        }

        return snapshots.FirstOrDefault(s => s.Name == image.Tag) is { HasMemory: true } found ? found.Memory : null;
    }
}
