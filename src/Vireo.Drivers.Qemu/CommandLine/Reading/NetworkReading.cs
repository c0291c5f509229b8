using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Network cards with what they are connected to: each pair of options is one card of the document, or both are passed on.</summary>
internal static class NetworkReading
{
    private static readonly Dictionary<string, string> s_models = new(StringComparer.Ordinal)
    {
        ["virtio"] = "virtio",
        ["virtio-net"] = "virtio",
        ["virtio-net-pci"] = "virtio",
        ["virtio-net-pci-transitional"] = "virtio-transitional",
        ["virtio-net-pci-non-transitional"] = "virtio-non-transitional",
        ["rtl8139"] = "rtl8139",
        ["e1000"] = "e1000",
        ["e1000e"] = "e1000e",
        ["e1000-82544gc"] = "e1000-82544gc",
        ["e1000-82545em"] = "e1000-82545em",
        ["ne2k_pci"] = "ne2k_pci",
        ["pcnet"] = "pcnet",
        ["vmxnet3"] = "vmxnet3",
        ["i82551"] = "i82551",
        ["i82557b"] = "i82557b",
        ["i82559er"] = "i82559er",
        ["igb"] = "igb",
        ["tulip"] = "tulip",
    };

    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        foreach (var option in state.Options.Where(o => !o.IsRead).ToList())
        {
            switch (option.Name)
            {
                case "-net":
                    Old(state, option);
                    break;
                case "-nic":
                    Short(state, option);
                    break;
                case "-device":
                    Device(state, option);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Device(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        if (properties.Take("driver") is not { } driver || !s_models.TryGetValue(driver, out var model) || properties.Take("netdev") is not { } netdev || state.WithId("-netdev", netdev) is not { } backend)
        {
            return;
        }

        properties.Take("id");
        var ends = backend.Properties;
        ends.Take("id");
        if (Backend(ends) is not { } card || !ends.Understood)
        {
            return;
        }

        card = card with
        {
            Model = model,
            Mac = properties.Take("mac") is { } address ? new MacConfig { Address = address } : null,
            Mtu = properties.Number("host_mtu"),
            Boot = properties.Number("bootindex") is { } order ? order > 0 ? new DeviceBoot { Order = order } : properties.Fail<DeviceBoot>() : null,
            Address = state.Places.Pci(properties),
            Driver = model.StartsWith("virtio", StringComparison.Ordinal) ? Driver(properties) : null,
        };
        if (properties.Understood && Fits(card))
        {
            state.Devices.Interfaces.Add(card);
            option.Read();
            backend.Read();
        }
    }

    private static Config.InterfaceDriver? Driver(OptionProperties properties)
    {
        var several = properties.Flag("mq");
        var vectors = properties.Number("vectors");
        var driver = new Config.InterfaceDriver
        {
            Queues = several == true && vectors is > 3 and < 1024 ? (vectors - 2) / 2 : several is null && vectors is null ? null : properties.Fail<uint?>(),
            Ioeventfd = properties.Flag("ioeventfd"),
            EventIdx = properties.Flag("event_idx"),
            RxQueueSize = properties.Number("rx_queue_size"),
            TxQueueSize = properties.Number("tx_queue_size"),
            Rss = properties.Flag("rss"),
            RssHashReport = properties.Flag("hash"),
            Iommu = properties.Flag("iommu_platform"),
            Ats = properties.Flag("ats"),
            Packed = properties.Flag("packed"),
            PagePerVq = properties.Flag("page-per-vq"),
            Host = Offloads(properties, ""),
            Guest = Offloads(properties, "guest_"),
            Txmode = properties.Peek("tx") switch { "bh" => InterfaceTxmode.Iothread, "timer" => InterfaceTxmode.Timer, _ => (InterfaceTxmode?)null },
        };
        properties.Expect("tx", "bh", "timer");
        return driver == new Config.InterfaceDriver() ? null : driver;
    }

    private static VirtioOffloads? Offloads(OptionProperties properties, string side)
    {
        var host = side.Length == 0;
        var segments = host ? "host_" : side;
        var offloads = new VirtioOffloads
        {
            Csum = properties.Flag(side + "csum"),
            Gso = host ? properties.Flag("gso") : null,
            Tso4 = properties.Flag(segments + "tso4"),
            Tso6 = properties.Flag(segments + "tso6"),
            Ecn = properties.Flag(segments + "ecn"),
            Ufo = properties.Flag(segments + "ufo"),
            MrgRxbuf = host ? properties.Flag("mrg_rxbuf") : null,
        };
        return offloads == new VirtioOffloads() ? null : offloads;
    }

    // The card of a hub with the one other end that is on it.
    private static void Old(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var type = properties.Take("type");
        if (type == "none" && properties.Understood)
        {
            option.Read();
        }

        if (type != "nic")
        {
            return;
        }

        QemuOption? other = null;
        InterfaceConfig? card = null;
        if (properties.Take("netdev") is { } netdev)
        {
            other = state.WithId("-netdev", netdev);
        }
        else
        {
            var hub = properties.TakeAny("vlan", "hub") ?? "0";
            var ends = state.Unread("-net").Where(o => o.Properties.Peek("type") is not ("nic" or "none") && (o.Properties.Peek("vlan") ?? o.Properties.Peek("hub") ?? "0") == hub).ToList();
            other = ends.Count == 1 ? ends[0] : null;
        }

        if (other?.Properties is { } backend)
        {
            backend.TakeAny("vlan", "hub", "name");
            backend.Take("id");
            card = Backend(backend);
            card = backend.Understood ? card : null;
        }

        properties.TakeAny("name", "id");
        if (card is not null && Card(state, properties, card) is { } complete)
        {
            state.Devices.Interfaces.Add(complete);
            option.Read();
            other!.Read();
        }
    }

    private static void Short(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        if (properties.Peek("type") == "none")
        {
            properties.Take("type");
            if (properties.Understood)
            {
                option.Read();
            }

            return;
        }

        properties.Take("id");
        var (model, address) = (properties.Take("model"), properties.TakeAny("mac", "macaddr"));
        if (Backend(properties) is { } card && Named(card, model, address) is { } named && properties.Understood && Fits(named))
        {
            state.Devices.Interfaces.Add(named);
            option.Read();
        }
    }

    private static InterfaceConfig? Card(ReadingState state, OptionProperties properties, InterfaceConfig card)
    {
        var named = Named(card, properties.Take("model"), properties.TakeAny("macaddr", "mac"));
        if (properties.Peek("addr") is not null)
        {
            named = named is null ? null : named with { Address = state.Places.Pci(properties) };
        }

        return named is not null && properties.Understood && Fits(named) ? named : null;
    }

    private static InterfaceConfig? Named(InterfaceConfig card, string? model, string? address) =>
        model is not null && !s_models.ContainsKey(model) ? null : card with { Model = model is null ? null : s_models[model], Mac = address is null ? null : new MacConfig { Address = address } };

    private static bool Fits(InterfaceConfig card) => card.Mac?.Address is not { } address || MacAddress.TryParse(address, out _);

    private static InterfaceConfig? Backend(OptionProperties properties)
    {
        switch (properties.Take("type"))
        {
            case "user":
                return new InterfaceConfig
                {
                    Type = InterfaceType.User,
                    Ips = [.. Prefix(properties, "net", "ipv4"), .. Prefix(properties, "ipv6-net", "ipv6")],
                };
            case "tap":
                return Tap(properties);
            case "bridge":
                properties.Take("helper");
                return new InterfaceConfig { Type = InterfaceType.Bridge, Source = new InterfaceSource { Bridge = properties.Take("br") ?? "br0" } };
            case "socket":
                return Socket(properties);
            case "vhost-vdpa" when properties.Take("vhostdev") is { } device:
                return new InterfaceConfig { Type = InterfaceType.Vdpa, Source = new InterfaceSource { Dev = device } };
            default:
                return null;
        }
    }

    private static IEnumerable<IpConfig> Prefix(OptionProperties properties, string name, string family)
    {
        if (properties.Take(name) is not { } net)
        {
            return [];
        }

        var parts = net.Split('/');
        uint bits = 0;
        if (!System.Net.IPAddress.TryParse(parts[0], out _) || parts.Length > 2 || (parts.Length == 2 && !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits)))
        {
            properties.Fail();
        }

        return [new IpConfig { Address = parts[0], Family = family, Prefix = parts.Length == 2 ? bits : null }];
    }

    private static InterfaceConfig Tap(OptionProperties properties)
    {
        // Which tap a descriptor was, nobody knows any more.
        properties.TakeAny("fd", "fds", "vhostfd", "vhostfds", "helper");
        properties.Take("vhostforce");
        var (name, up, down, bridge) = (properties.Take("ifname"), properties.Take("script"), properties.Take("downscript"), properties.Take("br"));
        var vhost = properties.Flag("vhost");
        return new InterfaceConfig
        {
            Type = bridge is null ? InterfaceType.Ethernet : InterfaceType.Bridge,
            Source = bridge is null ? null : new InterfaceSource { Bridge = bridge },
            Target = name is null ? null : new InterfaceTarget { Dev = name },
            Script = up is null or "no" ? null : new InterfaceScript { Path = up },
            Downscript = down is null or "no" ? null : new InterfaceScript { Path = down },
            Tune = properties.Big("sndbuf") is { } buffer ? new InterfaceTune { Sndbuf = buffer } : null,
            Driver = vhost == false ? new Config.InterfaceDriver { Name = InterfaceDriverName.Qemu } : null,
        };
    }

    private static InterfaceConfig? Socket(OptionProperties properties)
    {
        var local = properties.Take("localaddr");
        foreach (var (name, type) in ((string, InterfaceType)[])[("mcast", InterfaceType.Mcast), ("connect", InterfaceType.Client), ("listen", InterfaceType.Server), ("udp", InterfaceType.Udp)])
        {
            if (properties.Take(name) is not { } address)
            {
                continue;
            }

            var source = Place(address);
            var from = local is null ? null : type == InterfaceType.Udp ? Place(local) : new InterfaceSource { Address = local };
            return source is null || (type == InterfaceType.Udp && from is null)
                ? null
                : new InterfaceConfig { Type = type, Source = source with { Local = from is null ? null : new InterfaceLocal { Address = from.Address, Port = from.Port } } };
        }

        return null;
    }

    private static InterfaceSource? Place(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon >= 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? new InterfaceSource { Address = colon == 0 ? null : address[..colon], Port = port }
            : null;
    }
}
