using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;network&gt;</c> document: a virtual network of the host.</summary>
[XmlDocument("network", Source = "network_definition", Domain = XmlCode.NetworkDocument)]
public sealed partial record NetworkConfig
{
    /// <summary>How many guests are connected; in live documents.</summary>
    [XmlAttribute] public uint? Connections { get; init; }

    /// <summary>Whether guests talk IPv6 to each other although the network has no IPv6 address.</summary>
    [XmlAttribute(Invalid = "Invalid ipv6 setting '{0}' in network")] public bool? Ipv6 { get; init; }

    /// <summary>Whether the host follows the guests' own changes of their cards' filters.</summary>
    [XmlAttribute] public bool? TrustGuestRxFilters { get; init; }

    /// <summary>The name.</summary>
    [XmlElement] public string? Name { get; init; }

    /// <summary>The identity.</summary>
    [XmlElement(Invalid = "malformed uuid element", InvalidCode = XmlCode.Internal)] public Guid? Uuid { get; init; }

    /// <summary>What other programs keep with the network.</summary>
    [XmlElement(DoubleQuoted = true)] public XmlFragment? Metadata { get; init; }

    /// <summary>How the network is connected to the rest of the world; null for an isolated one.</summary>
    [XmlElement] public NetworkForward? Forward { get; init; }

    /// <summary>The bridge all guests are plugged into.</summary>
    [XmlElement] public NetworkBridge? Bridge { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    [XmlElement("mtu", Value = "size")] public uint? Mtu { get; init; }

    /// <summary>The bridge's hardware address.</summary>
    [XmlElement("mac", Value = "address")] public string? Mac { get; init; }

    /// <summary>The DNS domain.</summary>
    [XmlElement] public NetworkDomain? Domain { get; init; }

    /// <summary>The DNS server.</summary>
    [XmlElement] public NetworkDns? Dns { get; init; }

    /// <summary>VLAN tags of all guests' cards.</summary>
    [XmlElement] public VlanConfig? Vlan { get; init; }

    /// <summary>Limits of the network's whole traffic.</summary>
    [XmlElement] public BandwidthConfig? Bandwidth { get; init; }

    /// <summary>Whether the guests are kept apart from each other.</summary>
    [XmlElement("port", Value = "isolated")] public bool? PortIsolated { get; init; }

    /// <summary>The host's addresses in the network, each with the DHCP server for its range.</summary>
    [XmlElement("ip")] public ConfigList<NetworkIp> Ips { get; init; }

    /// <summary>Static routes to networks behind this one.</summary>
    [XmlElement("route")] public ConfigList<RouteConfig> Routes { get; init; }

    /// <summary>The virtual switch's port of every card.</summary>
    [XmlElement] public VirtualPortConfig? Virtualport { get; init; }

    /// <summary>Classes of connections that guests choose from.</summary>
    [XmlElement("portgroup")] public ConfigList<NetworkPortGroup> Portgroups { get; init; }

    /// <summary>Options passed to dnsmasq as they are.</summary>
    [XmlElement("options", Namespace = XmlNamespaces.Dnsmasq, Prefix = "dnsmasq")] public DnsmasqOptions? DnsmasqOptions { get; init; }
}

/// <summary>The bridge of a network.</summary>
[XmlRecord]
public sealed partial record NetworkBridge
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>The zone of the host's firewall.</summary>
    [XmlAttribute] public string? Zone { get; init; }

    /// <summary>Whether the spanning tree protocol runs.</summary>
    [XmlAttribute(OnOff = true)] public bool? Stp { get; init; }

    /// <summary>Seconds before a new port forwards.</summary>
    [XmlAttribute] public ulong? Delay { get; init; }

    /// <summary>Who keeps the table of hardware addresses.</summary>
    [XmlAttribute(Invalid = "Invalid macTableManager setting '{0}'")] public MacTableManager? MacTableManager { get; init; }
}

/// <summary>Who keeps a bridge's table of hardware addresses.</summary>
[XmlEnum]
public enum MacTableManager
{
    Kernel, Libvirt,
}

/// <summary>The DNS domain of a network.</summary>
[XmlRecord]
public sealed partial record NetworkDomain
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>Whether questions about it are never passed on.</summary>
    [XmlAttribute] public bool? LocalOnly { get; init; }
}

/// <summary>A class of connections.</summary>
[XmlDocument("portgroup", Source = "network_update_xml", Domain = XmlCode.NetworkDocument, Open = true)]
public sealed partial record NetworkPortGroup
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>Whether cards that name no group are in this one.</summary>
    [XmlAttribute] public bool? Default { get; init; }

    [XmlAttribute] public bool? TrustGuestRxFilters { get; init; }

    [XmlElement] public VlanConfig? Vlan { get; init; }

    [XmlElement] public VirtualPortConfig? Virtualport { get; init; }

    [XmlElement] public BandwidthConfig? Bandwidth { get; init; }
}

/// <summary>Options passed to dnsmasq as they are.</summary>
[XmlRecord]
public sealed partial record DnsmasqOptions
{
    [XmlElement("option", Namespace = XmlNamespaces.Dnsmasq, Prefix = "dnsmasq")] public ConfigList<DnsmasqOption> Options { get; init; }
}

/// <summary>One option, as it would stand in dnsmasq's configuration.</summary>
[XmlRecord]
public sealed partial record DnsmasqOption
{
    [XmlAttribute] public string? Value { get; init; }
}
