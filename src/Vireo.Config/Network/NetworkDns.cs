using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The DNS server of a network.</summary>
[XmlRecord]
public sealed partial record NetworkDns
{
    /// <summary>Whether there is one.</summary>
    [XmlAttribute] public bool? Enable { get; init; }

    /// <summary>Whether names without a domain are asked of the host's servers.</summary>
    [XmlAttribute] public bool? ForwardPlainNames { get; init; }

    [XmlElement("forwarder")] public ConfigList<DnsForwarder> Forwarders { get; init; }

    [XmlElement("txt")] public ConfigList<DnsText> Texts { get; init; }

    [XmlElement("srv")] public ConfigList<DnsService> Services { get; init; }

    [XmlElement("host")] public ConfigList<DnsHost> Hosts { get; init; }
}

/// <summary>A server that questions are passed on to.</summary>
[XmlRecord]
public sealed partial record DnsForwarder
{
    /// <summary>The questions meant; all when null.</summary>
    [XmlAttribute] public string? Domain { get; init; }

    /// <summary>The server; the host's own when null.</summary>
    [XmlAttribute] public string? Addr { get; init; }
}

/// <summary>A text record.</summary>
[XmlDocument("txt", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record DnsText
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}

/// <summary>A service record.</summary>
[XmlDocument("srv", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record DnsService
{
    [XmlAttribute] public string? Service { get; init; }

    [XmlAttribute] public string? Protocol { get; init; }

    [XmlAttribute] public string? Domain { get; init; }

    [XmlAttribute] public string? Target { get; init; }

    [XmlAttribute(Invalid = "invalid DNS SRV port attribute: {0}", InvalidCode = XmlCode.Detail)] public uint? Port { get; init; }

    [XmlAttribute(Invalid = "invalid DNS SRV priority attribute: {0}", InvalidCode = XmlCode.Detail)] public uint? Priority { get; init; }

    [XmlAttribute(Invalid = "invalid DNS SRV weight attribute: {0}", InvalidCode = XmlCode.Detail)] public uint? Weight { get; init; }
}

/// <summary>The names of an address.</summary>
[XmlDocument("host", Source = "network_update_xml", Domain = XmlCode.NetworkDocument)]
public sealed partial record DnsHost
{
    [XmlAttribute] public string? Ip { get; init; }

    [XmlElement("hostname")] public ConfigList<string> Hostnames { get; init; }
}
