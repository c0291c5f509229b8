using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A device of the host given to the guest.</summary>
[XmlDocument("hostdev", Source = "device_definition")]
public sealed partial record HostdevConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown hostdev mode '{0}'", InvalidCode = XmlCode.Unsupported)] public HostdevMode? Mode { get; init; }

    [XmlAttribute(Invalid = "unknown host device source address type '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "missing source address type")] public HostdevType? Type { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute] public Sgio? Sgio { get; init; }

    [XmlAttribute] public bool? Rawio { get; init; }

    [XmlAttribute] public HostdevModel? Model { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Display { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ramfb { get; init; }

    [XmlElement("driver", Value = "name")] public HostdevDriver? Driver { get; init; }

    [XmlElement(Missing = "Missing <source> element in hostdev device")] public HostdevSource? Source { get; init; }

    [XmlElement] public InterfaceTeaming? Teaming { get; init; }

    [XmlElement("ip")] public ConfigList<IpConfig> Ips { get; init; }

    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlPresence] public bool Shareable { get; init; }
}

/// <summary>What gives a PCI device to the guest.</summary>
[XmlEnum]
public enum HostdevDriver
{
    Kvm, Vfio, Xen,
}

/// <summary>What a mediated device or SCSI host is to the guest.</summary>
[XmlEnum]
public enum HostdevModel
{
    [XmlName("vfio-pci")] VfioPci,
    [XmlName("vfio-ccw")] VfioCcw,
    [XmlName("vfio-ap")] VfioAp,
    Virtio,
    [XmlName("virtio-transitional")] VirtioTransitional,
    [XmlName("virtio-non-transitional")] VirtioNonTransitional,
}

/// <summary>The kind of a device of the host.</summary>
[XmlEnum]
public enum HostdevType
{
    Usb, Pci, Scsi,
    [XmlName("scsi_host")] ScsiHost,
    Mdev, Storage, Misc, Net,
}

/// <summary>How a device of the host is given.</summary>
[XmlEnum]
public enum HostdevMode
{
    Subsystem, Capabilities,
}

/// <summary>Which device.</summary>
[XmlRecord]
public sealed partial record HostdevSource
{
    [XmlAttribute(Invalid = "Unknown SCSI subsystem protocol '{0}'", InvalidCode = XmlCode.Unsupported)] public HostdevProtocol? Protocol { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute(Invalid = "malformed 'wwpn' value", Form = "PortName")] public string? Wwpn { get; init; }

    [XmlAttribute] public StartupPolicy? StartupPolicy { get; init; }

    [XmlAttribute] public GuestReset? GuestReset { get; init; }

    [XmlAttribute] public bool? WriteFiltering { get; init; }

    [XmlAttribute] public bool? Missing { get; init; }

    [XmlElement("vendor", Value = "id", Hex = 4)] public uint? Vendor { get; init; }

    [XmlElement("product", Value = "id", Hex = 4)] public uint? Product { get; init; }

    [XmlElement] public HostdevAdapter? Adapter { get; init; }

    [XmlElement("host")] public ConfigList<SourceHost> Hosts { get; init; }

    [XmlElement] public HostdevAddress? Address { get; init; }

    [XmlElement] public StorageAuth? Auth { get; init; }

    [XmlElement] public SourceInitiator? Initiator { get; init; }

    [XmlElement("block")] public string? Block { get; init; }

    [XmlElement("char")] public string? Char { get; init; }

    [XmlElement("interface")] public string? Interface { get; init; }
}

/// <summary>Whether the guest may reset a device.</summary>
[XmlEnum]
public enum GuestReset
{
    Off, Uninitialized, On,
}

/// <summary>How a SCSI device is reached.</summary>
[XmlEnum]
public enum HostdevProtocol
{
    None, Adapter, Iscsi, Vhost,
}

/// <summary>A SCSI adapter of the host: by its name, or, as the grammar also allows, in a storage pool's words.</summary>
[XmlRecord]
public sealed partial record HostdevAdapter
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Parent { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute("parent_wwnn")] public string? ParentWwnn { get; init; }

    [XmlAttribute("parent_wwpn")] public string? ParentWwpn { get; init; }

    [XmlAttribute("parent_fabric_wwn")] public string? ParentFabricWwn { get; init; }

    [XmlAttribute] public string? Wwnn { get; init; }

    [XmlAttribute] public string? Wwpn { get; init; }

    [XmlElement("parentaddr")] public HostdevParentAddress? ParentAddress { get; init; }
}

/// <summary>The PCI device that a SCSI adapter is part of.</summary>
[XmlRecord]
public sealed partial record HostdevParentAddress
{
    [XmlAttribute("unique_id")] public uint? UniqueId { get; init; }

    [XmlElement] public HostdevAddress? Address { get; init; }
}

/// <summary>A device's address on the host. Numbers keep the form they were written in, for PCI and USB write theirs differently.</summary>
[XmlRecord]
public sealed partial record HostdevAddress
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute(Invalid = "Cannot parse uuid attribute of element <address>", InvalidCode = XmlCode.Internal, Form = "Uuid")] public string? Uuid { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Domain { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Bus { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Slot { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Function { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }

    [XmlAttribute] public string? Device { get; init; }

    [XmlAttribute] public string? Controller { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Target { get; init; }

    [XmlAttribute(Form = "AnyNumber")] public string? Unit { get; init; }
}

/// <summary>A USB hub.</summary>
[XmlRecord]
public sealed partial record HubConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown hub device type '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "missing hub device type", MissingCode = XmlCode.Internal)] public HubType? Type { get; init; }
}

/// <summary>A hub's bus.</summary>
[XmlEnum]
public enum HubType
{
    Usb,
}
