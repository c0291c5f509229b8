using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Traffic of a protocol over IP.</summary>
[XmlRecord(Leads = true)]
public abstract partial record TrafficMatch : FilterMatch
{
    [XmlAttribute] public string? Srcmacaddr { get; init; }

    [XmlAttribute] public string? Srcipaddr { get; init; }

    [XmlAttribute] public string? Srcipmask { get; init; }

    [XmlAttribute] public string? Dstipaddr { get; init; }

    [XmlAttribute] public string? Dstipmask { get; init; }

    [XmlAttribute] public string? Srcipfrom { get; init; }

    [XmlAttribute] public string? Srcipto { get; init; }

    [XmlAttribute] public string? Dstipfrom { get; init; }

    [XmlAttribute] public string? Dstipto { get; init; }

    [XmlAttribute] public string? Dscp { get; init; }

    /// <summary>More connections than this.</summary>
    [XmlAttribute("connlimit-above")] public string? ConnlimitAbove { get; init; }

    /// <summary>States of tracked connections: <c>NEW,ESTABLISHED</c>, <c>NONE</c>.</summary>
    [XmlAttribute] public string? State { get; init; }

    /// <summary>A set of addresses that the host keeps.</summary>
    [XmlAttribute] public string? Ipset { get; init; }

    /// <summary>Which addresses are looked up in it: <c>src,dst</c>.</summary>
    [XmlAttribute] public string? Ipsetflags { get; init; }

    /// <summary>Whether it goes over IPv6.</summary>
    public virtual bool IsIpv6 => false;
}

/// <summary>Traffic of a protocol with ports.</summary>
[XmlRecord(Leads = true)]
public abstract partial record PortMatch : TrafficMatch
{
    [XmlAttribute] public string? Srcportstart { get; init; }

    [XmlAttribute] public string? Srcportend { get; init; }

    [XmlAttribute] public string? Dstportstart { get; init; }

    [XmlAttribute] public string? Dstportend { get; init; }
}

/// <summary>TCP over either IP.</summary>
[XmlRecord]
public abstract partial record TcpFlagsMatch : PortMatch
{
    /// <summary>Flags looked at, a slash, flags set: <c>SYN,ACK/SYN</c>.</summary>
    [XmlAttribute] public string? Flags { get; init; }
}

/// <summary>ICMP over either IP.</summary>
[XmlRecord]
public abstract partial record ControlMatch : TrafficMatch
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Code { get; init; }
}

/// <summary>TCP over IPv4.</summary>
[XmlRecord]
public sealed partial record TcpMatch : TcpFlagsMatch;

/// <summary>UDP over IPv4.</summary>
[XmlRecord]
public sealed partial record UdpMatch : PortMatch;

/// <summary>UDP-Lite over IPv4.</summary>
[XmlRecord]
public sealed partial record UdpliteMatch : TrafficMatch;

/// <summary>SCTP over IPv4.</summary>
[XmlRecord]
public sealed partial record SctpMatch : PortMatch;

/// <summary>ICMP.</summary>
[XmlRecord]
public sealed partial record IcmpMatch : ControlMatch;

/// <summary>IGMP.</summary>
[XmlRecord]
public sealed partial record IgmpMatch : TrafficMatch;

/// <summary>All protocols over IPv4.</summary>
[XmlRecord]
public sealed partial record AllMatch : TrafficMatch;

/// <summary>ESP over IPv4.</summary>
[XmlRecord]
public sealed partial record EspMatch : TrafficMatch;

/// <summary>AH over IPv4.</summary>
[XmlRecord]
public sealed partial record AhMatch : TrafficMatch;

/// <summary>TCP over IPv6.</summary>
[XmlRecord]
public sealed partial record TcpIpv6Match : TcpFlagsMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>UDP over IPv6.</summary>
[XmlRecord]
public sealed partial record UdpIpv6Match : PortMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>UDP-Lite over IPv6.</summary>
[XmlRecord]
public sealed partial record UdpliteIpv6Match : TrafficMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>SCTP over IPv6.</summary>
[XmlRecord]
public sealed partial record SctpIpv6Match : PortMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>ICMPv6.</summary>
[XmlRecord]
public sealed partial record Icmpv6Match : ControlMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>All protocols over IPv6.</summary>
[XmlRecord]
public sealed partial record AllIpv6Match : TrafficMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>ESP over IPv6.</summary>
[XmlRecord]
public sealed partial record EspIpv6Match : TrafficMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}

/// <summary>AH over IPv6.</summary>
[XmlRecord]
public sealed partial record AhIpv6Match : TrafficMatch
{
    /// <inheritdoc/>
    public override bool IsIpv6 => true;
}
