using System.Collections.Concurrent;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>The <c>block.</c> group of a domain's figures.</summary>
internal sealed class DiskFigures
{
    private const uint FirstDisks = 32;

    private static readonly ConcurrentDictionary<(uint Disk, string Name), string> s_fields = new();
    private static readonly Func<(uint Disk, string Name), string> s_format = static field => $"block.{field.Disk}.{field.Name}";

    private readonly List<TypedParam> _told = [];
    private uint _count;

    /// <summary>Those of a domain that does not run.</summary>
    /// <param name="config">Its document.</param>
    /// <param name="images">What lies on the disk for each of its disks.</param>
    public static IEnumerable<TypedParam> Still(DomainConfig config, IReadOnlyList<StillImage> images)
    {
        var figures = new DiskFigures();
        for (var i = 0; i < images.Count; i++)
        {
            figures.Begin(config.Devices.Disks[i].Target?.Dev ?? "", images[i].Location);
            if (images[i].Sizes is { } sizes)
            {
                figures.Tell("allocation", sizes.Allocation);
                figures.Tell("capacity", sizes.Capacity);
                figures.Tell("physical", sizes.Physical);
            }
        }

        return figures.Counted();
    }

    /// <summary>Those of a running domain.</summary>
    /// <param name="config">The live document.</param>
    /// <param name="disks">Its disks as the hypervisor has them open.</param>
    /// <param name="counters">What it counts; what is missing is left out.</param>
    /// <param name="nodes">The images it has open.</param>
    /// <param name="backing">Every image instead of the top alone.</param>
    public static IEnumerable<TypedParam> Running(
        DomainConfig config, LiveDisks disks, IReadOnlyList<QmpBlockCounters> counters, IReadOnlyList<QmpBlockNode> nodes, bool backing)
    {
        var figures = new DiskFigures();
        var byDevice = counters.Where(static counted => counted.Device is not null).GroupBy(static counted => counted.Device!).ToDictionary(static group => group.Key, static group => group.First(), StringComparer.Ordinal);
        var byNode = nodes.GroupBy(static node => node.Name).ToDictionary(static group => group.Key, static group => group.First(), StringComparer.Ordinal);
        foreach (var document in config.Devices.Disks)
        {
            var disk = disks.Find(document.Target?.Dev ?? "");
            var counted = byDevice.GetValueOrDefault(document.Alias ?? "");
            var image = disk is null ? counted : counted?.Image;
            var layers = disk?.Chain?.Layers ?? [];
            var depth = 0;
            do
            {
                figures.Begin(document.Target?.Dev ?? "", depth < layers.Length ? layers[depth].Location : null);
                if (disk is not null && depth < layers.Length)
                {
                    figures.Tell("backingIndex", (uint)disk.Numbers[depth]);
                    figures.TellCounters(depth == 0 ? counted : null);
                    figures.TellImage(image, byNode.GetValueOrDefault(NodeNumbers.Format(disk.Numbers[depth])), layers[depth].Location);
                }
                else
                {
                    figures.TellCounters(counted);
                }

                (counted, image) = (null, image?.Backing);
            }
            while (backing && ++depth < layers.Length);
        }

        return figures.Counted();
    }

    private IEnumerable<TypedParam> Counted() => _told.Prepend(TypedParam.Of("block.count", _count));

    private void Begin(string target, ImageLocation? location)
    {
        _count++;
        Tell("name", target);
        if ((location?.LocalPath ?? (location as LentLocation)?.Path ?? (location as FolderLocation)?.Path) is { } path)
        {
            Tell("path", path);
        }
        else if (location is not null)
        {
            Tell("url", location.Display);
        }
    }

    private void TellCounters(QmpBlockCounters? counted)
    {
        if (counted is null)
        {
            return;
        }

        ReadOnlySpan<(string Name, string Qemu)> figures =
        [
            ("rd.reqs", "rd_operations"), ("rd.bytes", "rd_bytes"), ("rd.times", "rd_total_time_ns"), ("wr.reqs", "wr_operations"), ("wr.bytes", "wr_bytes"),
            ("wr.times", "wr_total_time_ns"), ("fl.reqs", "flush_operations"), ("fl.times", "flush_total_time_ns"),
        ];
        foreach (var (name, qemu) in figures)
        {
            Tell(name, (ulong)counted[qemu]);
        }
    }

    private void TellImage(QmpBlockCounters? counted, QmpBlockNode? node, ImageLocation location)
    {
        if (counted is not null)
        {
            Tell("allocation", (ulong)counted.HighestOffset);
        }

        if (node is null)
        {
            return;
        }

        Tell("capacity", (ulong)node.VirtualSize);
        Tell("physical", (ulong)(location is NetworkLocation or FolderLocation or NvmeLocation ? node.VirtualSize : node.ActualSize ?? 0));
        if (node.WriteThreshold > 0)
        {
            Tell("threshold", (ulong)node.WriteThreshold);
        }
    }

    private void Tell(string name, ulong value) => _told.Add(TypedParam.Of(Field(name), value));

    private void Tell(string name, uint value) => _told.Add(TypedParam.Of(Field(name), value));

    private void Tell(string name, string value) => _told.Add(TypedParam.Of(Field(name), value));

    // Every domain has the same few names, which are not made anew for each.
    private string Field(string name) => _count <= FirstDisks ? s_fields.GetOrAdd((_count - 1, name), s_format) : s_format((_count - 1, name));
}
