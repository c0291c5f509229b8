using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Devices of the host that are given to the guest.</summary>
internal static class HostdevArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        foreach (var device in config.Devices.Hostdevs)
        {
            Unsupported.When(device.Mode == HostdevMode.Capabilities, "<hostdev mode='capabilities'>", "is not supported by QEMU");
            switch (device.Type)
            {
                case HostdevType.Usb:
                    arguments.Device(Usb(device).At(device, config).Number("bootindex", boot.Of(device)));
                    break;
                case HostdevType.Pci:
                    arguments.Device(Pci(device.Source!.Address).At(device, config).Text("failover_pair_id", device.Teaming?.Persistent).Number("bootindex", boot.Of(device)));
                    break;
                case HostdevType.Scsi:
                    Scsi(arguments, device, config, context, boot);
                    break;
                case HostdevType.ScsiHost:
                    arguments.Device(OptionJson.Device(DevicePlace.VirtioName("vhost-scsi", device.Model switch { null or HostdevModel.Virtio => null, var model => model.Value.ToXmlName() }, device.Address))
                        .Text("wwpn", device.Source!.Wwpn).At(device, config));
                    break;
                case HostdevType.Mdev:
                    arguments.Device(Mediated(device, config).Number("bootindex", boot.Of(device)));
                    break;
                default:
                    throw Unsupported.Element($"<hostdev type='{device.Type?.ToXmlName()}'>");
            }
        }
    }

    /// <summary>Adds a network card of the host.</summary>
    public static void Add(ArgumentList arguments, InterfaceConfig card, DomainConfig config, BootOrder boot) =>
        arguments.Device(Pci(card.Source?.HostAddress).At(card, config).Text("failover_pair_id", card.Teaming?.Persistent).Number("bootindex", boot.Of(card)));

    private static OptionJson Pci(HostdevAddress? address) => OptionJson.Device("vfio-pci")
        .Text("host", string.Create(CultureInfo.InvariantCulture, $"{AnyNumber.OfAddress(address?.Domain, uint.MaxValue):x4}:{AnyNumber.OfAddress(address?.Bus, 0xff):x2}:{AnyNumber.OfAddress(address?.Slot, 0x1f):x2}.{AnyNumber.OfAddress(address?.Function, 7):x}"));

    private static OptionJson Usb(HostdevConfig device)
    {
        var (source, option) = (device.Source!, OptionJson.Device("usb-host"));
        if (source.Address is { Device: { } number } address)
        {
            option.Number("hostbus", AnyNumber.OfAddress(address.Bus, uint.MaxValue)).Number("hostaddr", AnyNumber.OfAddress(number, uint.MaxValue));
        }
        else
        {
            option.Number("vendorid", source.Vendor).Number("productid", source.Product);
        }

        return source.GuestReset switch
        {
            GuestReset.Off => option.Flag("guest-reset", false),
            GuestReset.Uninitialized => option.Flag("guest-reset", true).Flag("guest-resets-all", false),
            GuestReset.On => option.Flag("guest-reset", true).Flag("guest-resets-all", true),
            _ => option,
        };
    }

    private static OptionJson Mediated(HostdevConfig device, DomainConfig config)
    {
        var path = $"/sys/bus/mdev/devices/{device.Source!.Address?.Uuid}";
        var option = OptionJson.Device((device.Model ?? HostdevModel.VfioPci).ToXmlName()).Text("sysfsdev", path).OnOff("display", device.Display).Flag("ramfb", device.Ramfb);
        return option.At(device, config);
    }

    private static void Scsi(ArgumentList arguments, HostdevConfig device, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        var (source, node, place) = (device.Source!, $"b{device.Alias}", device.Address as DriveAddress ?? new DriveAddress());
        if (source.Auth is not null)
        {
            arguments.Add("-object", OptionJson.Object("secret", $"{node}-auth").Text("format", "raw").Text("file", context.File($"{node}-auth")));
        }

        arguments.Add("-blockdev", (source.Protocol == HostdevProtocol.Iscsi ? Unit(source, node) : OptionJson.Device("host_device").Text("filename", context.ScsiGeneric(source)))
            .Text("node-name", node).Flag("read-only", device.Readonly));
        var controller = config.Devices.Controllers.Find(c => c.Type == ControllerType.Scsi && c.Index == (place.Controller ?? 0))
            ?? throw Unsupported.Element($"<hostdev> on SCSI controller {place.Controller ?? 0}", "has no such controller");
        var option = OptionJson.Device("scsi-generic").Text("bus", $"{controller.Alias}.0");
        option = controller.Model == "lsilogic"
            ? option.Number("scsi-id", place.Unit ?? 0)
            : option.Number("channel", place.Bus ?? 0).Number("scsi-id", place.Target ?? 0).Number("lun", place.Unit ?? 0);
        arguments.Device(option.Flag("share-rw", device.Shareable ? true : null).Text("drive", node).Text("id", device.Alias).Number("bootindex", boot.Of(device)));
    }

    private static OptionJson Unit(HostdevSource source, string node)
    {
        var host = source.Hosts.IsEmpty ? new SourceHost() : source.Hosts[0];
        var portal = $"{host.Name}:{host.Port ?? "3260"}";
        return OptionJson.Device("iscsi").Members(json => BlockStorageJson.Iscsi(json, portal, source.Name, source.Initiator?.Iqn, source.Auth?.Username, $"{node}-auth"));
    }
}
