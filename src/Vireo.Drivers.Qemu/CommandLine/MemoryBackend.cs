using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>What holds a part of the guest's memory.</summary>
/// <param name="Id">QEMU's name of it.</param>
/// <param name="Size">How much.</param>
internal sealed record MemoryBackend(string Id, DataSize Size)
{
    /// <summary>It is the machine's memory, whose name in a memory stream must not change with what holds it.</summary>
    public bool IsMain { get; init; }

    /// <summary>The guest's NUMA cell it is for; null for none.</summary>
    public uint? Cell { get; init; }

    /// <summary>Whether others see what the guest writes; null when the domain's setting holds.</summary>
    public MemoryAccess? Access { get; init; }

    /// <summary>Whether its pages are given back when it goes; null when the domain's setting holds.</summary>
    public bool? Discard { get; init; }

    /// <summary>What a memory device says of its backend; null for what is not a device.</summary>
    public MemoryDeviceSource? Source { get; init; }

    /// <summary>The guest may not write to the device's file.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The option of <c>-object</c>.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a policy that QEMU does not know.</exception>
    public OptionJson ToObject(DomainConfig config, CommandLineContext context)
    {
        var backing = config.MemoryBacking;
        var pages = PageSize(config);
        var option = Kind(backing, pages is not null, context)
            .Flag("share", (Access ?? backing?.Access) switch { null => null, var access => access == MemoryAccess.Shared })
            .Flag("discard-data", Discard ?? (backing?.Discard == true ? true : null))
            .Flag("prealloc", backing?.Allocation?.Mode == MemoryAllocationMode.Immediate || pages is not null || Source?.Path is not null ? true : null)
            .Number("prealloc-threads", backing?.Allocation?.Threads)
            .Number("hugetlbsize", pages is { Bytes: > 0 } size ? size.Bytes : null)
            .Number("align", Source?.Alignsize?.Bytes).Flag("pmem", Source?.Pmem == true ? true : null).Flag("readonly", ReadOnly ? true : null)
            .Number("size", Size.Bytes);
        return HostNodes(option, config);
    }

    private OptionJson Kind(MemoryBackingConfig? backing, bool huge, CommandLineContext context)
    {
        if (Source?.Path is { } file)
        {
            return OptionJson.Object("memory-backend-file", Id).Text("mem-path", file);
        }

        if (huge)
        {
            // Huge pages need no mount of hugetlbfs this way, and leave no file.
            return Stable(OptionJson.Object("memory-backend-memfd", Id).Flag("hugetlb", true));
        }

        var shared = (Access ?? backing?.Access) == MemoryAccess.Shared;
        return (backing?.Source ?? (shared ? MemorySource.Memfd : MemorySource.Anonymous)) switch
        {
            MemorySource.File => Stable(OptionJson.Object("memory-backend-file", Id).Text("mem-path", context.File(Id))),
            // Memory that others see must have a descriptor that they can be handed.
            MemorySource.Memfd => Stable(OptionJson.Object("memory-backend-memfd", Id)),
            _ => OptionJson.Object("memory-backend-ram", Id),
        };
    }

    private OptionJson Stable(OptionJson option) => option.Flag("x-use-canonical-path-for-ramblock-id", IsMain ? false : null);

    // Zero bytes stand for the host's usual huge page.
    private DataSize? PageSize(DomainConfig config)
    {
        if (Source is not null)
        {
            return Source.Pagesize is { Bytes: > 4096 } own ? own : null;
        }

        if (config.MemoryBacking?.Hugepages is not { } huge)
        {
            return null;
        }

        if (huge.Pages.IsEmpty)
        {
            return default(DataSize);
        }

        var page = huge.Pages.Find(p => p.Nodeset is { } nodes && Cell is { } cell && NumberSet.Parse(nodes).Contains((int)cell)) ?? huge.Pages.Find(p => p.Nodeset is null);
        return page?.Size is { Bytes: > 4096 } size ? size : null;
    }

    private OptionJson HostNodes(OptionJson option, DomainConfig config)
    {
        var general = config.Numatune?.Memory;
        var own = Cell is { } cell ? config.Numatune?.Memnodes.Find(m => m.Cellid == cell) : null;
        var nodes = Source?.Nodemask ?? own?.Nodeset ?? general?.Nodeset;
        var mode = own?.Mode ?? general?.Mode ?? NumaMemoryMode.Strict;
        if (nodes is null || mode == NumaMemoryMode.Restrictive)
        {
            return option;
        }

        return option.Raw("host-nodes", json =>
        {
            json.WriteStartArray();
            foreach (var node in NumberSet.Parse(nodes))
            {
                json.WriteNumberValue(node);
            }

            json.WriteEndArray();
        }).Text("policy", mode switch
        {
            NumaMemoryMode.Strict => "bind",
            NumaMemoryMode.Preferred => "preferred",
            NumaMemoryMode.Interleave => "interleave",
            _ => throw Unsupported.Element($"NUMA memory mode '{mode.ToXmlName()}'"),
        });
    }
}
