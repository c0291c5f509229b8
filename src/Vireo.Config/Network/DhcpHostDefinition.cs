namespace Vireo.Config;

/// <summary>A guest that always gets the same address, as libvirt keeps it.</summary>
internal static class DhcpHostDefinition
{
    private const string IdentityDigits = "0123456789abcdefABCDEF:";

    public static DhcpHost Complete(DhcpHost host, bool ipv4, string network)
    {
        if (host.Mac is { } mac)
        {
            Mac(mac, ipv4, network);
        }

        if (host.Id?.AsSpan().IndexOfAnyExcept(IdentityDigits) is { } bad and >= 0)
        {
            throw Xml($"Invalid character '{host.Id[bad]}' in id '{host.Id}' of network '{network}'");
        }

        if (host.Name is { } name && !(name.Length > 0 && char.IsAsciiLetterOrDigit(name[0])))
        {
            throw Xml($"Cannot use host name '{name}' in network '{network}'");
        }

        if (host.Name is null && (ipv4 ? host.Mac : host.Id) is null)
        {
            throw Xml($"Static host definition in {(ipv4 ? "IPv4" : "IPv6")} network '{network}' must have {(ipv4 ? "mac" : "id")} or name attribute");
        }

        if (host.Ip is not { } ip)
        {
            throw Xml($"Missing IP address in static host definition for network '{network}'");
        }

        return NetworkAddress.TryParse(ip, out var address)
            ? host with { Ip = address.ToString(), Lease = NetworkIpDefinition.Lease(host.Lease) }
            : throw Xml($"Invalid IP address in static host definition for network '{network}'");
    }

    private static void Mac(string mac, bool ipv4, string network)
    {
        if (!ipv4)
        {
            throw Xml($"Invalid to specify MAC address '{mac}' in network '{network}' IPv6 static host definition");
        }

        if (!MacAddress.TryParse(mac, out var address))
        {
            throw Xml($"Cannot parse MAC address '{mac}' in network '{network}'");
        }

        if (address.IsMulticast)
        {
            throw Xml($"expected unicast mac address, found multicast '{mac}' in network '{network}'");
        }
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);
}
