using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;capabilities&gt;</c> document: the host, and the kinds of guest it can run.</summary>
[XmlDocument("capabilities", Source = "capabilities")]
public sealed partial record CapabilitiesConfig
{
    [XmlElement(Spaced = true)] public HostCapabilities? Host { get; init; }

    [XmlElement("guest", Spaced = true)] public ConfigList<GuestCapabilities> Guests { get; init; }
}

/// <summary>The host.</summary>
[XmlRecord]
public sealed partial record HostCapabilities
{
    [XmlElement] public Guid? Uuid { get; init; }

    [XmlElement] public string? Netprefix { get; init; }

    [XmlElement] public CpuConfig? Cpu { get; init; }

    [XmlElement("power_management")] public PowerManagement? PowerManagement { get; init; }

    [XmlElement] public SupportFlag? Iommu { get; init; }

    [XmlElement("migration_features")] public MigrationFeatures? MigrationFeatures { get; init; }

    [XmlElement] public HostTopology? Topology { get; init; }

    [XmlElement] public HostCaches? Cache { get; init; }

    [XmlElement("memory_bandwidth")] public HostMemoryBandwidth? MemoryBandwidth { get; init; }

    [XmlElement("secmodel")] public ConfigList<SecurityModel> Secmodels { get; init; }
}

/// <summary>How the host may sleep.</summary>
[XmlRecord]
public sealed partial record PowerManagement
{
    [XmlPresence("suspend_mem")] public bool SuspendMem { get; init; }

    [XmlPresence("suspend_disk")] public bool SuspendDisk { get; init; }

    [XmlPresence("suspend_hybrid")] public bool SuspendHybrid { get; init; }
}

/// <summary>Whether something is supported.</summary>
[XmlRecord]
public sealed partial record SupportFlag
{
    [XmlAttribute] public bool? Support { get; init; }
}

/// <summary>How domains move between hosts.</summary>
[XmlRecord]
public sealed partial record MigrationFeatures
{
    [XmlPresence] public bool Live { get; init; }

    [XmlElement("uri_transport", Wrapper = "uri_transports")] public ConfigList<string> UriTransports { get; init; }
}

/// <summary>The host's NUMA cells.</summary>
[XmlRecord]
public sealed partial record HostTopology
{
    [XmlElement] public HostCells? Cells { get; init; }

    [XmlElement] public NumaInterconnects? Interconnects { get; init; }
}

/// <summary>The cells and their number.</summary>
[XmlRecord]
public sealed partial record HostCells
{
    [XmlAttribute] public uint? Num { get; init; }

    [XmlElement("cell")] public ConfigList<HostCell> Cells { get; init; }
}

/// <summary>One cell.</summary>
[XmlRecord]
public sealed partial record HostCell
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Memory { get; init; }

    [XmlElement("pages")] public ConfigList<HostPages> Pages { get; init; }

    [XmlElement("sibling", Wrapper = "distances")] public ConfigList<NumaDistance> Distances { get; init; }

    [XmlElement("cache")] public ConfigList<NumaCache> Caches { get; init; }

    [XmlElement] public HostCpus? Cpus { get; init; }
}

/// <summary>How many pages of one size a cell has.</summary>
[XmlRecord]
public sealed partial record HostPages
{
    [XmlAttribute] public string? Unit { get; init; }

    [XmlAttribute] public ulong? Size { get; init; }

    [XmlText] public ulong? Count { get; init; }
}

/// <summary>A cell's CPUs and their number.</summary>
[XmlRecord]
public sealed partial record HostCpus
{
    [XmlAttribute] public uint? Num { get; init; }

    [XmlElement("cpu")] public ConfigList<HostCpu> Cpus { get; init; }
}

/// <summary>One CPU.</summary>
[XmlRecord]
public sealed partial record HostCpu
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute("socket_id")] public uint? SocketId { get; init; }

    [XmlAttribute("die_id")] public uint? DieId { get; init; }

    [XmlAttribute("core_id")] public uint? CoreId { get; init; }

    [XmlAttribute] public string? Siblings { get; init; }
}

/// <summary>The host's caches.</summary>
[XmlRecord]
public sealed partial record HostCaches
{
    [XmlElement("bank")] public ConfigList<HostCacheBank> Banks { get; init; }

    [XmlElement] public HostMonitor? Monitor { get; init; }
}

/// <summary>One cache.</summary>
[XmlRecord]
public sealed partial record HostCacheBank
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public uint? Level { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public ulong? Size { get; init; }

    [XmlAttribute] public string? Unit { get; init; }

    [XmlAttribute] public string? Cpus { get; init; }

    [XmlElement("control")] public ConfigList<HostCacheControl> Controls { get; init; }
}

/// <summary>How finely a cache can be shared out.</summary>
[XmlRecord]
public sealed partial record HostCacheControl
{
    [XmlAttribute] public ulong? Granularity { get; init; }

    [XmlAttribute] public ulong? Min { get; init; }

    [XmlAttribute] public string? Unit { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public uint? MaxAllocs { get; init; }
}

/// <summary>What of caches or memory bandwidth can be counted.</summary>
[XmlRecord]
public sealed partial record HostMonitor
{
    [XmlAttribute] public uint? Level { get; init; }

    [XmlAttribute] public uint? ReuseThreshold { get; init; }

    [XmlAttribute] public uint? MaxMonitors { get; init; }

    [XmlElement("feature", Value = "name")] public ConfigList<string> Features { get; init; }
}

/// <summary>The host's memory bandwidth.</summary>
[XmlRecord]
public sealed partial record HostMemoryBandwidth
{
    [XmlElement("node")] public ConfigList<HostBandwidthNode> Nodes { get; init; }

    [XmlElement] public HostMonitor? Monitor { get; init; }
}

/// <summary>One node of memory bandwidth.</summary>
[XmlRecord]
public sealed partial record HostBandwidthNode
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public string? Cpus { get; init; }

    [XmlElement("control")] public ConfigList<HostBandwidthControl> Controls { get; init; }
}

/// <summary>How finely memory bandwidth can be shared out, in percent.</summary>
[XmlRecord]
public sealed partial record HostBandwidthControl
{
    [XmlAttribute] public uint? Granularity { get; init; }

    [XmlAttribute] public uint? Min { get; init; }

    [XmlAttribute] public uint? MaxAllocs { get; init; }
}

/// <summary>A security model and its labels.</summary>
[XmlRecord]
public sealed partial record SecurityModel
{
    [XmlElement] public string? Model { get; init; }

    [XmlElement] public string? Doi { get; init; }

    [XmlElement("baselabel")] public ConfigList<SecurityBaseLabel> Baselabels { get; init; }
}

/// <summary>The label of one kind of domain.</summary>
[XmlRecord]
public sealed partial record SecurityBaseLabel
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlText] public string? Label { get; init; }
}
