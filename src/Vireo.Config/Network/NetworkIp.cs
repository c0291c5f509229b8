using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>An address of the host in a network.</summary>
[XmlRecord(Open = true)]
public sealed partial record NetworkIp
{
    /// <summary><c>ipv4</c> or <c>ipv6</c>; the former when nothing is said.</summary>
    [XmlAttribute] public string? Family { get; init; }

    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public string? Netmask { get; init; }

    [XmlAttribute] public uint? Prefix { get; init; }

    /// <summary>Whether reverse questions about the network are answered here and never passed on.</summary>
    [XmlAttribute] public bool? LocalPtr { get; init; }

    /// <summary>The directory served by TFTP.</summary>
    [XmlElement("tftp", Value = "root")] public string? TftpRoot { get; init; }

    [XmlElement] public NetworkDhcp? Dhcp { get; init; }
}

/// <summary>A DHCP server.</summary>
[XmlRecord]
public sealed partial record NetworkDhcp
{
    [XmlElement("range")] public ConfigList<DhcpRange> Ranges { get; init; }

    [XmlElement("host")] public ConfigList<DhcpHost> Hosts { get; init; }

    [XmlElement] public DhcpBootp? Bootp { get; init; }
}

/// <summary>Addresses that are given out.</summary>
[XmlDocument("range", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record DhcpRange
{
    [XmlAttribute] public string? Start { get; init; }

    [XmlAttribute] public string? End { get; init; }

    [XmlElement] public DhcpLease? Lease { get; init; }
}

/// <summary>How long an address is given.</summary>
[XmlRecord]
public sealed partial record DhcpLease
{
    /// <summary>So many units; 0 for always.</summary>
    [XmlAttribute] public ulong? Expiry { get; init; }

    /// <summary>Minutes when nothing is said.</summary>
    [XmlAttribute] public DhcpLeaseUnit? Unit { get; init; }
}

/// <summary>Units of a lease.</summary>
[XmlEnum]
public enum DhcpLeaseUnit
{
    Seconds, Minutes, Hours,
}

/// <summary>A guest that always gets the same address.</summary>
[XmlDocument("host", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record DhcpHost
{
    [XmlAttribute] public string? Mac { get; init; }

    /// <summary>The DHCPv6 client's identity.</summary>
    [XmlAttribute] public string? Id { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Ip { get; init; }

    [XmlElement] public DhcpLease? Lease { get; init; }
}

/// <summary>What is booted from the network.</summary>
[XmlRecord]
public sealed partial record DhcpBootp
{
    [XmlAttribute] public string? File { get; init; }

    [XmlAttribute] public string? Server { get; init; }
}
