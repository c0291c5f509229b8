using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Where a device is plugged in.</summary>
[XmlRecord]
[XmlVariants("type", Invalid = "unknown address type '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "No type specified for device address")]
public abstract partial record DeviceAddress;

/// <summary>A place on a PCI bus.</summary>
[XmlRecord]
[XmlVariant("pci")]
public sealed partial record PciAddress : DeviceAddress
{
    [XmlAttribute(Hex = 4)] public uint? Domain { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Bus { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Slot { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Function { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }

    [XmlElement] public ZpciAddress? Zpci { get; init; }
}

/// <summary>The s390 half of a PCI address.</summary>
[XmlRecord]
public sealed partial record ZpciAddress
{
    [XmlAttribute(Hex = 4)] public uint? Uid { get; init; }

    [XmlAttribute(Hex = 8)] public uint? Fid { get; init; }
}

/// <summary>A place on a disk controller.</summary>
[XmlRecord]
[XmlVariant("drive")]
public sealed partial record DriveAddress : DeviceAddress
{
    [XmlAttribute] public uint? Controller { get; init; }

    [XmlAttribute] public uint? Bus { get; init; }

    [XmlAttribute] public uint? Target { get; init; }

    [XmlAttribute] public uint? Unit { get; init; }
}

/// <summary>A place on a virtio-serial controller.</summary>
[XmlRecord]
[XmlVariant("virtio-serial")]
public sealed partial record VirtioSerialAddress : DeviceAddress
{
    [XmlAttribute] public uint? Controller { get; init; }

    [XmlAttribute] public uint? Bus { get; init; }

    [XmlAttribute] public uint? Port { get; init; }
}

/// <summary>A slot of a smartcard controller.</summary>
[XmlRecord]
[XmlVariant("ccid")]
public sealed partial record CcidAddress : DeviceAddress
{
    [XmlAttribute] public uint? Controller { get; init; }

    [XmlAttribute] public uint? Slot { get; init; }
}

/// <summary>A USB port.</summary>
[XmlRecord]
[XmlVariant("usb")]
public sealed partial record UsbAddress : DeviceAddress
{
    [XmlAttribute] public uint? Bus { get; init; }

    /// <summary>The port, with the hubs before it: <c>1.2</c>.</summary>
    [XmlAttribute(Form = "UsbPort")] public string? Port { get; init; }
}

/// <summary>An address on the pseries' virtual bus.</summary>
[XmlRecord]
[XmlVariant("spapr-vio")]
public sealed partial record SpaprVioAddress : DeviceAddress
{
    [XmlAttribute(Hex = 8)] public ulong? Reg { get; init; }
}

/// <summary>An s390 virtio address.</summary>
[XmlRecord]
[XmlVariant("virtio-s390")]
public sealed partial record VirtioS390Address : DeviceAddress;

/// <summary>An s390 channel.</summary>
[XmlRecord]
[XmlVariant("ccw")]
public sealed partial record CcwAddress : DeviceAddress
{
    [XmlAttribute(Hex = 1)] public uint? Cssid { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Ssid { get; init; }

    [XmlAttribute(Hex = 4)] public uint? Devno { get; init; }
}

/// <summary>A virtio memory-mapped device.</summary>
[XmlRecord]
[XmlVariant("virtio-mmio")]
public sealed partial record VirtioMmioAddress : DeviceAddress;

/// <summary>An I/O port and interrupt.</summary>
[XmlRecord]
[XmlVariant("isa")]
public sealed partial record IsaAddress : DeviceAddress
{
    [XmlAttribute(Hex = 1)] public uint? Iobase { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Irq { get; init; }
}

/// <summary>A memory slot.</summary>
[XmlRecord]
[XmlVariant("dimm")]
public sealed partial record DimmAddress : DeviceAddress
{
    [XmlAttribute] public uint? Slot { get; init; }

    [XmlAttribute(Hex = 1)] public ulong? Base { get; init; }
}

/// <summary>A device that is configured but not plugged in.</summary>
[XmlRecord]
[XmlVariant("unassigned")]
public sealed partial record UnassignedAddress : DeviceAddress;

/// <summary>A mediated device.</summary>
[XmlRecord]
[XmlVariant("mdev")]
public sealed partial record MdevAddress : DeviceAddress
{
    [XmlAttribute] public string? Uuid { get; init; }
}
