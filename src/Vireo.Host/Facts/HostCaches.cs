using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>A cache of the processors.</summary>
/// <param name="Id">Its number among those of its level.</param>
/// <param name="Level">1 to 3.</param>
/// <param name="Kind">The kernel's word: Unified, Data, Instruction.</param>
/// <param name="SizeKiB">Its size, in KiB.</param>
/// <param name="Processors">Who shares it: <c>0-3</c>.</param>
public sealed record HostCache(uint Id, uint Level, string Kind, ulong SizeKiB, string Processors)
{
    /// <summary>The caches of a level, each once.</summary>
    public static IReadOnlyList<HostCache> OfLevel(uint level, HostProcessors processors) =>
        [.. processors.All.SelectMany(cpu => OfProcessor(cpu.Id)).Where(cache => cache.Level == level).DistinctBy(static cache => (cache.Id, cache.Kind)).OrderBy(static cache => cache.Id)];

    private static IEnumerable<HostCache> OfProcessor(uint cpu)
    {
        var root = $"/sys/devices/system/cpu/cpu{cpu}/cache";
        if (!Directory.Exists(root))
            yield break;
        foreach (var directory in Directory.EnumerateDirectories(root, "index*"))
        {
            if (uint.TryParse(FactFile.Text(directory + "/level"), NumberStyles.None, CultureInfo.InvariantCulture, out var level)
                && FactFile.Text(directory + "/size") is { } size && ulong.TryParse(size.TrimEnd('K'), NumberStyles.None, CultureInfo.InvariantCulture, out var sizeKiB))
            {
                _ = uint.TryParse(FactFile.Text(directory + "/id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id);
                yield return new(id, level, FactFile.Text(directory + "/type") ?? "Unified", sizeKiB, FactFile.Text(directory + "/shared_cpu_list") ?? "");
            }
        }
    }
}
