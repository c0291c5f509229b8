namespace Vireo.Config.Defaults;

/// <summary>How much memory a guest has, its limits, and the pages it comes from.</summary>
internal static class MemoryDefaults
{
    // What stands for "no limit" in documents, in KiB.
    private const ulong Unlimited = 9007199254740991;

    /// <summary>Sums up cells and modules, and drops limits that limit nothing.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: there is no memory, or the sums do not fit together.</exception>
    public static DomainConfig Apply(DomainConfig config)
    {
        ulong modules = 0;
        foreach (var module in config.Devices.Memories)
        {
            modules += module.Target?.Size?.Bytes ?? 0;
        }

        ulong cells = 0;
        foreach (var cell in config.Cpu?.Numa?.Cells ?? [])
        {
            cells += cell.Memory?.Bytes ?? 0;
        }

        var total = cells > 0 ? new DataSize(cells + modules) : config.Memory?.Size ?? default;
        if (modules > total.Bytes)
        {
            throw Refused("Total size of memory devices exceeds the total memory size");
        }

        if (total.Bytes == modules)
        {
            throw Refused("Memory size must be specified via <memory> or in the <numa> configuration");
        }

        if (config.MaxMemory is { } most)
        {
            if (most.Size.Bytes == 0 || most.Slots is null or 0)
            {
                throw Refused("both maximum memory size and memory slot count must be specified");
            }

            if (most.Size < total)
            {
                throw Refused("maximum memory size must be equal or greater than the actual memory size");
            }
        }

        return config with
        {
            Memory = (config.Memory ?? new DomainMemory()) with { Size = total },
            CurrentMemory = config.CurrentMemory is { } current && current <= total && current.Bytes > 0 ? current : total,
            Memtune = config.Memtune is { } tune ? Limits(tune) : null,
            MemoryBacking = config.MemoryBacking is { Hugepages: { } pages } backing
                ? backing with { Hugepages = Pages(pages, config.Cpu?.Numa?.Cells.Count ?? 0) }
                : config.MemoryBacking,
        };
    }

    private static MemtuneConfig? Limits(MemtuneConfig tune)
    {
        var limits = tune with { HardLimit = Limit(tune.HardLimit), SoftLimit = Limit(tune.SoftLimit), SwapHardLimit = Limit(tune.SwapHardLimit) };
        return limits is { HardLimit: null, SoftLimit: null, SwapHardLimit: null, MinGuarantee: null } ? null : limits;
    }

    private static DataSize? Limit(DataSize? limit) => limit is { } size && size.Bytes / 1024 >= Unlimited ? null : limit;

    private static HugepagesConfig Pages(HugepagesConfig pages, int cells)
    {
        DataSize? master = null;
        var seen = new Dictionary<int, DataSize?>();
        var result = pages.Pages.Map(page =>
        {
            var nodes = page.Nodeset is { } set ? NumberSet.Parse(set) : null;
            if (nodes is not null && nodes.Max is var last && last >= Math.Max(cells, 1))
            {
                throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, $"hugepages: node {last} not found");
            }

            if (nodes is null || cells == 0)
            {
                master = master is null ? page.Size
                    : throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, $"two master hugepages detected: {KiB(page.Size)} and {KiB(master)}");
                return page with { Nodeset = null };
            }

            foreach (var node in nodes)
            {
                if (!seen.TryAdd(node, page.Size))
                {
                    throw new VireoException(
                        ErrorCode.XmlDetail, ErrorDomain.Domain, $"nodeset attribute of hugepages of sizes {KiB(page.Size)} and {KiB(seen[node])} intersect");
                }
            }

            return page;
        });
        return pages with { Pages = result };
    }

    private static ulong KiB(DataSize? size) => (size?.Bytes ?? 0) / 1024;

    private static VireoException Refused(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);
}
