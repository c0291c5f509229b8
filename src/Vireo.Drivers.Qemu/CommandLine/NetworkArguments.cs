using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Network cards and what they are connected to.</summary>
internal static class NetworkArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        foreach (var card in config.Devices.Interfaces)
        {
            Refuse(card);
            arguments.Add("-netdev", Backend(card, context).Text("id", $"host{card.Alias}"));
            arguments.Device(Card(card).Text("netdev", $"host{card.Alias}").Text("mac", card.Mac!.Address).At(card, config).Number("host_mtu", card.Mtu).Number("bootindex", boot.Of(card)));
        }
    }

    /// <summary>Whether the card needs a tap of the host.</summary>
    public static bool NeedsTap(InterfaceConfig card) => card.Type is InterfaceType.Bridge or InterfaceType.Network or InterfaceType.Ethernet;

    private static void Refuse(InterfaceConfig card)
    {
        var name = $"of interface '{card.Mac?.Address}'";
        Unsupported.When(card.Filterref is not null, $"<filterref> {name}");
        Unsupported.When(card.Bandwidth is not null, $"<bandwidth> {name}");
        Unsupported.When(card.Vlan is not null, $"<vlan> {name}");
        Unsupported.When(card.Virtualport is not null, $"<virtualport> {name}");
        Unsupported.When(card.Coalesce is not null, $"<coalesce> {name}");
        Unsupported.When(card.Teaming is not null, $"<teaming> {name}");
        Unsupported.When(card.PortIsolated == true, $"<port isolated='yes'> {name}");
        Unsupported.When(!NeedsTap(card) && (card.Script ?? card.Downscript) is not null, $"<script> {name}");
        Unsupported.When(!card.Ips.IsEmpty || !card.Routes.IsEmpty, $"<ip> or <route> {name}");
        Unsupported.WhenAny(card.PortForwards, $"<portForward> {name}");
        Unsupported.When(card.Backend is { Type: not (null or "default") } or { Vhost: not null } or { LogFile: not null }, $"<backend> {name}");
        Unsupported.When(!NeedsTap(card) && card.Tune is not null, $"<tune> {name}");
        Unsupported.When(card.Driver is { Name: not (null or InterfaceDriverName.Qemu or InterfaceDriverName.Vhost) } or { Host: not null } or { Guest: not null }, $"<driver> {name}");
        Unsupported.When(!NeedsTap(card) && card.Driver is { Queues: > 1 }, $"<driver queues=…> {name}");
    }

    private static OptionJson Backend(InterfaceConfig card, CommandLineContext context)
    {
        switch (card.Type)
        {
            case InterfaceType.User:
                return new OptionJson("type", "user");
            case InterfaceType.Mcast:
                return new OptionJson("type", "socket").Text("mcast", HostPort(card)).Text("localaddr", card.Source?.Local?.Address);
            case InterfaceType.Client:
                return new OptionJson("type", "socket").Text("connect", HostPort(card));
            case InterfaceType.Server:
                return new OptionJson("type", "socket").Text("listen", HostPort(card));
            case var _ when NeedsTap(card):
                return context.Taps.TryGetValue(card.Alias!, out var numbers)
                    ? Tap(numbers).Number("sndbuf", card.Tune?.Sndbuf)
                    : throw VireoException.Internal(ErrorDomain.Qemu, $"interface '{card.Alias}' has no tap");
            default:
                throw Unsupported.Element($"interface type '{card.Type?.ToXmlName()}'");
        }
    }

    private static OptionJson Tap(TapNumbers numbers)
    {
        var option = new OptionJson("type", "tap").Text(numbers.Queues.Count > 1 ? "fds" : "fd", Joined(numbers.Queues));
        return numbers.Accelerators.Count == 0
            ? option
            : option.Flag("vhost", true).Text(numbers.Accelerators.Count > 1 ? "vhostfds" : "vhostfd", Joined(numbers.Accelerators));
    }

    private static string Joined(IReadOnlyList<int> numbers) => string.Join(':', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));

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
                return OptionJson.Device(DevicePlace.VirtioName("virtio-net", card.Model))
                    .Text("tx", driver?.Txmode switch { null => null, InterfaceTxmode.Iothread => "bh", InterfaceTxmode.Timer => "timer", var mode => throw Unsupported.Element($"txmode '{mode.Value.ToXmlName()}'") })
                    .Flag("ioeventfd", driver?.Ioeventfd).Flag("event_idx", driver?.EventIdx).Flag("rss", driver?.Rss).Flag("hash", driver?.RssHashReport)
                    .Flag("mq", driver?.Queues > 1 ? true : null).Number("vectors", driver?.Queues > 1 ? (2 * driver.Queues) + 2 : null)
                    .Number("rx_queue_size", driver?.RxQueueSize).Number("tx_queue_size", driver?.TxQueueSize)
                    .Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
            case "rtl8139" or "e1000" or "e1000e" or "e1000-82544gc" or "e1000-82545em" or "ne2k_pci" or "pcnet" or "vmxnet3" or "i82550" or "i82551" or "i82557a" or "i82557b" or "i82557c" or "i82558a" or "i82558b"
                or "i82559a" or "i82559b" or "i82559c" or "i82559er" or "i82562" or "i82801" or "tulip":
                Unsupported.When(driver is not null && driver != new Vireo.Config.InterfaceDriver { Name = driver.Name }, $"<driver> of interface model '{card.Model}'");
                return OptionJson.Device(card.Model);
            default:
                throw Unsupported.Element($"interface model '{card.Model}'");
        }
    }
}
