using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;domainCapabilities&gt;</c> document: what one emulator offers for one machine.</summary>
[XmlDocument("domainCapabilities", Source = "domain_capabilities")]
public sealed partial record DomainCapabilitiesConfig
{
    [XmlElement] public string? Path { get; init; }

    [XmlElement] public string? Domain { get; init; }

    [XmlElement] public string? Machine { get; init; }

    [XmlElement] public string? Arch { get; init; }

    /// <summary>How many virtual CPUs there may be.</summary>
    [XmlElement("vcpu", Value = "max")] public uint? MaxVcpus { get; init; }

    [XmlElement("iothreads", Value = "supported")] public bool? Iothreads { get; init; }

    [XmlElement] public OsSupport? Os { get; init; }

    [XmlElement] public CpuSupport? Cpu { get; init; }

    [XmlElement] public DeviceSupport? MemoryBacking { get; init; }

    [XmlElement] public DevicesSupport? Devices { get; init; }

    [XmlElement] public FeaturesSupport? Features { get; init; }
}

/// <summary>The values one attribute may have.</summary>
[XmlRecord]
public sealed partial record SupportedValues
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlElement("value")] public ConfigList<string> Values { get; init; }
}

/// <summary>Whether a device or element can be had, and with which values.</summary>
[XmlRecord]
public sealed partial record DeviceSupport
{
    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement("enum")] public ConfigList<SupportedValues> Enums { get; init; }
}

/// <summary>Boot support.</summary>
[XmlRecord]
public sealed partial record OsSupport
{
    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement("enum")] public ConfigList<SupportedValues> Enums { get; init; }

    [XmlElement] public LoaderSupport? Loader { get; init; }
}

/// <summary>Firmware images and the values of the loader's attributes.</summary>
[XmlRecord]
public sealed partial record LoaderSupport
{
    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement("value")] public ConfigList<string> Values { get; init; }

    [XmlElement("enum")] public ConfigList<SupportedValues> Enums { get; init; }
}

/// <summary>CPU modes.</summary>
[XmlRecord]
public sealed partial record CpuSupport
{
    [XmlElement("mode")] public ConfigList<CpuModeSupport> Modes { get; init; }
}

/// <summary>One mode.</summary>
[XmlRecord]
public sealed partial record CpuModeSupport
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement("enum")] public ConfigList<SupportedValues> Enums { get; init; }

    [XmlElement("model")] public ConfigList<SupportedCpuModel> Models { get; init; }

    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public CpuMaxPhysAddr? Maxphysaddr { get; init; }

    [XmlElement("feature")] public ConfigList<CpuFeature> Features { get; init; }
}

/// <summary>A model that can be asked for.</summary>
[XmlRecord]
public sealed partial record SupportedCpuModel
{
    [XmlAttribute] public string? Usable { get; init; }

    [XmlAttribute] public string? Deprecated { get; init; }

    [XmlAttribute] public string? Fallback { get; init; }

    [XmlAttribute("vendor_id")] public string? VendorId { get; init; }

    [XmlAttribute] public string? Vendor { get; init; }

    [XmlText] public string? Name { get; init; }
}

/// <summary>Devices.</summary>
[XmlRecord]
public sealed partial record DevicesSupport
{
    [XmlElement] public DeviceSupport? Disk { get; init; }

    [XmlElement] public DeviceSupport? Graphics { get; init; }

    [XmlElement] public DeviceSupport? Video { get; init; }

    [XmlElement] public DeviceSupport? Hostdev { get; init; }

    [XmlElement] public DeviceSupport? Rng { get; init; }

    [XmlElement] public DeviceSupport? Filesystem { get; init; }

    [XmlElement] public DeviceSupport? Tpm { get; init; }

    [XmlElement] public DeviceSupport? Redirdev { get; init; }

    [XmlElement] public DeviceSupport? Channel { get; init; }

    /// <summary>Of later versions of libvirt, as what follows it.</summary>
    [XmlElement] public DeviceSupport? Crypto { get; init; }

    [XmlElement] public DeviceSupport? Interface { get; init; }

    [XmlElement] public DeviceSupport? Panic { get; init; }

    [XmlElement] public DeviceSupport? Console { get; init; }
}

/// <summary>Features.</summary>
[XmlRecord]
public sealed partial record FeaturesSupport
{
    [XmlElement] public DeviceSupport? Gic { get; init; }

    [XmlElement("vmcoreinfo", Value = "supported")] public bool? Vmcoreinfo { get; init; }

    [XmlElement("genid", Value = "supported")] public bool? Genid { get; init; }

    [XmlElement("backingStoreInput", Value = "supported")] public bool? BackingStoreInput { get; init; }

    [XmlElement("backup", Value = "supported")] public bool? Backup { get; init; }

    [XmlElement("async-teardown", Value = "supported")] public bool? AsyncTeardown { get; init; }

    [XmlElement("s390-pv", Value = "supported")] public bool? S390Pv { get; init; }

    [XmlElement] public SevSupport? Sev { get; init; }

    [XmlElement] public SgxSupport? Sgx { get; init; }

    [XmlElement] public DeviceSupport? Hyperv { get; init; }

    /// <summary>Of later versions of libvirt, as what follows it.</summary>
    [XmlElement] public DeviceSupport? LaunchSecurity { get; init; }

    [XmlElement("ps2", Value = "supported")] public bool? Ps2 { get; init; }
}

/// <summary>AMD's encrypted guests.</summary>
[XmlRecord]
public sealed partial record SevSupport
{
    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement] public uint? Cbitpos { get; init; }

    [XmlElement] public uint? ReducedPhysBits { get; init; }

    [XmlElement] public uint? MaxGuests { get; init; }

    [XmlElement("maxESGuests")] public uint? MaxEsGuests { get; init; }

    /// <summary>What the first CPU is identified by, Base64.</summary>
    [XmlElement] public string? Cpu0Id { get; init; }
}

/// <summary>Intel's enclaves.</summary>
[XmlRecord]
public sealed partial record SgxSupport
{
    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement] public bool? Flc { get; init; }

    [XmlElement] public bool? Sgx1 { get; init; }

    [XmlElement] public bool? Sgx2 { get; init; }

    [XmlElement("section_size", Unit = "KiB")] public DataSize? SectionSize { get; init; }

    [XmlElement("section", Wrapper = "sections")] public ConfigList<SgxSection> Sections { get; init; }
}

/// <summary>The enclave memory of one node.</summary>
[XmlRecord]
public sealed partial record SgxSection
{
    [XmlAttribute] public uint? Node { get; init; }

    [XmlAttribute(Unit = "KiB")] public DataSize? Size { get; init; }
}
