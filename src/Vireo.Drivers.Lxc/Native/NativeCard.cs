using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>A network card while its entries are gathered.</summary>
/// <param name="number">Its number, in configurations that number them.</param>
internal sealed class NativeCard(ulong? number)
{
    private readonly List<IpConfig> _addresses = [];
    private string? _type;
    private string? _link;
    private string? _hardware;
    private string? _flags;
    private string? _name;
    private string? _vlan;
    private string? _mode;
    private string? _gateway4;
    private string? _gateway6;

    /// <summary>Its number.</summary>
    public ulong? Number => number;

    /// <summary>Takes an entry up.</summary>
    /// <param name="name">What is told of the card.</param>
    /// <param name="value">The value.</param>
    /// <param name="key">The whole key, for messages.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: nothing that is known. VIR_ERR_INVALID_ARG: no address.</exception>
    public void Set(string name, string value, string key)
    {
        _ = name switch
        {
            "type" => _type = value,
            "link" => _link = value,
            "hwaddr" => _hardware = value,
            "flags" => _flags = value,
            "name" => _name = value,
            "vlan.id" => _vlan = value,
            "macvlan.mode" => _mode = value,
            "ipv4.gateway" => _gateway4 = value,
            "ipv6.gateway" => _gateway6 = value,
            "ipv4" or "ipv4.address" => Add(value, isIpv4: true),
            "ipv6" or "ipv6.address" => Add(value, isIpv4: false),
            _ => throw LxcErrors.Internal($"{key} has no place in a document"),
        };
    }

    /// <summary>The container's own card; null when it is one of the host's, or none.</summary>
    public InterfaceConfig? ToInterface()
    {
        if (_type is null or "" or "none" or "empty" or "phys" or "vlan")
            return null;
        return Connected() with
        {
            Mac = (_hardware is not null && MacAddress.TryParse(_hardware, out var address) ? address : default).ToString(),
            Ips = _addresses.ToConfigList(),
            Routes = Routes(),
            Guest = _name is null ? null : new InterfaceGuest { Dev = _name },
            Link = _flags == "up" ? LinkState.Up : LinkState.Down,
        };
    }

    /// <summary>The host's card that is given to the container; null when it is the container's own.</summary>
    public HostdevConfig? ToHostdev()
    {
        if (_type is not ("phys" or "vlan"))
            return null;
        if (_link is null)
            throw VireoException.ConfigUnsupported(ErrorDomain.Lxc, "Missing 'link' attribute for NIC");
        return new()
        {
            Mode = HostdevMode.Capabilities,
            Type = HostdevType.Net,
            Source = new HostdevSource { Interface = _type == "vlan" && _vlan is not null ? $"{_link}.{_vlan}" : _link },
            Ips = _addresses.ToConfigList(),
            Routes = Routes(),
        };
    }

    private InterfaceConfig Connected() => _type switch
    {
        "veth" when _link is null => new() { Type = InterfaceType.Ethernet },
        "veth" => new() { Type = InterfaceType.Bridge, Source = new InterfaceSource { Bridge = _link } },
        "macvlan" => new()
        {
            Type = InterfaceType.Direct,
            Source = new InterfaceSource { Dev = _link ?? throw LxcErrors.Internal("a macvlan card without a link"), Mode = Mode() },
        },
        _ => new() { Type = InterfaceType.User },
    };

    private InterfaceSourceMode Mode() => _mode switch
    {
        null or "private" => InterfaceSourceMode.Private,
        "bridge" => InterfaceSourceMode.Bridge,
        _ => InterfaceSourceMode.Vepa,
    };

    private string Add(string text, bool isIpv4)
    {
        if (text.Split('/') is not [var told, var length] || !NetworkAddress.TryParse(told, out var address) || address.IsIpv4() != isIpv4
            || !uint.TryParse(length, NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var prefix))
            throw VireoException.InvalidArgument(ErrorDomain.Lxc, $"Invalid CIDR address: '{text}'");
        _addresses.Add(new IpConfig { Address = address.ToString(), Family = isIpv4 ? "ipv4" : "ipv6", Prefix = prefix });
        return text;
    }

    private ConfigList<RouteConfig> Routes() => [.. Route("ipv4", "0.0.0.0", _gateway4), .. Route("ipv6", "::", _gateway6)];

    private static IEnumerable<RouteConfig> Route(string family, string address, string? gateway) =>
        gateway is null ? [] : [RouteDefinition.Complete(new RouteConfig { Family = family, Address = address, Gateway = gateway }, "Domain interface")];
}
