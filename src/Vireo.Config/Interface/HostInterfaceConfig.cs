using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>An <c>&lt;interface&gt;</c> document of the host: a device of its network configuration. Answers to virInterface.</summary>
[XmlDocument("interface", Source = "interface_definition", Domain = XmlCode.InterfaceDocument)]
public sealed partial record HostInterfaceConfig
{
    [XmlAttribute(Invalid = "unknown interface type {0}")] public HostInterfaceType? Type { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    /// <summary>When it is started: <c>onboot</c>, <c>hotplug</c>, <c>none</c>.</summary>
    [XmlElement("start", Value = "mode", Invalid = "unknown interface startmode {0}")] public HostInterfaceStart? StartMode { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    [XmlElement("mtu", Value = "size")] public uint? Mtu { get; init; }

    [XmlElement("protocol")] public ConfigList<HostInterfaceProtocol> Protocols { get; init; }

    [XmlElement] public HostInterfaceLink? Link { get; init; }

    [XmlElement("mac", Value = "address")] public string? Mac { get; init; }

    [XmlElement] public HostInterfaceBridge? Bridge { get; init; }

    [XmlElement] public HostInterfaceBond? Bond { get; init; }

    [XmlElement] public HostInterfaceVlan? Vlan { get; init; }
}

/// <summary>Kinds of a host's network devices.</summary>
[XmlEnum]
public enum HostInterfaceType
{
    Ethernet, Bridge, Bond, Vlan,
}

/// <summary>When a device is started.</summary>
[XmlEnum]
public enum HostInterfaceStart
{
    None, Onboot, Hotplug,
}

/// <summary>The addresses of one family.</summary>
[XmlRecord]
public sealed partial record HostInterfaceProtocol
{
    /// <summary><c>ipv4</c> or <c>ipv6</c>.</summary>
    [XmlAttribute] public string? Family { get; init; }

    /// <summary>Whether IPv6 addresses are made from what routers tell.</summary>
    [XmlPresence] public bool Autoconf { get; init; }

    [XmlElement] public HostInterfaceDhcp? Dhcp { get; init; }

    [XmlElement("ip")] public ConfigList<IpConfig> Ips { get; init; }

    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }
}

/// <summary>Asking for an address.</summary>
[XmlRecord]
public sealed partial record HostInterfaceDhcp
{
    /// <summary>Whether DNS servers are taken over, too.</summary>
    [XmlAttribute] public bool? Peerdns { get; init; }
}

/// <summary>A device's link.</summary>
[XmlRecord]
public sealed partial record HostInterfaceLink
{
    /// <summary>Mbit/s.</summary>
    [XmlAttribute] public uint? Speed { get; init; }

    [XmlAttribute(Invalid = "unknown link state: {0}")] public HostLinkState? State { get; init; }
}

/// <summary>A link's state, as the host's kernel tells it.</summary>
[XmlEnum]
public enum HostLinkState
{
    Unknown,
    [XmlName("notpresent")] NotPresent,
    Down,
    [XmlName("lowerlayerdown")] LowerLayerDown,
    Testing, Dormant, Up,
}

/// <summary>A bridge and its ports.</summary>
[XmlRecord(Open = true)]
public sealed partial record HostInterfaceBridge
{
    [XmlAttribute(OnOff = true, Invalid = "unknown bridge stp value {0}")] public bool? Stp { get; init; }

    /// <summary>Seconds before a new port forwards.</summary>
    [XmlAttribute] public string? Delay { get; init; }

    [XmlElement("interface")] public ConfigList<HostInterfaceConfig> Interfaces { get; init; }
}

/// <summary>Devices bound together.</summary>
[XmlRecord(Open = true)]
public sealed partial record HostInterfaceBond
{
    [XmlAttribute(Invalid = "unknown bonding mode {0}")] public HostBondMode? Mode { get; init; }

    [XmlElement] public BondMiiMonitor? Miimon { get; init; }

    [XmlElement] public BondArpMonitor? Arpmon { get; init; }

    [XmlElement("interface")] public ConfigList<HostInterfaceConfig> Interfaces { get; init; }
}

/// <summary>How bound devices share the work.</summary>
[XmlEnum]
public enum HostBondMode
{
    [XmlName("balance-rr")] BalanceRoundRobin,
    [XmlName("active-backup")] ActiveBackup,
    [XmlName("balance-xor")] BalanceXor,
    Broadcast,
    [XmlName("802.3ad")] LinkAggregation,
    [XmlName("balance-tlb")] BalanceTransmit,
    [XmlName("balance-alb")] BalanceAdaptive,
}

/// <summary>Watching the links of bound devices.</summary>
[XmlRecord]
public sealed partial record BondMiiMonitor
{
    /// <summary>Milliseconds between looks.</summary>
    [XmlAttribute] public uint? Freq { get; init; }

    [XmlAttribute] public uint? Downdelay { get; init; }

    [XmlAttribute] public uint? Updelay { get; init; }

    /// <summary><c>ioctl</c> or <c>netif</c>.</summary>
    [XmlAttribute] public string? Carrier { get; init; }
}

/// <summary>Watching an address through bound devices.</summary>
[XmlRecord]
public sealed partial record BondArpMonitor
{
    /// <summary>Milliseconds between questions.</summary>
    [XmlAttribute] public uint? Interval { get; init; }

    [XmlAttribute] public string? Target { get; init; }

    /// <summary><c>none</c>, <c>active</c>, <c>backup</c>, <c>all</c>.</summary>
    [XmlAttribute] public string? Validate { get; init; }
}

/// <summary>A VLAN and the device it is on.</summary>
[XmlRecord]
public sealed partial record HostInterfaceVlan
{
    [XmlAttribute] public uint? Tag { get; init; }

    [XmlElement("interface", Value = "name")] public string? Interface { get; init; }
}
