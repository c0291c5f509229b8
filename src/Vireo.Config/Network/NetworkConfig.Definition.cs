namespace Vireo.Config;

public sealed partial record NetworkConfig
{
    /// <summary>Reads a document that defines a network. Answers to <c>virNetworkDefineXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static NetworkConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>
    /// The network as libvirt keeps it once it is defined: checked, with defaults, without what only a live network tells. Identity, hardware address and
    /// name of the bridge are given by whoever keeps the network; they stay null here when the document says nothing of them.
    /// </summary>
    /// <exception cref="VireoException">VIR_ERR_NO_NAME, VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_CONFIG_UNSUPPORTED, with libvirt's messages.</exception>
    public NetworkConfig ToDefinition()
    {
        if (string.IsNullOrEmpty(Name))
        {
            throw new VireoException(ErrorCode.NoName, ErrorDomain.Network, null);
        }

        if (Name.IndexOfAny(['/', '\n']) is >= 0 and var at)
        {
            throw VireoException.XmlDetail(ErrorDomain.Xml, $"invalid char in name: {Name[at]}");
        }

        var forward = NetworkForwardDefinition.Complete(Forward, Name);
        var mode = forward?.Mode ?? NetworkForwardMode.None;
        var defined = this with
        {
            Connections = null,
            Ipv6 = Ipv6 is true ? true : null,
            Bandwidth = CardChecks.Bandwidth(Bandwidth, floorAllowed: false),
            Vlan = CardChecks.Vlan(Vlan),
            Mtu = Mtu is 0 ? null : Mtu,
            Mac = NetworkChecks.Mac(Mac, Name),
            Domain = Domain is { Name: null } ? null : Domain,
            Dns = NetworkDnsDefinition.Complete(Dns, Name),
            Virtualport = CardChecks.VirtualPort(Virtualport, typeRequired: true),
            Portgroups = Portgroups.Map(NetworkChecks.PortGroup),
            Ips = Ips.Map(ip => NetworkIpDefinition.Complete(ip, Name)),
            Routes = Routes.Map(route => RouteDefinition.Complete(route, Name)),
            Forward = mode == NetworkForwardMode.None ? null : forward,
            Bridge = NetworkChecks.Bridge(Bridge, mode),
            DnsmasqOptions = NetworkChecks.Options(DnsmasqOptions),
        };
        NetworkChecks.Mode(defined, Bridge, mode);
        NetworkChecks.Whole(defined, forward, mode);
        return defined;
    }
}
