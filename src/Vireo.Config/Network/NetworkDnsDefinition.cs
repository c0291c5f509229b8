namespace Vireo.Config;

/// <summary>The DNS server of a network, as libvirt keeps it.</summary>
internal static class NetworkDnsDefinition
{
    private const string ServiceLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/*";

    public static NetworkDns? Complete(NetworkDns? dns, string network)
    {
        if (dns is null)
        {
            return null;
        }

        var result = dns with
        {
            Forwarders = dns.Forwarders.Map(f => Forwarder(f, network)),
            Texts = dns.Texts.Map(t => Text(t, network)),
            Services = dns.Services.Map(s => Service(s, network)),
            Hosts = dns.Hosts.Map(h => Host(h, network)),
        };
        if (dns.Enable is false && (dns.Forwarders.Count | dns.Texts.Count | dns.Services.Count | dns.Hosts.Count) != 0)
        {
            throw Xml($"Extra data in disabled network '{network}'");
        }

        return result == new NetworkDns() ? null : result;
    }

    private static DnsForwarder Forwarder(DnsForwarder forwarder, string network)
    {
        if (forwarder is { Addr: null, Domain: null })
        {
            throw Xml("Invalid forwarder element, must contain at least one of addr or domain");
        }

        return forwarder.Addr is not { } said ? forwarder
            : NetworkAddress.TryParse(said, out var address) ? forwarder with { Addr = address.ToString() }
            : throw Xml($"Invalid forwarder IP address '{said}' in network '{network}'");
    }

    private static DnsText Text(DnsText text, string network)
    {
        if (text.Name is null)
        {
            throw Detail($"missing required name attribute in DNS TXT record of network {network}");
        }

        if (text.Name.Contains(' ', StringComparison.Ordinal))
        {
            throw Detail($"prohibited character in DNS TXT record name '{text.Name}' of network {network}");
        }

        return text.Value is not null ? text : throw Detail($"missing required value attribute in DNS TXT record named '{text.Name}' of network {network}");
    }

    private static DnsService Service(DnsService service, string network)
    {
        if (service.Service is null)
        {
            throw Detail($"missing required service attribute in DNS SRV record of network '{network}'");
        }

        if (service.Service.AsSpan().ContainsAnyExcept(ServiceLetters))
        {
            throw Detail($"invalid character in service attribute '{service.Service}' in DNS SRV record of network '{network}'");
        }

        if (service.Protocol is null)
        {
            throw Detail($"missing required protocol attribute in DNS SRV record '{service.Service}' of network '{network}'");
        }

        if (service.Protocol.AsSpan().ContainsAnyExcept(ServiceLetters))
        {
            throw Detail($"invalid character in protocol attribute '{service.Protocol}' in DNS SRV record of network '{network}'");
        }

        var place = $"for service '{service.Service}' in network '{network}'";
        if (service.Port is { } port && (service.Target is null || port is 0 or > ushort.MaxValue))
        {
            throw Detail(service.Target is null ? $"DNS SRV port attribute not permitted without target {place}" : $"invalid DNS SRV port attribute {place}");
        }

        foreach (var (name, value) in (ReadOnlySpan<(string, uint?)>)[("priority", service.Priority), ("weight", service.Weight)])
        {
            if (value is not null && service.Target is null)
            {
                throw Detail($"DNS SRV {name} attribute not permitted without target {place}");
            }

            if (value > ushort.MaxValue)
            {
                throw Detail($"invalid DNS SRV {name} attribute {place}");
            }
        }

        return service with { Priority = service.Priority is 0 ? null : service.Priority, Weight = service.Weight is 0 ? null : service.Weight };
    }

    private static DnsHost Host(DnsHost host, string network)
    {
        if (host.Ip is null)
        {
            throw Detail($"Missing IP address in network '{network}' DNS HOST record");
        }

        if (!NetworkAddress.TryParse(host.Ip, out var address))
        {
            throw Detail($"Invalid IP address in network '{network}' DNS HOST record");
        }

        var names = new ConfigList<string>(host.Hostnames.Where(name => name.Length > 0).ToArray());
        return names.Count > 0 ? host with { Ip = address.ToString(), Hostnames = names } : throw Detail($"Missing hostname in network '{network}' DNS HOST record");
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);

    private static VireoException Detail(string detail) => VireoException.XmlDetail(ErrorDomain.Network, detail);
}
