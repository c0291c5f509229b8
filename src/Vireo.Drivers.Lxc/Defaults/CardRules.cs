using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Lxc.Defaults;

/// <summary>Network cards, and the addresses and routes that a container finds on them.</summary>
internal static class CardRules
{
    /// <summary>Fills in what the document leaves open.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static InterfaceConfig Apply(InterfaceConfig card)
    {
        card = NetworkCardDefaults.Apply(card);
        if (card.Type == InterfaceType.Direct)
            card = card with { Source = Direct(card.Source) };
        if (card.Source is { } source && (!source.Ips.IsEmpty || !source.Routes.IsEmpty))
        {
            if (card.Type != InterfaceType.Ethernet)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain,
                    $"Invalid attempt to set network interface host-side IP route and/or address info on interface of type '{card.Type?.ToXmlName()}'. This is only supported on interfaces of type 'ethernet'");
            }

            card = card with { Source = source with { Ips = source.Ips.Map(Address), Routes = source.Routes.Map(route => RouteDefinition.Complete(route, "interface host IP")) } };
        }

        return card with { Ips = card.Ips.Map(Address), Routes = card.Routes.Map(Route) };
    }

    /// <summary>An address with its family.</summary>
    public static IpConfig Address(IpConfig ip)
    {
        if (ip.Address is null)
            throw VireoException.InvalidXml(ErrorDomain.Domain, "Missing required address in <ip>");
        if (!NetworkAddress.TryParse(ip.Address, out var address))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid address '{ip.Address}' in <ip>");
        if (ip.Prefix > (address.IsIpv4() ? 32u : 128u))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid prefix value '{ip.Prefix}' in <ip>");
        if (ip.Peer is { } peer && !NetworkAddress.TryParse(peer, out _))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid peer '{peer}' in <ip>");
        return ip with { Address = address.ToString(), Family = address.IsIpv4() ? "ipv4" : "ipv6" };
    }

    /// <summary>A route that leads somewhere.</summary>
    public static RouteConfig Route(RouteConfig route) => RouteDefinition.Complete(route, "guest interface");

    private static InterfaceSource Direct(InterfaceSource? source) => source switch
    {
        null => throw VireoException.InvalidXml(ErrorDomain.Domain, "interface type='direct' requires a 'source' element"),
        { Dev: null or "" } => throw VireoException.InvalidXml(ErrorDomain.Domain, "Missing required attribute 'dev' in element 'source'"),
        _ => source with { Mode = source.Mode ?? InterfaceSourceMode.Vepa },
    };
}
