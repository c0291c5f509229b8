using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>
/// What packets match, in the header fields of one protocol. Values are kept as they are written: any may be a variable (<c>$IP</c>, <c>$IP[@1]</c>),
/// and numbers may be decimal or hexadecimal.
/// </summary>
[XmlRecord(Leads = true)]
public abstract partial record FilterMatch
{
    /// <summary><c>no</c>: packets that are not so.</summary>
    [XmlAttribute] public string? Match { get; init; }

    /// <summary>A remark that goes with the rule.</summary>
    [XmlAttribute(Last = true)] public string? Comment { get; init; }
}

/// <summary>Fields of Ethernet frames.</summary>
[XmlRecord(Leads = true)]
public abstract partial record EthernetMatch : FilterMatch
{
    [XmlAttribute] public string? Srcmacaddr { get; init; }

    [XmlAttribute] public string? Srcmacmask { get; init; }

    [XmlAttribute] public string? Dstmacaddr { get; init; }

    [XmlAttribute] public string? Dstmacmask { get; init; }
}

/// <summary>Any frame.</summary>
[XmlRecord]
public sealed partial record MacMatch : EthernetMatch
{
    /// <summary>The frame's protocol: a number from 0x600, <c>arp</c>, <c>rarp</c>, <c>ipv4</c>, <c>ipv6</c>, <c>vlan</c>.</summary>
    [XmlAttribute] public string? Protocolid { get; init; }
}

/// <summary>Frames with a VLAN tag.</summary>
[XmlRecord]
public sealed partial record VlanMatch : EthernetMatch
{
    [XmlAttribute] public string? Vlanid { get; init; }

    /// <summary>The protocol within.</summary>
    [XmlAttribute("encap-protocol")] public string? EncapProtocol { get; init; }
}

/// <summary>Frames of the spanning tree protocol; pairs of fields are ranges.</summary>
[XmlRecord]
public sealed partial record StpMatch : FilterMatch
{
    [XmlAttribute] public string? Srcmacaddr { get; init; }

    [XmlAttribute] public string? Srcmacmask { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Flags { get; init; }

    [XmlAttribute("root-priority")] public string? RootPriority { get; init; }

    [XmlAttribute("root-priority-hi")] public string? RootPriorityHi { get; init; }

    [XmlAttribute("root-address")] public string? RootAddress { get; init; }

    [XmlAttribute("root-address-mask")] public string? RootAddressMask { get; init; }

    [XmlAttribute("root-cost")] public string? RootCost { get; init; }

    [XmlAttribute("root-cost-hi")] public string? RootCostHi { get; init; }

    [XmlAttribute("sender-priority")] public string? SenderPriority { get; init; }

    [XmlAttribute("sender-priority-hi")] public string? SenderPriorityHi { get; init; }

    [XmlAttribute("sender-address")] public string? SenderAddress { get; init; }

    [XmlAttribute("sender-address-mask")] public string? SenderAddressMask { get; init; }

    [XmlAttribute] public string? Port { get; init; }

    [XmlAttribute("port-hi")] public string? PortHi { get; init; }

    [XmlAttribute] public string? Age { get; init; }

    [XmlAttribute("age-hi")] public string? AgeHi { get; init; }

    [XmlAttribute("max-age")] public string? MaxAge { get; init; }

    [XmlAttribute("max-age-hi")] public string? MaxAgeHi { get; init; }

    [XmlAttribute("hello-time")] public string? HelloTime { get; init; }

    [XmlAttribute("hello-time-hi")] public string? HelloTimeHi { get; init; }

    [XmlAttribute("forward-delay")] public string? ForwardDelay { get; init; }

    [XmlAttribute("forward-delay-hi")] public string? ForwardDelayHi { get; init; }
}

/// <summary>Frames that ask who has an address.</summary>
[XmlRecord]
public abstract partial record AddressResolutionMatch : EthernetMatch
{
    [XmlAttribute] public string? Hwtype { get; init; }

    [XmlAttribute] public string? Protocoltype { get; init; }

    /// <summary>A number or a name: <c>Request</c>, <c>Reply</c>, …</summary>
    [XmlAttribute] public string? Opcode { get; init; }

    [XmlAttribute] public string? Arpsrcmacaddr { get; init; }

    [XmlAttribute] public string? Arpdstmacaddr { get; init; }

    [XmlAttribute] public string? Arpsrcipaddr { get; init; }

    [XmlAttribute] public string? Arpsrcipmask { get; init; }

    [XmlAttribute] public string? Arpdstipaddr { get; init; }

    [XmlAttribute] public string? Arpdstipmask { get; init; }

    /// <summary>Whether nobody asked for the answer.</summary>
    [XmlAttribute] public string? Gratuitous { get; init; }
}

/// <summary>ARP.</summary>
[XmlRecord]
public sealed partial record ArpMatch : AddressResolutionMatch;

/// <summary>Reverse ARP.</summary>
[XmlRecord]
public sealed partial record RarpMatch : AddressResolutionMatch;

/// <summary>Frames that carry packets.</summary>
[XmlRecord(Leads = true)]
public abstract partial record PacketMatch : EthernetMatch
{
    [XmlAttribute] public string? Srcipaddr { get; init; }

    [XmlAttribute] public string? Srcipmask { get; init; }

    [XmlAttribute] public string? Dstipaddr { get; init; }

    [XmlAttribute] public string? Dstipmask { get; init; }

    /// <summary>The protocol within: a number or a name.</summary>
    [XmlAttribute] public string? Protocol { get; init; }

    [XmlAttribute] public string? Srcportstart { get; init; }

    [XmlAttribute] public string? Srcportend { get; init; }

    [XmlAttribute] public string? Dstportstart { get; init; }

    [XmlAttribute] public string? Dstportend { get; init; }
}

/// <summary>IPv4 in Ethernet frames.</summary>
[XmlRecord]
public sealed partial record IpMatch : PacketMatch
{
    [XmlAttribute] public string? Dscp { get; init; }
}

/// <summary>IPv6 in Ethernet frames.</summary>
[XmlRecord]
public sealed partial record Ipv6Match : PacketMatch
{
    /// <summary>The ICMPv6 type, or the first of them.</summary>
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Typeend { get; init; }

    [XmlAttribute] public string? Code { get; init; }

    [XmlAttribute] public string? Codeend { get; init; }
}
