using System.Globalization;
using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Network cards: <c>mac=…,bridge=…,script=…</c>.</summary>
internal static class Vif
{
    private const string Key = "vif";
    private const string BridgeScript = "vif-bridge";
    private const string SwitchScript = "vif-openvswitch";
    private const string Netfront = "netfront";
    private const uint VlanLimit = 4096;

    // The hardware addresses that belong to Xen.
    private const uint Vendor = 0x00163e;

    private static readonly string[] s_models = ["e1000", "e1000e", Netfront, "rtl8139", "virtio"];

    /// <summary>A file's cards.</summary>
    public static ConfigList<InterfaceConfig> Parse(XenFile file, XenFormat format) =>
        (file.Texts(Key) ?? []).Select(text => Card(text, format)).ToConfigList();

    /// <summary>Writes the cards.</summary>
    public static void Format(XenText text, ConfigList<InterfaceConfig> cards, GuestKind kind, XenFormat format, XenHost host) =>
        text.AddIfAny(Key, cards.Select(card => Format(card, kind, format, host)));

    /// <summary>The word for cards that the guest drives itself, where a full virtual machine has others beside.</summary>
    private static string FrontendType(XenFormat format) => format == XenFormat.Xl ? "vif" : Netfront;

    private static InterfaceConfig Card(string text, XenFormat format)
    {
        var fields = new Dictionary<string, string>();
        foreach (var (field, value) in Fields.ParsePairs(Key, text))
            fields[field] = value;
        var script = fields.GetValueOrDefault("script") is { Length: > 0 } told ? told : null;
        var bridge = fields.GetValueOrDefault("bridge");
        var isBridge = bridge is not null || script is BridgeScript or "vif-vnic";
        var card = new InterfaceConfig
        {
            Type = isBridge ? InterfaceType.Bridge : InterfaceType.Ethernet,
            Mac = fields.GetValueOrDefault("mac") is { } mac ? Mac(mac) : null,
            Source = bridge is null ? null : new InterfaceSource { Bridge = bridge },
            Script = script is null ? null : new InterfaceScript { Path = script },
            Backenddomain = fields.GetValueOrDefault("backend") is { Length: > 0 } backend ? backend : null,
            Bandwidth = fields.GetValueOrDefault("rate") is { } rate ? Bandwidth(rate) : null,
            Model = fields.TryGetValue("model", out var model) ? Model(model) : fields.GetValueOrDefault("type") == FrontendType(format) ? Netfront : null,
            // Names that Xen and libvirt give themselves are not kept.
            Target = fields.GetValueOrDefault("vifname") is { Length: > 0 } name && !IsGenerated(name) ? new InterfaceTarget { Dev = name } : null,
            Ips = (fields.GetValueOrDefault("ip") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Address).ToConfigList(),
        };
        return bridge is not null && script == SwitchScript ? WithVlan(card, bridge) : card;
    }

    private static MacConfig Mac(string text) =>
        MacAddress.TryParse(text, out var address) ? address.ToString() : throw XenErrors.Internal($"malformed mac address '{text}'");

    private static string Model(string text) => Array.Find(s_models, model => model.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text;

    private static bool IsGenerated(string name) => name.StartsWith("vif", StringComparison.Ordinal) || name.StartsWith("vnet", StringComparison.Ordinal);

    private static IpConfig Address(string text)
    {
        var address = NetworkAddress.Parse(text);
        return new IpConfig { Address = address.ToString(), Family = address.IsIpv4() ? "ipv4" : "ipv6" };
    }

    /// <summary>A bridge of Open vSwitch has its VLAN behind it, <c>bridge.10</c>, or several, <c>bridge:10:20</c>.</summary>
    private static InterfaceConfig WithVlan(InterfaceConfig card, string bridge)
    {
        var isTrunk = bridge.Contains(':', StringComparison.Ordinal);
        var parts = bridge.Split(isTrunk ? ':' : '.');
        if (parts.Length == 1)
            return card;
        var tags = parts.Skip(1).Select(tag => new VlanTag
        {
            Id = ushort.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < VlanLimit ? id : throw Fields.Malformed(Key, bridge),
        }).ToConfigList();
        if (isTrunk ? parts[0].Contains('.', StringComparison.Ordinal) : tags.Count > 1)
            throw Fields.Malformed(Key, bridge);
        return card with
        {
            Source = new InterfaceSource { Bridge = parts[0] },
            Vlan = new VlanConfig { Trunk = isTrunk ? true : null, Tags = tags },
            Virtualport = new VirtualPortConfig { Type = "openvswitch" },
        };
    }

    /// <summary>What the guest may send: bytes or bits in a second, and how often that is looked at, which no document tells.</summary>
    private static BandwidthConfig? Bandwidth(string text)
    {
        var rate = text.Split('@')[0];
        var digits = rate.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var unit = digits > 0 ? rate[digits..] : "";
        var (shift, isBits) = unit switch
        {
            "B/s" or "b/s" => (0, unit[0] == 'b'),
            "KB/s" or "Kb/s" => (10, unit[1] == 'b'),
            "MB/s" or "Mb/s" => (20, unit[1] == 'b'),
            "GB/s" or "Gb/s" => (30, unit[1] == 'b'),
            _ => throw XenErrors.Internal($"Invalid rate '{text}' specified"),
        };
        if (!UInt128.TryParse(rate.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > ulong.MaxValue >> 30)
            throw XenErrors.Internal($"Failed to parse rate '{text}'");
        var kilobytes = (ulong)(count << shift) / (isBits ? 8UL : 1UL) / 1024;
        return kilobytes == 0 ? null : new BandwidthConfig { Outbound = new BandwidthLimit { Average = kilobytes } };
    }

    private static string Format(InterfaceConfig card, GuestKind kind, XenFormat format, XenHost host)
    {
        var text = new StringBuilder().AppendField("mac", card.Mac?.Address is { } told ? MacOf(told) : MacAddress.Random(Vendor).ToString());
        var addresses = card.Ips.IsEmpty ? null : string.Join(' ', card.Ips.Select(AddressOf));
        switch (card.Type)
        {
            case InterfaceType.Bridge:
                var bridge = card.Source?.Bridge ?? throw VireoException.InvalidXml(ErrorDomain.Domain, "interface type='bridge' requires a 'source' element");
                var isSwitch = card.Virtualport?.Type == "openvswitch";
                var script = card.Script?.Path ?? (isSwitch ? SwitchScript : BridgeScript);
                if (script == SwitchScript && bridge.AsSpan().ContainsAny('.', ':'))
                    throw XenErrors.Unsupported($"a bridge of Open vSwitch cannot be named '{bridge}'");
                text.AppendField("bridge", bridge + (isSwitch ? VlanOf(card.Vlan) : "")).AppendField("ip", addresses).AppendField("script", script);
                break;
            case InterfaceType.Ethernet:
                text.AppendField("script", card.Script?.Path).AppendField("ip", addresses);
                break;
            case InterfaceType.Network:
                text.AppendField("bridge", host.BridgeOf(card.Source?.Network ?? "")).AppendField("script", card.Script?.Path ?? BridgeScript);
                break;
            default:
                throw XenErrors.Unsupported($"Unsupported net type '{card.Type?.ToXmlName()}'");
        }

        var isFrontend = kind == GuestKind.Hvm && card.Model == Netfront;
        var target = card.Target?.Dev is { } name && !IsGenerated(name) ? name : null;
        var rate = card.Bandwidth?.Outbound?.Average is > 0 and var average ? string.Create(CultureInfo.InvariantCulture, $"{average}KB/s") : null;
        return text.AppendField("type", isFrontend ? FrontendType(format) : null).AppendField("model", isFrontend ? null : card.Model).AppendField("vifname", target)
            .AppendField("rate", rate).AppendField("backend", card.Backenddomain).ToString();
    }

    private static string AddressOf(IpConfig ip) => NetworkAddress.TryParse(ip.Address, out var address)
        ? address.ToString()
        : throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid address '{ip.Address}' in <ip>");

    private static string MacOf(string text) => MacAddress.TryParse(text, out var address)
        ? address.ToString()
        : throw VireoException.InvalidXml(ErrorDomain.Domain, $"unable to parse mac address '{text}'");

    private static string VlanOf(VlanConfig? vlan)
    {
        var tags = (vlan?.Tags ?? default).Select(tag => tag.Id is { } id and < VlanLimit ? id : throw XenErrors.Unsupported($"vlan tag id {tag.Id} too large")).ToList();
        return tags.Count switch
        {
            0 => "",
            1 when vlan!.Trunk != true => string.Create(CultureInfo.InvariantCulture, $".{tags[0]}"),
            _ => ":" + string.Join(':', tags),
        };
    }
}
