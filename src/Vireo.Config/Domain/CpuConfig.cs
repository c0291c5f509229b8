using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The virtual CPU's model.</summary>
[XmlDocument("cpu", Source = "CPU_definition", Domain = XmlCode.CpuDocument, Unexpected = "XML does not contain expected 'cpu' element")]
public sealed partial record CpuConfig
{
    [XmlAttribute(Invalid = "Invalid mode attribute '{0}'", InvalidCode = XmlCode.Unsupported)] public CpuMode? Mode { get; init; }

    [XmlAttribute] public CpuMatch? Match { get; init; }

    [XmlAttribute] public CpuCheck? Check { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Migratable { get; init; }

    /// <summary>Whether the features that the host's maker gives up are kept; of later versions of libvirt.</summary>
    [XmlAttribute("deprecated_features", OnOff = true)] public bool? DeprecatedFeatures { get; init; }

    [XmlElement] public string? Arch { get; init; }

    /// <summary>What the hypervisor can do with it, in a host's description.</summary>
    [XmlElement("features")] public HostCpuFeatures? HostFeatures { get; init; }

    [XmlElement] public CpuModel? Model { get; init; }

    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public CpuMicrocode? Microcode { get; init; }

    [XmlElement] public CpuSignature? Signature { get; init; }

    [XmlElement] public CpuCounter? Counter { get; init; }

    [XmlElement] public CpuTopology? Topology { get; init; }

    [XmlElement] public CpuCache? Cache { get; init; }

    [XmlElement] public CpuMaxPhysAddr? Maxphysaddr { get; init; }

    [XmlElement("feature")] public ConfigList<CpuFeature> Features { get; init; }

    [XmlElement] public GuestNuma? Numa { get; init; }

    /// <summary>Page sizes, in a host's description.</summary>
    [XmlElement("pages")] public ConfigList<CpuPages> Pages { get; init; }
}

/// <summary>Where the model comes from.</summary>
[XmlEnum]
public enum CpuMode
{
    Custom,
    [XmlName("host-model")] HostModel,
    [XmlName("host-passthrough")] HostPassthrough,
    Maximum,
}

/// <summary>How strictly the model is matched.</summary>
[XmlEnum]
public enum CpuMatch
{
    Minimum, Exact, Strict,
}

/// <summary>What is checked before the start.</summary>
[XmlEnum]
public enum CpuCheck
{
    None, Partial, Full,
}

/// <summary>A named model.</summary>
[XmlRecord]
public sealed partial record CpuModel
{
    [XmlAttribute(Invalid = "Invalid fallback attribute", InvalidCode = XmlCode.Unsupported)] public CpuFallback? Fallback { get; init; }

    [XmlAttribute("vendor_id", Invalid = "vendor_id must be exactly 12 characters long", Form = "CpuVendor")] public string? VendorId { get; init; }

    [XmlText] public string? Name { get; init; }
}

/// <summary>Whether another model may stand in.</summary>
[XmlEnum]
public enum CpuFallback
{
    Allow, Forbid,
}

/// <summary>The microcode's version, in a host's description.</summary>
[XmlRecord]
public sealed partial record CpuMicrocode
{
    [XmlAttribute] public uint? Version { get; init; }
}

/// <summary>Family, model and stepping, in a host's description.</summary>
[XmlRecord]
public sealed partial record CpuSignature
{
    [XmlAttribute] public uint? Family { get; init; }

    [XmlAttribute] public uint? Model { get; init; }

    [XmlAttribute] public uint? Stepping { get; init; }
}

/// <summary>A counter, in a host's description.</summary>
[XmlRecord]
public sealed partial record CpuCounter
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public ulong? Frequency { get; init; }

    [XmlAttribute] public bool? Scaling { get; init; }
}

/// <summary>Page size of a host.</summary>
[XmlRecord]
public sealed partial record CpuPages
{
    [XmlAttribute] public string? Unit { get; init; }

    [XmlAttribute] public ulong? Size { get; init; }
}

/// <summary>Sockets, dies, cores, threads.</summary>
[XmlRecord]
public sealed partial record CpuTopology
{
    [XmlAttribute(Required = true)] public uint? Sockets { get; init; }

    [XmlAttribute] public uint? Dies { get; init; }

    /// <summary>Of later versions of libvirt.</summary>
    [XmlAttribute] public uint? Clusters { get; init; }

    [XmlAttribute(Required = true)] public uint? Cores { get; init; }

    [XmlAttribute(Required = true)] public uint? Threads { get; init; }
}

/// <summary>The cache shown to the guest.</summary>
[XmlRecord]
public sealed partial record CpuCache
{
    [XmlAttribute] public int? Level { get; init; }

    [XmlAttribute(Required = true)] public CpuCacheMode? Mode { get; init; }
}

/// <summary>Where the cache shown comes from.</summary>
[XmlEnum]
public enum CpuCacheMode
{
    Emulate, Passthrough, Disable,
}

/// <summary>The width of physical addresses.</summary>
[XmlRecord]
public sealed partial record CpuMaxPhysAddr
{
    [XmlAttribute(Required = true)] public CpuMaxPhysAddrMode? Mode { get; init; }

    [XmlAttribute] public uint? Bits { get; init; }

    /// <summary>The most bits taken from the host; of later versions of libvirt.</summary>
    [XmlAttribute] public uint? Limit { get; init; }
}

/// <summary>Where the width comes from.</summary>
[XmlEnum]
public enum CpuMaxPhysAddrMode
{
    Emulate, Passthrough,
}

/// <summary>A feature of the model, and what is asked of it.</summary>
[XmlRecord]
public sealed partial record CpuFeature
{
    [XmlAttribute(Invalid = "Invalid CPU feature policy", InvalidCode = XmlCode.Unsupported)] public CpuFeaturePolicy? Policy { get; init; }

    [XmlAttribute] public string? Name { get; init; }
}

/// <summary>What is asked of a feature.</summary>
[XmlEnum]
public enum CpuFeaturePolicy
{
    Force, Require, Optional, Disable, Forbid,
}

/// <summary>The guest's NUMA cells.</summary>
[XmlRecord]
public sealed partial record GuestNuma
{
    [XmlElement("cell")] public ConfigList<NumaCell> Cells { get; init; }

    /// <summary>How fast cells reach each other's memory.</summary>
    [XmlElement] public NumaInterconnects? Interconnects { get; init; }

    internal void Check(DocumentReader reader)
    {
        var seen = new bool[Cells.Count];
        for (var i = 0; i < seen.Length; i++)
        {
            var id = Cells[i].Id ?? (uint)i;
            if (id >= seen.Length || seen[id])
            {
                throw reader.Error(
                    "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not starting from 0 are not allowed", reader.Domain);
            }

            seen[id] = true;
        }
    }
}

/// <summary>One cell.</summary>
[XmlRecord]
public sealed partial record NumaCell
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Cpus { get; init; }

    [XmlAttribute(Unit = "KiB", Missing = "missing element or attribute './@memory'")] public DataSize? Memory { get; init; }

    [XmlAttribute] public MemoryAccess? MemAccess { get; init; }

    [XmlAttribute] public bool? Discard { get; init; }

    [XmlElement("sibling", Wrapper = "distances")] public ConfigList<NumaDistance> Distances { get; init; }

    /// <summary>The caches of the cell's memory.</summary>
    [XmlElement("cache")] public ConfigList<NumaCache> Caches { get; init; }
}

/// <summary>Whether memory is shared with others.</summary>
[XmlEnum]
public enum MemoryAccess
{
    Shared, Private,
}

/// <summary>How memory is mapped into a cache.</summary>
[XmlEnum]
public enum NumaCacheAssociativity
{
    None, Direct, Full,
}

/// <summary>When a cache writes.</summary>
[XmlEnum]
public enum NumaCachePolicy
{
    None, Writeback, Writethrough,
}

/// <summary>A cache of a cell's memory.</summary>
[XmlRecord]
public sealed partial record NumaCache
{
    [XmlAttribute(Required = true)] public uint? Level { get; init; }

    [XmlAttribute(Invalid = "Invalid cache associativity '{0}'")] public NumaCacheAssociativity? Associativity { get; init; }

    [XmlAttribute(Invalid = "Invalid cache policy '{0}'")] public NumaCachePolicy? Policy { get; init; }

    [XmlElement(Missing = "missing element or attribute './size/@value'")] public NumaCacheSize? Size { get; init; }

    [XmlElement(Missing = "missing element or attribute './line/@value'")] public NumaCacheLine? Line { get; init; }
}

/// <summary>The size of a cache.</summary>
[XmlRecord]
public sealed partial record NumaCacheSize
{
    [XmlAttribute(Unit = "KiB")] public DataSize? Value { get; init; }
}

/// <summary>The size of a cache's lines.</summary>
[XmlRecord]
public sealed partial record NumaCacheLine
{
    [XmlAttribute(Unit = "B")] public DataSize? Value { get; init; }
}

/// <summary>How fast cells reach each other's memory.</summary>
[XmlRecord]
public sealed partial record NumaInterconnects
{
    [XmlChoice("latency", typeof(NumaLatency))]
    [XmlChoice("bandwidth", typeof(NumaBandwidth))]
    public ConfigList<NumaInterconnect> Entries { get; init; }
}

/// <summary>One way to a cell's memory, or to a cache of it.</summary>
[XmlRecord(Leads = true)]
public abstract partial record NumaInterconnect
{
    [XmlAttribute] public uint? Initiator { get; init; }

    [XmlAttribute] public uint? Target { get; init; }

    [XmlAttribute] public uint? Cache { get; init; }

    /// <summary><c>access</c>, <c>read</c>, <c>write</c>.</summary>
    [XmlAttribute] public string? Type { get; init; }
}

/// <summary>How long it takes, in nanoseconds.</summary>
[XmlRecord]
public sealed partial record NumaLatency : NumaInterconnect
{
    [XmlAttribute] public ulong? Value { get; init; }
}

/// <summary>How much gets through in a second.</summary>
[XmlRecord]
public sealed partial record NumaBandwidth : NumaInterconnect
{
    [XmlAttribute(Unit = "KiB")] public DataSize? Value { get; init; }
}

/// <summary>What the hypervisor can do with a host's CPU.</summary>
[XmlRecord]
public sealed partial record HostCpuFeatures
{
    [XmlPresence] public bool Pae { get; init; }

    [XmlPresence] public bool Nonpae { get; init; }

    [XmlPresence] public bool Vmx { get; init; }

    [XmlPresence] public bool Svm { get; init; }
}

/// <summary>The distance to another cell.</summary>
[XmlRecord]
public sealed partial record NumaDistance
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public uint? Value { get; init; }
}
