using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;storagepoolCapabilities&gt;</c> document: which kinds of pools can be had, and their formats.</summary>
[XmlDocument("storagepoolCapabilities", Source = "storagepool_capabilities", Domain = XmlCode.StorageDocument)]
public sealed partial record StoragePoolCapabilitiesConfig
{
    [XmlElement("pool")] public ConfigList<StoragePoolSupport> Pools { get; init; }
}

/// <summary>One kind of pool.</summary>
[XmlRecord]
public sealed partial record StoragePoolSupport
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public bool? Supported { get; init; }

    [XmlElement] public StorageFormatSupport? PoolOptions { get; init; }

    [XmlElement] public StorageFormatSupport? VolOptions { get; init; }
}

/// <summary>The formats of pools or volumes.</summary>
[XmlRecord]
public sealed partial record StorageFormatSupport
{
    [XmlElement("defaultFormat", Value = "type")] public string? DefaultFormat { get; init; }

    [XmlElement("enum")] public ConfigList<SupportedValues> Enums { get; init; }
}
