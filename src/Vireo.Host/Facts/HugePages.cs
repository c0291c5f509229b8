using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>The kernel's pools of huge pages of a NUMA cell.</summary>
public static class HugePages
{
    /// <summary>Whether the cell has a pool of that size.</summary>
    public static bool Has(uint node, ulong sizeKiB) => Directory.Exists(Pool(node, sizeKiB));

    /// <summary>How many are not in use.</summary>
    public static ulong Free(uint node, ulong sizeKiB) => Number(Pool(node, sizeKiB) + "/free_hugepages");

    /// <summary>Makes the pool larger, or of that size.</summary>
    /// <param name="node">The cell.</param>
    /// <param name="sizeKiB">The pages' size.</param>
    /// <param name="count">How many.</param>
    /// <param name="add">In addition to those there are.</param>
    /// <returns>Whether all could be had; the kernel takes what it finds.</returns>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to change.</exception>
    public static bool Allocate(uint node, ulong sizeKiB, ulong count, bool add)
    {
        var file = Pool(node, sizeKiB) + "/nr_hugepages";
        var wanted = add ? Number(file) + count : count;
        File.WriteAllText(file, wanted.ToString(CultureInfo.InvariantCulture));
        return Number(file) == wanted;
    }

    internal static string Root(uint node) =>
        Directory.Exists($"/sys/devices/system/node/node{node}/hugepages") ? $"/sys/devices/system/node/node{node}/hugepages" : "/sys/kernel/mm/hugepages";

    private static string Pool(uint node, ulong sizeKiB) => string.Create(CultureInfo.InvariantCulture, $"{Root(node)}/hugepages-{sizeKiB}kB");

    private static ulong Number(string file) => ulong.TryParse(FactFile.Text(file), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
