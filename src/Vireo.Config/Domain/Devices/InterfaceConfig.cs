using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A network card.</summary>
[XmlDocument("interface", Source = "device_definition")]
public sealed partial record InterfaceConfig : DeviceConfig
{
    [XmlAttribute] public InterfaceType? Type { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute] public bool? TrustGuestRxFilters { get; init; }

    [XmlElement] public MacConfig? Mac { get; init; }

    [XmlElement] public InterfaceSource? Source { get; init; }

    [XmlElement] public VlanConfig? Vlan { get; init; }

    [XmlElement] public VirtualPortConfig? Virtualport { get; init; }

    [XmlElement] public BandwidthConfig? Bandwidth { get; init; }

    [XmlElement("port", Value = "isolated")] public bool? PortIsolated { get; init; }

    [XmlElement("ip")] public ConfigList<IpConfig> Ips { get; init; }

    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }

    [XmlElement("portForward")] public ConfigList<PortForwardConfig> PortForwards { get; init; }

    [XmlElement] public InterfaceScript? Script { get; init; }

    [XmlElement] public InterfaceScript? Downscript { get; init; }

    [XmlElement("backenddomain", Value = "name")] public string? Backenddomain { get; init; }

    [XmlElement] public InterfaceTarget? Target { get; init; }

    [XmlElement] public InterfaceGuest? Guest { get; init; }

    [XmlElement("model", Value = "type")] public string? Model { get; init; }

    [XmlElement] public InterfaceDriver? Driver { get; init; }

    [XmlElement] public InterfaceBackend? Backend { get; init; }

    [XmlElement] public FilterrefConfig? Filterref { get; init; }

    [XmlElement] public InterfaceTune? Tune { get; init; }

    [XmlElement] public InterfaceTeaming? Teaming { get; init; }

    [XmlElement("link", Value = "state", Invalid = "unknown interface link state '{0}'", InvalidCode = XmlCode.Unsupported)] public LinkState? Link { get; init; }

    [XmlElement("mtu", Value = "size", Invalid = "malformed mtu size")] public uint? Mtu { get; init; }

    [XmlElement] public CoalesceConfig? Coalesce { get; init; }
}

/// <summary>What a card is connected to.</summary>
[XmlEnum]
public enum InterfaceType
{
    User, Ethernet,
    [XmlName("vhostuser")] VhostUser,
    Server, Client, Mcast, Network, Bridge, Internal, Direct, Hostdev, Udp, Vdpa, Null, Vds,
}

/// <summary>A link's state.</summary>
[XmlEnum]
public enum LinkState
{
    Up, Down, Default,
}

/// <summary>A card's hardware address.</summary>
[XmlRecord]
public sealed partial record MacConfig
{
    [XmlAttribute(Form = "Mac")] public string? Address { get; init; }

    [XmlAttribute] public MacAddressType? Type { get; init; }

    [XmlAttribute] public bool? Check { get; init; }

    /// <summary>This address and nothing else said.</summary>
    public static implicit operator MacConfig(string address) => new() { Address = address };
}

/// <summary>Where a hardware address comes from.</summary>
[XmlEnum]
public enum MacAddressType
{
    Generated, Static,
}

/// <summary>The other end; which members count depends on the card's type.</summary>
[XmlRecord]
public sealed partial record InterfaceSource
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Network { get; init; }

    [XmlAttribute] public string? Portgroup { get; init; }

    /// <summary>The switch of a VMware distributed virtual switch's port.</summary>
    [XmlAttribute(Form = "Uuid")] public string? Switchid { get; init; }

    [XmlAttribute] public string? Portid { get; init; }

    [XmlAttribute] public string? Portgroupid { get; init; }

    [XmlAttribute(Form = "LongInteger")] public string? Connectionid { get; init; }

    [XmlAttribute] public string? Bridge { get; init; }

    /// <summary>Who keeps the bridge's table of hardware addresses.</summary>
    [XmlAttribute] public MacTableManager? MacTableManager { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public int? Port { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute] public InterfaceSourceMode? Mode { get; init; }

    [XmlElement] public ReconnectConfig? Reconnect { get; init; }

    [XmlElement] public InterfaceLocal? Local { get; init; }

    /// <summary>Whether a USB device that is not there is done without.</summary>
    [XmlAttribute] public bool? Missing { get; init; }

    [XmlElement("vendor", Value = "id", Hex = 4)] public uint? Vendor { get; init; }

    [XmlElement("product", Value = "id", Hex = 4)] public uint? Product { get; init; }

    [XmlElement("address")] public HostdevAddress? HostAddress { get; init; }

    [XmlElement("ip")] public ConfigList<IpConfig> Ips { get; init; }

    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }
}

/// <summary>How a card uses its other end.</summary>
[XmlEnum]
public enum InterfaceSourceMode
{
    Vepa, Private, Bridge, Passthrough, Client, Server,
}

/// <summary>The local end of a UDP tunnel.</summary>
[XmlRecord]
public sealed partial record InterfaceLocal
{
    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public int? Port { get; init; }
}

/// <summary>VLAN tags.</summary>
[XmlRecord]
public sealed partial record VlanConfig
{
    [XmlAttribute] public bool? Trunk { get; init; }

    [XmlElement("tag")] public ConfigList<VlanTag> Tags { get; init; }
}

/// <summary>One tag.</summary>
[XmlRecord]
public sealed partial record VlanTag
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public string? NativeMode { get; init; }
}

/// <summary>A port of a virtual switch.</summary>
[XmlRecord]
public sealed partial record VirtualPortConfig
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlElement] public VirtualPortParameters? Parameters { get; init; }
}

/// <summary>A port's parameters.</summary>
[XmlRecord]
public sealed partial record VirtualPortParameters
{
    [XmlAttribute] public string? Managerid { get; init; }

    [XmlAttribute] public string? Typeid { get; init; }

    [XmlAttribute] public string? Typeidversion { get; init; }

    [XmlAttribute] public string? Instanceid { get; init; }

    [XmlAttribute] public string? Interfaceid { get; init; }

    [XmlAttribute] public string? Profileid { get; init; }
}

/// <summary>An address.</summary>
[XmlRecord]
public sealed partial record IpConfig
{
    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public string? Family { get; init; }

    [XmlAttribute] public uint? Prefix { get; init; }

    [XmlAttribute] public string? Peer { get; init; }
}

/// <summary>A route.</summary>
[XmlRecord]
public sealed partial record RouteConfig
{
    [XmlAttribute] public string? Family { get; init; }

    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public string? Netmask { get; init; }

    [XmlAttribute] public uint? Prefix { get; init; }

    [XmlAttribute] public string? Gateway { get; init; }

    [XmlAttribute] public uint? Metric { get; init; }
}

/// <summary>A script run when the card comes or goes.</summary>
[XmlRecord]
public sealed partial record InterfaceScript
{
    [XmlAttribute] public string? Path { get; init; }
}

/// <summary>The host's side of the card.</summary>
[XmlRecord]
public sealed partial record InterfaceTarget
{
    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }
}

/// <summary>The guest's side of a container's card.</summary>
[XmlRecord]
public sealed partial record InterfaceGuest
{
    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public string? Actual { get; init; }
}

/// <summary>A network filter and its parameters.</summary>
[XmlRecord]
public sealed partial record FilterrefConfig
{
    [XmlAttribute] public string? Filter { get; init; }

    [XmlElement("parameter")] public ConfigList<FilterParameter> Parameters { get; init; }
}

/// <summary>One parameter.</summary>
[XmlRecord]
public sealed partial record FilterParameter
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}

/// <summary>Limits of the host's side.</summary>
[XmlRecord]
public sealed partial record InterfaceTune
{
    [XmlElement(Invalid = "sndbuf must be a positive integer")] public ulong? Sndbuf { get; init; }
}

/// <summary>Traffic limits.</summary>
[XmlRecord(Open = true)]
public sealed partial record BandwidthConfig
{
    /// <summary>The class of the host's traffic control; in live documents.</summary>
    [XmlAttribute("classID")] public uint? ClassId { get; init; }

    [XmlElement] public BandwidthLimit? Inbound { get; init; }

    [XmlElement] public BandwidthLimit? Outbound { get; init; }
}

/// <summary>Limits of one direction, in KiB/s and KiB.</summary>
[XmlRecord]
public sealed partial record BandwidthLimit
{
    [XmlAttribute(Invalid = "could not convert bandwidth average value '{0}'", InvalidCode = XmlCode.Unsupported)] public ulong? Average { get; init; }

    [XmlAttribute(Invalid = "could not convert bandwidth peak value '{0}'", InvalidCode = XmlCode.Unsupported)] public ulong? Peak { get; init; }

    [XmlAttribute(Invalid = "could not convert bandwidth floor value '{0}'", InvalidCode = XmlCode.Unsupported)] public ulong? Floor { get; init; }

    [XmlAttribute(Invalid = "could not convert bandwidth burst value '{0}'", InvalidCode = XmlCode.Unsupported)] public ulong? Burst { get; init; }
}

/// <summary>A card's part in a failover pair.</summary>
[XmlRecord]
public sealed partial record InterfaceTeaming
{
    [XmlAttribute(Invalid = "unknown teaming type '{0}'", InvalidCode = XmlCode.Unsupported)] public TeamingType? Type { get; init; }

    [XmlAttribute] public string? Persistent { get; init; }
}

/// <summary>A card's part in a failover pair.</summary>
[XmlEnum]
public enum TeamingType
{
    Persistent, Transient,
}
