using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;filter&gt;</c> document: rules for the packets of guests' cards. Answers to virNWFilter.</summary>
[XmlDocument("filter", Source = "nwfilter_definition", Domain = XmlCode.FilterDocument)]
public sealed partial record FilterConfig
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>The chain the rules are in: <c>root</c>, or a name that begins with a protocol's.</summary>
    [XmlAttribute] public string? Chain { get; init; }

    /// <summary>When the chain is gone through, from -1000 (first) to 1000.</summary>
    [XmlAttribute] public string? Priority { get; init; }

    /// <summary>The identity.</summary>
    [XmlElement] public Guid? Uuid { get; init; }

    /// <summary>Rules and other filters, in their order.</summary>
    [XmlChoice("rule", typeof(FilterRule))]
    [XmlChoice("filterref", typeof(FilterReference))]
    public ConfigList<FilterEntry> Entries { get; init; }
}

/// <summary>An entry of a filter.</summary>
[XmlRecord]
public abstract partial record FilterEntry;

/// <summary>Another filter that is gone through.</summary>
[XmlRecord]
public sealed partial record FilterReference : FilterEntry
{
    [XmlAttribute] public string? Filter { get; init; }

    [XmlElement("parameter")] public ConfigList<FilterParameter> Parameters { get; init; }
}

/// <summary>What happens to packets that match.</summary>
[XmlRecord]
public sealed partial record FilterRule : FilterEntry
{
    [XmlAttribute(Invalid = "unknown rule action attribute value", InvalidCode = XmlCode.Unsupported)] public FilterAction? Action { get; init; }

    /// <summary>Seen from the guest.</summary>
    [XmlAttribute(Invalid = "unknown rule direction attribute value", InvalidCode = XmlCode.Unsupported)] public FilterDirection? Direction { get; init; }

    /// <summary>When the rule is gone through, from -1000 (first) to 1000.</summary>
    [XmlAttribute] public string? Priority { get; init; }

    /// <summary><c>false</c> or <c>0</c> when connections are not tracked.</summary>
    [XmlAttribute] public string? Statematch { get; init; }

    /// <summary>What packets match; all when there is nothing. A rule is of one protocol, the first's.</summary>
    [XmlChoice("mac", typeof(MacMatch))]
    [XmlChoice("vlan", typeof(VlanMatch))]
    [XmlChoice("stp", typeof(StpMatch))]
    [XmlChoice("arp", typeof(ArpMatch))]
    [XmlChoice("rarp", typeof(RarpMatch))]
    [XmlChoice("ip", typeof(IpMatch))]
    [XmlChoice("ipv6", typeof(Ipv6Match))]
    [XmlChoice("tcp", typeof(TcpMatch))]
    [XmlChoice("udp", typeof(UdpMatch))]
    [XmlChoice("udplite", typeof(UdpliteMatch))]
    [XmlChoice("sctp", typeof(SctpMatch))]
    [XmlChoice("icmp", typeof(IcmpMatch))]
    [XmlChoice("igmp", typeof(IgmpMatch))]
    [XmlChoice("all", typeof(AllMatch))]
    [XmlChoice("esp", typeof(EspMatch))]
    [XmlChoice("ah", typeof(AhMatch))]
    [XmlChoice("tcp-ipv6", typeof(TcpIpv6Match))]
    [XmlChoice("udp-ipv6", typeof(UdpIpv6Match))]
    [XmlChoice("udplite-ipv6", typeof(UdpliteIpv6Match))]
    [XmlChoice("sctp-ipv6", typeof(SctpIpv6Match))]
    [XmlChoice("icmpv6", typeof(Icmpv6Match))]
    [XmlChoice("all-ipv6", typeof(AllIpv6Match))]
    [XmlChoice("esp-ipv6", typeof(EspIpv6Match))]
    [XmlChoice("ah-ipv6", typeof(AhIpv6Match))]
    public ConfigList<FilterMatch> Matches { get; init; }
}

/// <summary>What happens to a packet.</summary>
[XmlEnum]
public enum FilterAction
{
    Drop, Accept, Reject, Return, Continue,
}

/// <summary>Where a packet goes, seen from the guest.</summary>
[XmlEnum]
public enum FilterDirection
{
    In, Out,
    [XmlName("inout")] InOut,
}
