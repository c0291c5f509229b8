using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>What a device is, or is able to do.</summary>
[XmlRecord]
[XmlVariants("type", Invalid = "unknown capability type '{0}'", InvalidCode = XmlCode.Unsupported)]
public abstract partial record NodeDeviceCapability;

/// <summary>The computer itself.</summary>
[XmlRecord]
[XmlVariant("system")]
public sealed partial record SystemCapability : NodeDeviceCapability
{
    [XmlElement] public string? Product { get; init; }

    [XmlElement] public SystemHardware? Hardware { get; init; }

    [XmlElement] public SystemFirmware? Firmware { get; init; }
}

/// <summary>A computer's maker and numbers.</summary>
[XmlRecord]
public sealed partial record SystemHardware
{
    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public string? Version { get; init; }

    [XmlElement] public string? Serial { get; init; }

    [XmlElement] public Guid? Uuid { get; init; }
}

/// <summary>A computer's firmware.</summary>
[XmlRecord]
public sealed partial record SystemFirmware
{
    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public string? Version { get; init; }

    [XmlElement("release_date")] public string? ReleaseDate { get; init; }
}

/// <summary>A USB device.</summary>
[XmlRecord]
[XmlVariant("usb_device")]
public sealed partial record UsbDeviceCapability : NodeDeviceCapability
{
    [XmlElement] public uint? Bus { get; init; }

    [XmlElement] public uint? Device { get; init; }

    [XmlElement] public NodeDeviceId? Product { get; init; }

    [XmlElement] public NodeDeviceId? Vendor { get; init; }
}

/// <summary>An interface of a USB device.</summary>
[XmlRecord]
[XmlVariant("usb")]
public sealed partial record UsbInterfaceCapability : NodeDeviceCapability
{
    [XmlElement] public uint? Number { get; init; }

    [XmlElement] public uint? Class { get; init; }

    [XmlElement] public uint? Subclass { get; init; }

    [XmlElement] public uint? Protocol { get; init; }

    [XmlElement] public string? Description { get; init; }
}

/// <summary>A network device.</summary>
[XmlRecord]
[XmlVariant("net")]
public sealed partial record NetCapability : NodeDeviceCapability
{
    [XmlElement] public string? Interface { get; init; }

    [XmlElement] public string? Address { get; init; }

    [XmlElement] public HostInterfaceLink? Link { get; init; }

    /// <summary>What the device does by itself.</summary>
    [XmlElement("feature", Value = "name")] public ConfigList<string> Features { get; init; }

    /// <summary>The kind of network.</summary>
    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>Ethernet.</summary>
[XmlRecord]
[XmlVariant("80203")]
public sealed partial record EthernetCapability : NodeDeviceCapability;

/// <summary>Wireless.</summary>
[XmlRecord]
[XmlVariant("80211")]
public sealed partial record WirelessCapability : NodeDeviceCapability;

/// <summary>A graphics device's node.</summary>
[XmlRecord]
[XmlVariant("drm")]
public sealed partial record DrmCapability : NodeDeviceCapability
{
    /// <summary><c>primary</c>, <c>control</c>, <c>render</c>.</summary>
    [XmlElement("type")] public string? NodeType { get; init; }
}

/// <summary>A vDPA device.</summary>
[XmlRecord]
[XmlVariant("vdpa")]
public sealed partial record VdpaCapability : NodeDeviceCapability
{
    [XmlElement] public string? Chardev { get; init; }
}

/// <summary>An s390 channel device.</summary>
[XmlRecord]
[XmlVariant("ccw")]
public sealed partial record CcwCapability : NodeDeviceCapability
{
    [XmlElement(Hex = 1)] public uint? Cssid { get; init; }

    [XmlElement(Hex = 1)] public uint? Ssid { get; init; }

    [XmlElement(Hex = 4)] public uint? Devno { get; init; }
}

/// <summary>An s390 subchannel.</summary>
[XmlRecord]
[XmlVariant("css")]
public sealed partial record CssCapability : NodeDeviceCapability
{
    [XmlElement(Hex = 1)] public uint? Cssid { get; init; }

    [XmlElement(Hex = 1)] public uint? Ssid { get; init; }

    [XmlElement(Hex = 4)] public uint? Devno { get; init; }

    [XmlElement("channel_dev_addr")] public ChannelAddress? ChannelDeviceAddress { get; init; }

    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>The place of an s390 channel device.</summary>
[XmlRecord]
public sealed partial record ChannelAddress
{
    [XmlElement(Hex = 1)] public uint? Cssid { get; init; }

    [XmlElement(Hex = 1)] public uint? Ssid { get; init; }

    [XmlElement(Hex = 4)] public uint? Devno { get; init; }
}

/// <summary>An s390 cryptography card.</summary>
[XmlRecord]
[XmlVariant("ap_card")]
public sealed partial record ApCardCapability : NodeDeviceCapability
{
    [XmlElement("ap-adapter")] public string? Adapter { get; init; }
}

/// <summary>A queue of an s390 cryptography card.</summary>
[XmlRecord]
[XmlVariant("ap_queue")]
public sealed partial record ApQueueCapability : NodeDeviceCapability
{
    [XmlElement("ap-adapter")] public string? Adapter { get; init; }

    [XmlElement("ap-domain")] public string? Domain { get; init; }
}

/// <summary>What passes s390 cryptography on to guests.</summary>
[XmlRecord]
[XmlVariant("ap_matrix")]
public sealed partial record ApMatrixCapability : NodeDeviceCapability
{
    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}
