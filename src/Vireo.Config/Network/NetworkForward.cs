using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>How a network is connected to the rest of the world.</summary>
[XmlRecord]
public sealed partial record NetworkForward
{
    /// <summary>The one host device that traffic leaves by.</summary>
    [XmlAttribute] public string? Dev { get; init; }

    /// <summary>The way; translation of addresses when nothing is said.</summary>
    [XmlAttribute(Invalid = "unknown forwarding type '{0}'", InvalidCode = XmlCode.Unsupported)] public NetworkForwardMode? Mode { get; init; }

    /// <summary>Whether host devices are taken from the host's drivers and given back by themselves.</summary>
    [XmlAttribute] public bool? Managed { get; init; }

    /// <summary>What drives host devices.</summary>
    [XmlElement("driver", Value = "name")] public string? Driver { get; init; }

    /// <summary>The physical functions whose virtual ones are given out; libvirt takes one.</summary>
    [XmlElement("pf")] public ConfigList<NetworkForwardInterface> PhysicalFunctions { get; init; }

    /// <summary>How addresses are translated.</summary>
    [XmlElement] public NetworkNat? Nat { get; init; }

    /// <summary>The host's devices that guests get one of, or traffic leaves by.</summary>
    [XmlElement("interface")] public ConfigList<NetworkForwardInterface> Interfaces { get; init; }

    /// <summary>The host's PCI devices that guests get one of.</summary>
    [XmlElement("address")] public ConfigList<NetworkForwardAddress> Addresses { get; init; }
}

/// <summary>Ways to connect a network.</summary>
[XmlEnum]
public enum NetworkForwardMode
{
    None, Nat, Route, Open, Bridge, Private, Vepa, Passthrough, Hostdev,
}

/// <summary>A host's network device.</summary>
[XmlDocument("interface", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record NetworkForwardInterface
{
    [XmlAttribute] public string? Dev { get; init; }

    /// <summary>How many guests use it; in live documents.</summary>
    [XmlAttribute] public uint? Connections { get; init; }
}

/// <summary>A host's PCI device.</summary>
[XmlRecord]
public sealed partial record NetworkForwardAddress
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute(Hex = 4)] public uint? Domain { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Bus { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Slot { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Function { get; init; }

    /// <summary>Whether the slot has other functions, too; read, and of no use here.</summary>
    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }

    /// <summary>How many guests use it; in live documents.</summary>
    [XmlAttribute] public uint? Connections { get; init; }
}

/// <summary>Translation of addresses.</summary>
[XmlRecord]
public sealed partial record NetworkNat
{
    /// <summary>Whether IPv6 addresses are translated, too.</summary>
    [XmlAttribute] public bool? Ipv6 { get; init; }

    /// <summary>The addresses that are shown outside.</summary>
    [XmlElement] public AddressRange? Address { get; init; }

    /// <summary>The ports that are used outside.</summary>
    [XmlElement] public PortRange? Port { get; init; }
}

/// <summary>Addresses from one to another.</summary>
[XmlRecord]
public sealed partial record AddressRange
{
    [XmlAttribute] public string? Start { get; init; }

    [XmlAttribute] public string? End { get; init; }
}

/// <summary>Ports from one to another.</summary>
[XmlRecord]
public sealed partial record PortRange
{
    [XmlAttribute(Invalid = "Missing or invalid 'start' attribute in <port> in <nat> in <forward>: {0}", InvalidCode = XmlCode.Detail)] public uint? Start { get; init; }

    [XmlAttribute(Invalid = "Missing or invalid 'end' attribute in <port> in <nat> in <forward>: {0}", InvalidCode = XmlCode.Detail)] public uint? End { get; init; }
}
