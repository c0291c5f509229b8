using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A device of the host given to the guest.</summary>
[XmlDocument("hostdev", Source = "device_definition")]
public sealed partial record HostdevConfig : DeviceConfig
{
    [XmlAttribute] public string? Mode { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute] public string? Sgio { get; init; }

    [XmlAttribute] public bool? Rawio { get; init; }

    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Display { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ramfb { get; init; }

    [XmlElement("driver", Value = "name")] public string? Driver { get; init; }

    [XmlElement] public HostdevSource? Source { get; init; }

    [XmlElement] public InterfaceTeaming? Teaming { get; init; }

    [XmlElement("ip")] public ConfigList<IpConfig> Ips { get; init; }

    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlPresence] public bool Shareable { get; init; }
}

/// <summary>Which device.</summary>
[XmlRecord]
public sealed partial record HostdevSource
{
    [XmlAttribute] public string? Protocol { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Wwpn { get; init; }

    [XmlAttribute] public string? StartupPolicy { get; init; }

    [XmlAttribute] public string? GuestReset { get; init; }

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

    [XmlAttribute] public string? Uuid { get; init; }

    [XmlAttribute] public string? Domain { get; init; }

    [XmlAttribute] public string? Bus { get; init; }

    [XmlAttribute] public string? Slot { get; init; }

    [XmlAttribute] public string? Function { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }

    [XmlAttribute] public string? Device { get; init; }

    [XmlAttribute] public string? Controller { get; init; }

    [XmlAttribute] public string? Target { get; init; }

    [XmlAttribute] public string? Unit { get; init; }
}

/// <summary>A USB hub.</summary>
[XmlRecord]
public sealed partial record HubConfig : DeviceConfig
{
    [XmlAttribute] public string? Type { get; init; }
}
