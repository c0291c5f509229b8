using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>What a guest tells of its memory, in libvirt's names and order. Sizes are in KiB.</summary>
internal static class MemoryFigures
{
    private static readonly (string Qemu, string Name, DomainMemoryStatTags Tag, bool Bytes)[] s_figures =
    [
        ("stat-swap-in", "swap_in", DomainMemoryStatTags.SwapIn, true),
        ("stat-swap-out", "swap_out", DomainMemoryStatTags.SwapOut, true),
        ("stat-major-faults", "major_fault", DomainMemoryStatTags.MajorFault, false),
        ("stat-minor-faults", "minor_fault", DomainMemoryStatTags.MinorFault, false),
        ("stat-free-memory", "unused", DomainMemoryStatTags.Unused, true),
        ("stat-total-memory", "available", DomainMemoryStatTags.Available, true),
        ("stat-available-memory", "usable", DomainMemoryStatTags.Usable, true),
        ("last-update", "last-update", DomainMemoryStatTags.LastUpdate, false),
        ("stat-disk-caches", "disk_caches", DomainMemoryStatTags.DiskCaches, true),
        ("stat-htlb-pgalloc", "hugetlb_pgalloc", DomainMemoryStatTags.HugetlbPgalloc, false),
        ("stat-htlb-pgfail", "hugetlb_pgfail", DomainMemoryStatTags.HugetlbPgfail, false),
    ];

    /// <summary>The figures that the guest tells.</summary>
    public static IEnumerable<(string Name, DomainMemoryStatTags Tag, ulong Value)> Of(QmpBalloonFigures told)
    {
        foreach (var (qemu, name, tag, bytes) in s_figures)
        {
            if (tag == DomainMemoryStatTags.LastUpdate)
            {
                yield return (name, tag, told.LastUpdate);
            }
            else if (told.Values.TryGetValue(qemu, out var value))
            {
                yield return (name, tag, bytes ? value / 1024 : value);
            }
        }
    }
}
