using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>Memory pages of one size.</summary>
/// <param name="SizeKiB">The size, in KiB.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct HostPagePool(ulong SizeKiB, ulong Count);

/// <summary>The memory of this host, in KiB.</summary>
/// <param name="TotalKiB">All of it.</param>
/// <param name="FreeKiB">What nothing uses.</param>
/// <param name="BuffersKiB">What buffers of block devices take; 0 for a cell.</param>
/// <param name="CachedKiB">What cached files take; 0 for a cell.</param>
public sealed record HostMemory(ulong TotalKiB, ulong FreeKiB, ulong BuffersKiB, ulong CachedKiB)
{
    private const string NodeRoot = "/sys/devices/system/node";

    /// <summary>The whole host's.</summary>
    public static HostMemory Read() => Read("/proc/meminfo", "");

    /// <summary>A NUMA cell's.</summary>
    public static HostMemory Read(uint node) => File.Exists($"{NodeRoot}/node{node}/meminfo") ? Read($"{NodeRoot}/node{node}/meminfo", $"Node {node} ") : Read();

    /// <summary>The NUMA cells; one where the kernel knows none.</summary>
    public static IReadOnlyList<uint> Nodes() => [.. NumberList.Parse(FactFile.Text(NodeRoot + "/online") ?? "0")];

    /// <summary>How far each cell is from <paramref name="node"/>, in the kernel's measure, 10 for itself.</summary>
    public static IReadOnlyList<uint> Distances(uint node) =>
        [.. (FactFile.Text($"{NodeRoot}/node{node}/distance") ?? "10").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static text => uint.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>The pages of a cell: the small ones, then each huge size by size.</summary>
    public static IReadOnlyList<HostPagePool> Pages(uint node)
    {
        var root = HugePages.Root(node);
        var huge = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root, "hugepages-*kB").Select(path => new HostPagePool(
                ulong.Parse(Path.GetFileName(path).AsSpan(10..^2), CultureInfo.InvariantCulture),
                ulong.TryParse(FactFile.Text(path + "/nr_hugepages"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0)).OrderBy(static pool => pool.SizeKiB).ToList()
            : [];
        var small = (ulong)Environment.SystemPageSize / 1024;
        var inHuge = huge.Aggregate(0UL, static (sum, pool) => sum + pool.SizeKiB * pool.Count);
        return [new(small, (Read(node).TotalKiB - Math.Min(inHuge, Read(node).TotalKiB)) / small), .. huge];
    }

    private static HostMemory Read(string path, string prefix)
    {
        ulong total = 0, free = 0, buffers = 0, cached = 0;
        foreach (var line in File.ReadLines(path))
        {
            if (Field(line, prefix + "MemTotal:") is { } all)
                total = all;
            else if (Field(line, prefix + "MemFree:") is { } unused)
                free = unused;
            else if (Field(line, prefix + "Buffers:") is { } buffered)
                buffers = buffered;
            else if (Field(line, prefix + "Cached:") is { } files)
                cached = files;
        }

        return new(total, free, buffers, cached);
    }

    private static ulong? Field(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && ulong.TryParse(line.AsSpan(name.Length).Trim().TrimEnd("kB ".AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
