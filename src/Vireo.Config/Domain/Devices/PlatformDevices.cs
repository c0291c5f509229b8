using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A watchdog.</summary>
[XmlRecord]
public sealed partial record WatchdogConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown watchdog model '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "watchdog must contain model name", MissingCode = XmlCode.Internal)] public WatchdogModel? Model { get; init; }

    [XmlAttribute(Invalid = "unknown watchdog action '{0}'", InvalidCode = XmlCode.Unsupported)] public WatchdogAction? Action { get; init; }
}

/// <summary>A watchdog's model.</summary>
[XmlEnum]
public enum WatchdogModel
{
    I6300esb, Ib700, Diag288, Itco,
}

/// <summary>What a watchdog does.</summary>
[XmlEnum]
public enum WatchdogAction
{
    Reset, Shutdown, Poweroff, Pause, Dump, None,
    [XmlName("inject-nmi")] InjectNmi,
}

/// <summary>A device that tells of the guest's panic.</summary>
[XmlRecord]
public sealed partial record PanicConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown panic model '{0}'", InvalidCode = XmlCode.Unsupported)] public PanicModel? Model { get; init; }
}

/// <summary>A panic device's model.</summary>
[XmlEnum]
public enum PanicModel
{
    Isa, Pseries, Hyperv, S390, Pvpanic,
}

/// <summary>POWER's NVRAM.</summary>
[XmlRecord]
public sealed partial record NvramDevice : DeviceConfig;

/// <summary>A store that outlives the guest's crash; of later versions of libvirt.</summary>
[XmlRecord]
public sealed partial record PstoreConfig : DeviceConfig
{
    [XmlAttribute] public string? Backend { get; init; }

    [XmlElement] public string? Path { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Size { get; init; }
}

/// <summary>An IOMMU.</summary>
[XmlRecord]
public sealed partial record IommuConfig : DeviceConfig
{
    [XmlAttribute(Required = true)] public IommuModel? Model { get; init; }

    [XmlElement] public IommuDriver? Driver { get; init; }
}

/// <summary>An IOMMU's model.</summary>
[XmlEnum]
public enum IommuModel
{
    Intel, Smmuv3, Virtio, Amd,
}

/// <summary>An IOMMU's settings.</summary>
[XmlRecord]
public sealed partial record IommuDriver
{
    [XmlAttribute(OnOff = true)] public bool? Intremap { get; init; }

    [XmlAttribute("caching_mode", OnOff = true)] public bool? CachingMode { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Eim { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iotlb { get; init; }

    [XmlAttribute("aw_bits")] public uint? AwBits { get; init; }

    /// <summary>Of later versions of libvirt.</summary>
    [XmlAttribute("dma_translation", OnOff = true)] public bool? DmaTranslation { get; init; }
}
