using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;networkport&gt;</c> document: one guest's connection to a network.</summary>
[XmlDocument("networkport", Source = "network_port_definition", Domain = XmlCode.NetworkDocument)]
public sealed partial record NetworkPortConfig
{
    /// <summary>The port's identity.</summary>
    [XmlElement(Invalid = "Unable to parse UUID '{0}'", InvalidCode = XmlCode.Internal)] public Guid? Uuid { get; init; }

    /// <summary>The domain that has it.</summary>
    [XmlElement] public OwnerConfig? Owner { get; init; }

    /// <summary>The class of connections it is in.</summary>
    [XmlElement] public string? Group { get; init; }

    /// <summary>The card's hardware address.</summary>
    [XmlElement("mac", Value = "address")] public string? Mac { get; init; }

    /// <summary>Whether the host follows the guest's own changes of the card's filters.</summary>
    [XmlElement("rxfilters", Value = "trustGuest")] public bool? RxfiltersTrustGuest { get; init; }

    /// <summary>Whether it is kept apart from the other ports.</summary>
    [XmlElement("port", Value = "isolated")] public bool? PortIsolated { get; init; }

    [XmlElement] public VirtualPortConfig? Virtualport { get; init; }

    [XmlElement] public BandwidthConfig? Bandwidth { get; init; }

    [XmlElement] public VlanConfig? Vlan { get; init; }

    /// <summary>Where it is plugged in.</summary>
    [XmlElement] public NetworkPortPlug? Plug { get; init; }
}

/// <summary>The domain that something belongs to.</summary>
[XmlRecord]
public sealed partial record OwnerConfig
{
    [XmlElement] public string? Name { get; init; }

    [XmlElement(Invalid = "Unable to parse UUID '{0}'", InvalidCode = XmlCode.Internal)] public Guid? Uuid { get; init; }
}

/// <summary>Where a port is plugged in; which members count depends on the type.</summary>
[XmlRecord]
public sealed partial record NetworkPortPlug
{
    [XmlAttribute] public NetworkPortPlugType? Type { get; init; }

    [XmlAttribute] public string? Bridge { get; init; }

    [XmlAttribute] public MacTableManager? MacTableManager { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    /// <summary>How a card shares its device: <c>bridge</c>, <c>vepa</c>, <c>private</c>, <c>passthrough</c>.</summary>
    [XmlAttribute] public string? Mode { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlElement("driver", Value = "name")] public string? Driver { get; init; }

    [XmlElement] public PciLocation? Address { get; init; }
}

/// <summary>Kinds of plugs.</summary>
[XmlEnum]
public enum NetworkPortPlugType
{
    None, Network, Bridge, Direct,
    [XmlName("hostdev-pci")] HostdevPci,
}
