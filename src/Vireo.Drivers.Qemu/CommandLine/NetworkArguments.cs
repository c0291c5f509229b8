using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Network cards and what they are connected to.</summary>
internal static class NetworkArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        foreach (var card in config.Devices.Interfaces)
        {
            if (card.Type == InterfaceType.Hostdev)
            {
                HostdevArguments.Add(arguments, card, config, boot);
                continue;
            }

            if (card.Type == InterfaceType.VhostUser)
            {
                arguments.Add("-chardev", VhostUser(card));
            }

            arguments.Add("-netdev", Backend(card, context).Text("id", $"host{card.Alias}"));
            if (MachineKind.Of(config.Os.Type!) is ArmMachine && card.Address is not (PciAddress or VirtioMmioAddress))
            {
                // It is on the board already, and only takes a back end.
                arguments.Add("-net", new OptionList("nic").With("macaddr", card.Mac!.Address).With("netdev", $"host{card.Alias}").With("model", card.Model).With("id", card.Alias).ToString());
                continue;
            }

            arguments.Device(Card(card).Text("netdev", $"host{card.Alias}").Text("mac", card.Mac!.Address).At(card, config).Number("host_mtu", card.Mtu).Number("bootindex", boot.Of(card)));
        }
    }

    /// <summary>Whether the card needs a tap of the host.</summary>
    public static bool NeedsTap(InterfaceConfig card) => card.Type is InterfaceType.Bridge or InterfaceType.Network or InterfaceType.Ethernet;

    /// <summary>Whether the card stands upon a device of the host.</summary>
    public static bool IsDirect(InterfaceConfig card) => card.Type == InterfaceType.Direct;

    /// <summary>Whether another program forwards the card's packets.</summary>
    public static bool IsPasst(InterfaceConfig card) => card is { Type: InterfaceType.User, Backend.Type: "passt" };

    /// <summary>Whether something on the host has to be made for the card.</summary>
    public static bool IsConnected(InterfaceConfig card) => NeedsTap(card) || IsDirect(card) || IsPasst(card) || card.Type == InterfaceType.Vdpa;

    private static OptionJson Backend(InterfaceConfig card, CommandLineContext context)
    {
        switch (card.Type)
        {
            case InterfaceType.User:
                return IsPasst(card) ? Passt(card, context) : User(card);
            case InterfaceType.Mcast:
                return new OptionJson("type", "socket").Text("mcast", HostPort(card)).Text("localaddr", card.Source?.Local?.Address);
            case InterfaceType.Client:
                return new OptionJson("type", "socket").Text("connect", HostPort(card));
            case InterfaceType.Server:
                return new OptionJson("type", "socket").Text("listen", HostPort(card));
            case InterfaceType.Udp:
                return new OptionJson("type", "socket").Text("udp", HostPort(card)).Text("localaddr", string.Create(CultureInfo.InvariantCulture, $"{card.Source?.Local?.Address}:{card.Source?.Local?.Port}"));
            case InterfaceType.VhostUser:
                return new OptionJson("type", "vhost-user").Text("chardev", $"char{card.Alias}").Number("queues", card.Driver?.Queues > 1 ? card.Driver.Queues : null);
            case InterfaceType.Vdpa:
                var device = new OptionJson("type", "vhost-vdpa");
                return (context.Taps.TryGetValue(card.Alias!, out var opened) ? device.Text("vhostfd", opened.Queues[0]) : device.Text("vhostdev", card.Source?.Dev)).Number("queues", card.Driver?.Queues > 1 ? card.Driver.Queues : null);
            case InterfaceType.Null:
                return new OptionJson("type", "hubport").Number("hubid", 0L);
            case var _ when NeedsTap(card) || IsDirect(card):
                return (context.Taps.TryGetValue(card.Alias!, out var numbers) ? Tap(numbers) : new OptionJson("type", "tap").Text("ifname", card.Target?.Dev)).Number("sndbuf", card.Tune?.Sndbuf);
            default:
                throw Unsupported.Element($"interface type '{card.Type?.ToXmlName()}'");
        }
    }

    private static OptionJson Passt(InterfaceConfig card, CommandLineContext context)
    {
        var connection = context.Taps.TryGetValue(card.Alias!, out var numbers) ? numbers.Queues[0] : null;
        return new OptionJson("type", "stream").Raw("addr", json =>
        {
            json.WriteStartObject();
            json.WriteString("type", connection is null ? "unix" : "fd");
            json.WriteString(connection is null ? "path" : "str", connection ?? context.File($"{card.Alias}-passt.socket"));
            json.WriteEndObject();
        }).Flag("server", false);
    }

    private static OptionJson User(InterfaceConfig card)
    {
        var option = new OptionJson("type", "user");
        foreach (var ip in card.Ips)
        {
            var prefix = ip.Prefix is { } bits ? string.Create(CultureInfo.InvariantCulture, $"/{bits}") : "";
            option.Text(ip.Family == "ipv6" || (ip.Address?.Contains(':', StringComparison.Ordinal) ?? false) ? "ipv6-net" : "net", $"{ip.Address}{prefix}");
        }

        return option;
    }

    private static string VhostUser(InterfaceConfig card)
    {
        var source = card.Source ?? new InterfaceSource();
        var value = new OptionList("socket").With("id", $"char{card.Alias}").With("path", source.Path);
        return (source.Mode == InterfaceSourceMode.Server
            ? value.With("server", true)
            : value.With("reconnect", source.Reconnect is { Enabled: true } reconnect ? (reconnect.Timeout ?? 1).ToString(CultureInfo.InvariantCulture) : null)).ToString();
    }

    private static OptionJson Tap(TapNumbers numbers)
    {
        var option = new OptionJson("type", "tap").Text(numbers.Queues.Count > 1 ? "fds" : "fd", string.Join(':', numbers.Queues));
        return numbers.Accelerators.Count == 0
            ? option
            : option.Flag("vhost", true).Text(numbers.Accelerators.Count > 1 ? "vhostfds" : "vhostfd", string.Join(':', numbers.Accelerators));
    }

    private static string HostPort(InterfaceConfig card)
    {
        var host = card.Source?.Address ?? "";
        Unsupported.When(card.Source?.Port is not (> 0 and < 65536), $"<source> of interface '{card.Mac?.Address}'", "needs a port");
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{card.Source!.Port}");
    }

    private static OptionJson Card(InterfaceConfig card)
    {
        var driver = card.Driver;
        switch (card.Model)
        {
            case "virtio" or "virtio-transitional" or "virtio-non-transitional":
                return Offloads(OptionJson.Device(DevicePlace.VirtioName("virtio-net", card.Model, card.Address))
                    .Text("tx", driver?.Txmode switch { null => null, InterfaceTxmode.Iothread => "bh", InterfaceTxmode.Timer => "timer", var mode => throw Unsupported.Element($"txmode '{mode.Value.ToXmlName()}'") })
                    .Flag("ioeventfd", driver?.Ioeventfd).Flag("event_idx", driver?.EventIdx).Flag("rss", driver?.Rss).Flag("hash", driver?.RssHashReport), driver)
                    .Flag("mq", driver?.Queues > 1 ? true : null).Number("vectors", driver?.Queues > 1 && card.Address is not CcwAddress ? (2 * driver.Queues) + 2 : null)
                    .Number("rx_queue_size", driver?.RxQueueSize).Number("tx_queue_size", driver?.TxQueueSize)
                    .Flag("failover", card.Teaming?.Type == TeamingType.Persistent ? true : null)
                    .Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
            case "rtl8139" or "e1000" or "e1000e" or "e1000-82544gc" or "e1000-82545em" or "ne2k_pci" or "ne2k_isa" or "pcnet" or "vmxnet3" or "i82550" or "i82551" or "i82557a" or "i82557b" or "i82557c" or "i82558a"
                or "i82558b" or "i82559a" or "i82559b" or "i82559c" or "i82559er" or "i82562" or "i82801" or "tulip" or "usb-net" or "igb" or "spapr-vlan" or "sungem" or "lan9118" or "smc91c111":
                return OptionJson.Device(card.Model);
            default:
                throw Unsupported.Element($"interface model '{card.Model}'");
        }
    }

    private static OptionJson Offloads(OptionJson option, Vireo.Config.InterfaceDriver? driver)
    {
        var (host, guest) = (driver?.Host, driver?.Guest);
        return option.Flag("csum", host?.Csum).Flag("gso", host?.Gso).Flag("host_tso4", host?.Tso4).Flag("host_tso6", host?.Tso6).Flag("host_ecn", host?.Ecn).Flag("host_ufo", host?.Ufo).Flag("mrg_rxbuf", host?.MrgRxbuf)
            .Flag("guest_csum", guest?.Csum).Flag("guest_tso4", guest?.Tso4).Flag("guest_tso6", guest?.Tso6).Flag("guest_ecn", guest?.Ecn).Flag("guest_ufo", guest?.Ufo);
    }
}
