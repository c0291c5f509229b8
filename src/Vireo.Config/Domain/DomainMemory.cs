using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The guest's memory.</summary>
[XmlRecord]
public sealed partial record DomainMemory
{
    /// <summary>How much.</summary>
    [XmlText(Unit = "KiB")] public DataSize Size { get; init; }

    /// <summary>Whether a core dump holds it.</summary>
    [XmlAttribute(OnOff = true)] public bool? DumpCore { get; init; }

    /// <summary>So much memory and nothing else said.</summary>
    public static implicit operator DomainMemory(DataSize size) => new() { Size = size };
}

/// <summary>How far memory may grow.</summary>
[XmlRecord]
public sealed partial record MaxMemoryConfig
{
    [XmlAttribute] public uint? Slots { get; init; }

    [XmlText(Unit = "KiB")] public DataSize Size { get; init; }
}

/// <summary>Limits of memory use.</summary>
[XmlRecord]
public sealed partial record MemtuneConfig
{
    [XmlElement("hard_limit", Unit = "KiB")] public DataSize? HardLimit { get; init; }

    [XmlElement("soft_limit", Unit = "KiB")] public DataSize? SoftLimit { get; init; }

    [XmlElement("min_guarantee", Unit = "KiB")] public DataSize? MinGuarantee { get; init; }

    [XmlElement("swap_hard_limit", Unit = "KiB")] public DataSize? SwapHardLimit { get; init; }
}

/// <summary>What backs the guest's memory.</summary>
[XmlRecord]
public sealed partial record MemoryBackingConfig
{
    [XmlElement] public HugepagesConfig? Hugepages { get; init; }

    [XmlPresence] public bool Nosharepages { get; init; }

    [XmlPresence] public bool Locked { get; init; }

    [XmlElement("source", Value = "type", Invalid = "unknown memoryBacking/source/type '{0}'", InvalidCode = XmlCode.Unsupported)] public MemorySource? Source { get; init; }

    [XmlElement("access", Value = "mode", Invalid = "unknown memoryBacking/access/mode '{0}'", InvalidCode = XmlCode.Unsupported)] public MemoryAccess? Access { get; init; }

    [XmlElement] public MemoryAllocation? Allocation { get; init; }

    [XmlPresence] public bool Discard { get; init; }
}

/// <summary>What memory comes from.</summary>
[XmlEnum]
public enum MemorySource
{
    File, Anonymous, Memfd,
}

/// <summary>When and how memory is allocated.</summary>
[XmlRecord]
public sealed partial record MemoryAllocation
{
    [XmlAttribute(Invalid = "unknown memoryBacking/allocation/mode '{0}'", InvalidCode = XmlCode.Unsupported)] public MemoryAllocationMode? Mode { get; init; }

    [XmlAttribute(Invalid = "Failed to parse memory allocation threads")] public uint? Threads { get; init; }
}

/// <summary>When memory is allocated.</summary>
[XmlEnum]
public enum MemoryAllocationMode
{
    Immediate, Ondemand,
}

/// <summary>Huge pages.</summary>
[XmlRecord]
public sealed partial record HugepagesConfig
{
    [XmlElement("page")] public ConfigList<HugepageConfig> Pages { get; init; }
}

/// <summary>Huge pages of one size for some NUMA nodes.</summary>
[XmlRecord]
public sealed partial record HugepageConfig
{
    [XmlAttribute(Unit = "KiB", Required = true)] public DataSize? Size { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Nodeset { get; init; }
}
