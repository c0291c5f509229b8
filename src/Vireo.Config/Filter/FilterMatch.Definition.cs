namespace Vireo.Config;

// Each record puts its own fields into the form libvirt writes, after its base has done so with its own.

public abstract partial record FilterMatch
{
    /// <summary>The match with its values checked and in one form.</summary>
    internal virtual FilterMatch Complete()
    {
        var bare = this with { Match = null };
        return bare with { Match = Match == "no" && HasFields() ? "no" : null, Comment = FilterValue.Comment(Comment) };
    }

    /// <summary>Whether it looks at anything at all: which fields there are only the derived record knows, and its formatter with it.</summary>
    private protected bool HasFields()
    {
        var writer = new Xml.DocumentWriter();
        (this with { Match = null, Extras = null }).WriteXml(writer, "x");
        return writer.ToString().Contains('=', StringComparison.Ordinal);
    }
}

public abstract partial record EthernetMatch
{
    internal override FilterMatch Complete() => (EthernetMatch)base.Complete() with
    {
        Srcmacaddr = FilterValue.Mac(Srcmacaddr, "srcmacaddr"),
        Srcmacmask = FilterValue.MacMask(Srcmacmask, "srcmacmask"),
        Dstmacaddr = FilterValue.Mac(Dstmacaddr, "dstmacaddr"),
        Dstmacmask = FilterValue.MacMask(Dstmacmask, "dstmacmask"),
    };
}

public sealed partial record MacMatch
{
    internal override FilterMatch Complete() => (MacMatch)base.Complete() with { Protocolid = FilterValue.FrameProtocol(Protocolid, "protocolid") };
}

public sealed partial record VlanMatch
{
    private const uint LargestId = 4095;

    internal override FilterMatch Complete() => (VlanMatch)base.Complete() with
    {
        Vlanid = FilterValue.Number(Vlanid, "vlanid", LargestId),
        EncapProtocol = FilterValue.FrameProtocol(EncapProtocol, "encap-protocol"),
    };
}

public sealed partial record StpMatch
{
    internal override FilterMatch Complete() => (StpMatch)base.Complete() with
    {
        Srcmacaddr = FilterValue.Mac(Srcmacaddr, "srcmacaddr"),
        Srcmacmask = FilterValue.MacMask(Srcmacmask, "srcmacmask"),
        Type = FilterValue.Number(Type, "type", byte.MaxValue),
        Flags = FilterValue.Number(Flags, "flags", byte.MaxValue),
        RootPriority = Short(RootPriority, "root-priority"),
        RootPriorityHi = Short(RootPriorityHi, "root-priority-hi"),
        RootAddress = FilterValue.Mac(RootAddress, "root-address"),
        RootAddressMask = FilterValue.MacMask(RootAddressMask, "root-address-mask"),
        RootCost = FilterValue.Number(RootCost, "root-cost", uint.MaxValue),
        RootCostHi = FilterValue.Number(RootCostHi, "root-cost-hi", uint.MaxValue),
        SenderPriority = Short(SenderPriority, "sender-priority"),
        SenderPriorityHi = Short(SenderPriorityHi, "sender-priority-hi"),
        SenderAddress = FilterValue.Mac(SenderAddress, "sender-address"),
        SenderAddressMask = FilterValue.MacMask(SenderAddressMask, "sender-address-mask"),
        Port = Short(Port, "port"),
        PortHi = Short(PortHi, "port-hi"),
        Age = Short(Age, "age"),
        AgeHi = Short(AgeHi, "age-hi"),
        MaxAge = Short(MaxAge, "max-age"),
        MaxAgeHi = Short(MaxAgeHi, "max-age-hi"),
        HelloTime = Short(HelloTime, "hello-time"),
        HelloTimeHi = Short(HelloTimeHi, "hello-time-hi"),
        ForwardDelay = Short(ForwardDelay, "forward-delay"),
        ForwardDelayHi = Short(ForwardDelayHi, "forward-delay-hi"),
    };

    private static string? Short(string? text, string name) => FilterValue.Number(text, name, ushort.MaxValue);
}

public abstract partial record AddressResolutionMatch
{
    internal override FilterMatch Complete() => (AddressResolutionMatch)base.Complete() with
    {
        Hwtype = FilterValue.Number(Hwtype, "hwtype", ushort.MaxValue),
        Protocoltype = FilterValue.Number(Protocoltype, "protocoltype", ushort.MaxValue),
        Opcode = FilterValue.Opcode(Opcode, "opcode"),
        Arpsrcmacaddr = FilterValue.Mac(Arpsrcmacaddr, "arpsrcmacaddr"),
        Arpdstmacaddr = FilterValue.Mac(Arpdstmacaddr, "arpdstmacaddr"),
        Arpsrcipaddr = FilterValue.Address(Arpsrcipaddr, "arpsrcipaddr", ipv6: false),
        Arpsrcipmask = FilterValue.Mask(Arpsrcipmask, "arpsrcipmask", ipv6: false),
        Arpdstipaddr = FilterValue.Address(Arpdstipaddr, "arpdstipaddr", ipv6: false),
        Arpdstipmask = FilterValue.Mask(Arpdstipmask, "arpdstipmask", ipv6: false),
        Gratuitous = FilterValue.Boolean(Gratuitous, "gratuitous"),
    };
}

public abstract partial record PacketMatch
{
    internal override FilterMatch Complete()
    {
        var ipv6 = this is Ipv6Match;
        return (PacketMatch)base.Complete() with
        {
            Srcipaddr = FilterValue.Address(Srcipaddr, "srcipaddr", ipv6),
            Srcipmask = FilterValue.Mask(Srcipmask, "srcipmask", ipv6),
            Dstipaddr = FilterValue.Address(Dstipaddr, "dstipaddr", ipv6),
            Dstipmask = FilterValue.Mask(Dstipmask, "dstipmask", ipv6),
            Protocol = FilterValue.PacketProtocol(Protocol, "protocol"),
            Srcportstart = FilterValue.Number(Srcportstart, "srcportstart", ushort.MaxValue),
            Srcportend = FilterValue.Number(Srcportend, "srcportend", ushort.MaxValue),
            Dstportstart = FilterValue.Number(Dstportstart, "dstportstart", ushort.MaxValue),
            Dstportend = FilterValue.Number(Dstportend, "dstportend", ushort.MaxValue),
        };
    }
}

public sealed partial record IpMatch
{
    internal override FilterMatch Complete() => (IpMatch)base.Complete() with { Dscp = FilterValue.Number(Dscp, "dscp", TrafficMatch.LargestDscp) };
}

public sealed partial record Ipv6Match
{
    internal override FilterMatch Complete() => (Ipv6Match)base.Complete() with
    {
        Type = FilterValue.Number(Type, "type", byte.MaxValue),
        Typeend = FilterValue.Number(Typeend, "typeend", byte.MaxValue),
        Code = FilterValue.Number(Code, "code", byte.MaxValue),
        Codeend = FilterValue.Number(Codeend, "codeend", byte.MaxValue),
    };
}

public abstract partial record TrafficMatch
{
    internal const uint LargestDscp = 63;

    internal override FilterMatch Complete() => (TrafficMatch)base.Complete() with
    {
        Srcmacaddr = FilterValue.Mac(Srcmacaddr, "srcmacaddr"),
        Srcipaddr = FilterValue.Address(Srcipaddr, "srcipaddr", IsIpv6),
        Srcipmask = FilterValue.Mask(Srcipmask, "srcipmask", IsIpv6),
        Dstipaddr = FilterValue.Address(Dstipaddr, "dstipaddr", IsIpv6),
        Dstipmask = FilterValue.Mask(Dstipmask, "dstipmask", IsIpv6),
        Srcipfrom = FilterValue.Address(Srcipfrom, "srcipfrom", IsIpv6),
        Srcipto = FilterValue.Address(Srcipto, "srcipto", IsIpv6),
        Dstipfrom = FilterValue.Address(Dstipfrom, "dstipfrom", IsIpv6),
        // libvirt takes this one field for an IPv4 address whatever the protocol; that helps nobody.
        Dstipto = FilterValue.Address(Dstipto, "dstipto", IsIpv6),
        Dscp = FilterValue.Number(Dscp, "dscp", LargestDscp),
        ConnlimitAbove = FilterValue.Decimal(ConnlimitAbove, "connlimit-above", ushort.MaxValue),
        State = FilterValue.States(State, "state"),
        Ipset = FilterValue.SetName(Ipset, "ipset"),
        Ipsetflags = FilterValue.SetFlags(Ipsetflags, "ipsetflags"),
    };
}

public abstract partial record PortMatch
{
    internal override FilterMatch Complete() => (PortMatch)base.Complete() with
    {
        Srcportstart = FilterValue.Number(Srcportstart, "srcportstart", ushort.MaxValue),
        Srcportend = FilterValue.Number(Srcportend, "srcportend", ushort.MaxValue),
        Dstportstart = FilterValue.Number(Dstportstart, "dstportstart", ushort.MaxValue),
        Dstportend = FilterValue.Number(Dstportend, "dstportend", ushort.MaxValue),
    };
}

public abstract partial record TcpFlagsMatch
{
    internal override FilterMatch Complete() => (TcpFlagsMatch)base.Complete() with { Flags = FilterValue.TcpFlags(Flags, "flags") };
}

public abstract partial record ControlMatch
{
    internal override FilterMatch Complete() => (ControlMatch)base.Complete() with
    {
        Type = FilterValue.Number(Type, "type", byte.MaxValue),
        Code = FilterValue.Number(Code, "code", byte.MaxValue),
    };
}
