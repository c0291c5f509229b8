namespace Vireo.Config;

/// <summary>What libvirt insists on in the parts of a network and between them.</summary>
internal static class NetworkChecks
{
    /// <summary>The hardware address in the usual form.</summary>
    public static string? Mac(string? mac, string network)
    {
        if (mac is null or "")
        {
            return null;
        }

        if (!MacAddress.TryParse(mac, out var address))
        {
            throw Xml($"Invalid bridge mac address '{mac}' in network '{network}'");
        }

        return !address.IsMulticast ? address.ToString() : throw Xml($"Invalid multicast bridge mac address '{mac}' in network '{network}'");
    }

    /// <summary>The bridge; one of libvirt's own runs the spanning tree protocol, and forwards at once.</summary>
    public static NetworkBridge? Bridge(NetworkBridge? bridge, NetworkForwardMode mode)
    {
        // A name with a number to be filled in is a pattern, which whoever keeps the network fills in.
        bridge = bridge is null ? null : bridge with { Name = bridge.Name is "" ? null : bridge.Name, Zone = bridge.Zone is "" ? null : bridge.Zone };
        if (IsOwn(mode))
        {
            bridge ??= new();
            return bridge with { Stp = bridge.Stp ?? true, Delay = bridge.Delay ?? 0 };
        }

        return bridge is { Name: null, Zone: null, MacTableManager: null } ? null : bridge;
    }

    public static NetworkPortGroup PortGroup(NetworkPortGroup group) => group with
    {
        Name = group.Name is { Length: > 0 } ? group.Name : throw Xml("Missing required name attribute in portgroup"),
        Default = group.Default is true ? true : null,
        Bandwidth = CardChecks.Bandwidth(group.Bandwidth, floorAllowed: false),
        Vlan = CardChecks.Vlan(group.Vlan),
        Virtualport = CardChecks.VirtualPort(group.Virtualport, typeRequired: false),
    };

    public static DnsmasqOptions? Options(DnsmasqOptions? options) =>
        options is null or { Options.Count: 0 } ? null
        : !options.Options.Any(option => option.Value is null) ? options
        : throw VireoException.Internal(ErrorDomain.Network, "No dnsmasq options value specified");

    /// <summary>What the way of forwarding asks for and forbids; <paramref name="bridge"/> is the bridge as the document has it.</summary>
    public static void Mode(NetworkConfig network, NetworkBridge? bridge, NetworkForwardMode mode)
    {
        switch (mode)
        {
            case NetworkForwardMode.Nat or NetworkForwardMode.Route or NetworkForwardMode.Open:
                OwnBridge(network, mode);
                break;
            case not NetworkForwardMode.None:
                ForeignBridge(network, bridge, mode);
                break;
        }
    }

    /// <summary>What the parts of a finished definition ask of each other.</summary>
    public static void Whole(NetworkConfig network, NetworkForward? forward, NetworkForwardMode mode)
    {
        var (name, way) = (network.Name!, mode.ToXmlName());
        if (!IsOwn(mode))
        {
            var bad = network.Mac is not null ? "mac" : network.Ips.Count > 0 ? "ip" : network.Domain is not null ? "domain" : null;
            if (bad is not null)
            {
                throw Unsupported($"Unsupported <{bad}> element in network {name} with forward mode='{way}'");
            }
        }

        NetworkForwardDefinition.CheckDevices(forward, mode, name);
        Routes(network);
        Bandwidths(network, mode);
        PortGroups(network);
        Vlans(network, mode);
        OneDhcp(network);
    }

    /// <summary>Whether the network has a bridge that libvirt makes.</summary>
    private static bool IsOwn(NetworkForwardMode mode) =>
        mode is NetworkForwardMode.None or NetworkForwardMode.Nat or NetworkForwardMode.Route or NetworkForwardMode.Open;

    private static void OwnBridge(NetworkConfig network, NetworkForwardMode mode)
    {
        var (name, way) = (network.Name!, mode.ToXmlName());
        if (network.Ips.Count == 0)
        {
            throw Xml($"{way} forwarding requested, but no IP address provided for network '{name}'");
        }

        var devices = network.Forward!.Interfaces.Count + network.Forward.Addresses.Count;
        if (mode == NetworkForwardMode.Open && devices > 0)
        {
            throw Xml($"forward dev not allowed for network '{name}' with forward mode='{way}'");
        }

        if (devices > 1)
        {
            throw Xml($"multiple forwarding interfaces specified for network '{name}', only one is supported");
        }
    }

    // Of a bridge that somebody else keeps nothing but its name is said, and of a device nothing at all.
    private static void ForeignBridge(NetworkConfig network, NetworkBridge? bridge, NetworkForwardMode mode)
    {
        var (name, way) = (network.Name!, mode.ToXmlName());
        var named = bridge?.Name is { Length: > 0 };
        if (mode != NetworkForwardMode.Bridge && (named || bridge?.Zone is not null))
        {
            throw Xml($"bridge {(named ? "name" : "zone")} not allowed in {way} mode (network '{name}')");
        }

        if (bridge is { Delay: > 0 } or { Stp: not null } or { Zone: not null })
        {
            throw Xml($"bridge delay/stp/zone options only allowed in route, nat, and isolated mode, not in {way} (network '{name}')");
        }

        if (named && network.Forward!.Interfaces.Count + network.Forward.Addresses.Count + network.Forward.PhysicalFunctions.Count > 0)
        {
            throw Xml($"A network with forward mode='{way}' can specify a bridge name or a forward dev, but not both (network '{name}')");
        }

        if (network.Mtu is not null)
        {
            throw Xml($"mtu size only allowed in open, route, nat, and isolated mode, not in {way} (network '{name}')");
        }
    }

    private static void Routes(NetworkConfig network)
    {
        foreach (var route in network.Routes)
        {
            if (!NetworkAddress.TryParse(route.Gateway, out var gateway) || !network.Ips.Any(ip => NetworkIpDefinition.Reaches(ip, gateway)))
            {
                throw Unsupported($"unreachable static route gateway '{route.Gateway}' specified for network '{network.Name}'");
            }
        }
    }

    private static void Bandwidths(NetworkConfig network, NetworkForwardMode mode)
    {
        if (IsOwn(mode) || (mode == NetworkForwardMode.Bridge && network.Bridge?.Name is not null))
        {
            return;
        }

        if (network.Bandwidth is not null)
        {
            throw Unsupported($"Unsupported network-wide <bandwidth> element in network {network.Name} with forward mode='{mode.ToXmlName()}'");
        }

        if (network.Portgroups.Find(p => p.Bandwidth is not null) is { } group)
        {
            throw Unsupported($"Unsupported <bandwidth> element in network '{network.Name}' in portgroup '{group.Name}' with forward mode='{mode.ToXmlName()}'");
        }
    }

    private static void PortGroups(NetworkConfig network)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        NetworkPortGroup? chosen = null;
        foreach (var group in network.Portgroups)
        {
            if (!names.Add(group.Name!))
            {
                throw Unsupported($"multiple <portgroup> elements with the same name ({group.Name}) in network '{network.Name}'");
            }

            if (group.Default is true && chosen is not null)
            {
                throw Unsupported(
                    $"network '{network.Name}' has multiple default <portgroup> elements ({chosen.Name} and {group.Name}), but only one default is allowed");
            }

            chosen = group.Default is true ? group : chosen;
        }
    }

    // Tags need a switch that knows them: Open vSwitch, or the host's device itself.
    private static void Vlans(NetworkConfig network, NetworkForwardMode mode)
    {
        var bridged = mode == NetworkForwardMode.Bridge;
        var allowed = mode is NetworkForwardMode.Hostdev or NetworkForwardMode.Passthrough || (bridged && network.Virtualport?.Type == "openvswitch");
        var used = network.Vlan is not null;
        var bad = network.Portgroups.Any(group =>
            (used || group.Vlan is not null) && !(group.Virtualport is { } port ? bridged && port.Type == "openvswitch" : allowed));
        if (bad || (used && !allowed && !network.Portgroups.Any(group => group.Default is true)))
        {
            throw Unsupported($"<vlan> element specified for network {network.Name}, whose type doesn't support vlan configuration");
        }
    }

    private static void OneDhcp(NetworkConfig network)
    {
        foreach (var family in (string[])["IPv4", "IPv6"])
        {
            if (network.Ips.Count(ip => ip.Dhcp is not null && NetworkIpDefinition.IsIpv6(ip) == (family == "IPv6")) > 1)
            {
                throw Unsupported($"Multiple {family} dhcp sections found -- dhcp is supported only for a single {family} address on each network");
            }
        }
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Network, detail);
}
