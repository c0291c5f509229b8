using System.Net;

namespace Vireo.Config;

/// <summary>A static route, as libvirt keeps it.</summary>
internal static class RouteDefinition
{
    public static RouteConfig Complete(RouteConfig route, string owner)
    {
        if (route.Metric is 0)
        {
            throw VireoException.InvalidXml(ErrorDomain.Xml, "Invalid value for attribute 'metric' in element 'route': Zero is not permitted");
        }

        var address = Read(route.Address ?? throw Missing("address"), "network");
        var gateway = Read(route.Gateway ?? throw Missing("gateway"), "gateway");
        var netmask = route.Netmask is null ? null : Read(route.Netmask, "netmask");
        Family(route, address, gateway, netmask, owner);
        var prefix = netmask is not null ? -1 : (int)(route.Prefix ?? 0);
        var masked = netmask is not null ? Masked(address, netmask) : address.Masked(prefix);
        if (!masked.Equals(address))
        {
            throw Xml($"{owner}: Address '{address}' in route definition is not a network address");
        }

        return route with
        {
            Family = route.Family is "" ? null : route.Family,
            Address = address.ToString(),
            Gateway = gateway.ToString(),
            Netmask = netmask?.ToString(),
        };

        VireoException Missing(string name) => Xml($"{owner}: Missing required {name} attribute in route definition");

        IPAddress Read(string text, string name) =>
            NetworkAddress.TryParse(text, out var read) ? read : throw Xml($"{owner}: Bad {name} address '{text}' in route definition");
    }

    private static void Family(RouteConfig route, IPAddress address, IPAddress gateway, IPAddress? netmask, string owner)
    {
        var ipv6 = route.Family == "ipv6";
        if (route.Family is not (null or "" or "ipv4" or "ipv6"))
        {
            throw Xml($"{owner}: Unrecognized family '{route.Family}' in route definition");
        }

        if (address.IsIpv4() == ipv6)
        {
            throw Xml(
                route.Family is null or "" ? $"{owner}: No family specified for non-IPv4 address '{address}' in route definition"
                : $"{owner}: {route.Family} family specified for non-{(ipv6 ? "IPv6" : "IPv4")} address '{address}' in route definition");
        }

        if (gateway.IsIpv4() == ipv6)
        {
            throw Xml($"{owner}: {route.Family ?? "ipv4"} specified for non-{(ipv6 ? "IPv6" : "IPv4")} gateway address '{gateway}' in route definition");
        }

        if (netmask is not null && ipv6)
        {
            throw Xml($"{owner}: Specifying netmask invalid for IPv6 address '{address}' in route definition");
        }

        if (netmask is not null && route.Prefix is not null)
        {
            throw Xml($"{owner}: Route definition cannot have both a prefix and a netmask");
        }

        var most = ipv6 ? 128u : 32u;
        if (route.Prefix > most)
        {
            throw Xml($"{owner}: Invalid prefix {route.Prefix} specified in route definition, must be 0 - {most}");
        }
    }

    private static IPAddress Masked(IPAddress address, IPAddress netmask)
    {
        var (bytes, mask) = (address.GetAddressBytes(), netmask.GetAddressBytes());
        for (var i = 0; i < Math.Min(bytes.Length, mask.Length); i++)
        {
            bytes[i] &= mask[i];
        }

        return new(bytes);
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);
}
