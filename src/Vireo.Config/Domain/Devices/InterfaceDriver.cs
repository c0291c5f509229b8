using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Work that host or guest leaves to the other.</summary>
[XmlRecord]
public sealed partial record VirtioOffloads
{
    [XmlAttribute(OnOff = true)] public bool? Csum { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Gso { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Tso4 { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Tso6 { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ecn { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ufo { get; init; }

    [XmlAttribute("mrg_rxbuf", OnOff = true)] public bool? MrgRxbuf { get; init; }
}

/// <summary>Ports of the host that lead to the guest.</summary>
[XmlRecord]
public sealed partial record PortForwardConfig
{
    [XmlAttribute(Required = true)] public PortForwardProtocol? Proto { get; init; }

    [XmlAttribute] public string? Address { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    [XmlElement("range")] public ConfigList<PortForwardRange> Ranges { get; init; }
}

/// <summary>The protocol of forwarded ports.</summary>
[XmlEnum]
public enum PortForwardProtocol
{
    Tcp, Udp,
}

/// <summary>A range of ports, and where it begins in the guest.</summary>
[XmlRecord]
public sealed partial record PortForwardRange
{
    [XmlAttribute] public uint? Start { get; init; }

    [XmlAttribute] public uint? End { get; init; }

    [XmlAttribute] public uint? To { get; init; }

    [XmlAttribute] public bool? Exclude { get; init; }
}

/// <summary>How frames are gathered before an interrupt.</summary>
[XmlRecord]
public sealed partial record CoalesceConfig
{
    [XmlElement] public CoalesceDirection? Rx { get; init; }
}

/// <summary>One direction.</summary>
[XmlRecord]
public sealed partial record CoalesceDirection
{
    [XmlElement("frames", Value = "max", Invalid = "cannot parse value '{0}' for coalesce parameter", InvalidCode = XmlCode.Detail)] public uint? MaxFrames { get; init; }
}

/// <summary>How the hypervisor drives the card.</summary>
[XmlRecord]
public sealed partial record InterfaceDriver
{
    [XmlAttribute] public InterfaceDriverName? Name { get; init; }

    [XmlAttribute] public InterfaceTxmode? Txmode { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ioeventfd { get; init; }

    [XmlAttribute("event_idx", OnOff = true)] public bool? EventIdx { get; init; }

    [XmlAttribute] public uint? Queues { get; init; }

    [XmlAttribute("rx_queue_size")] public uint? RxQueueSize { get; init; }

    [XmlAttribute("tx_queue_size")] public uint? TxQueueSize { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Rss { get; init; }

    [XmlAttribute("rss_hash_report", OnOff = true)] public bool? RssHashReport { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }

    [XmlElement] public VirtioOffloads? Host { get; init; }

    [XmlElement] public VirtioOffloads? Guest { get; init; }
}

/// <summary>How packets are sent.</summary>
[XmlEnum]
public enum InterfaceTxmode
{
    Iothread, Timer,
}

/// <summary>What moves a card's data.</summary>
[XmlEnum]
public enum InterfaceDriverName
{
    Qemu, Vhost, Kvm, Vfio, Xen,
}

/// <summary>What serves the card on the host.</summary>
[XmlRecord]
public sealed partial record InterfaceBackend
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Tap { get; init; }

    [XmlAttribute] public string? Vhost { get; init; }

    [XmlAttribute] public string? LogFile { get; init; }
}
