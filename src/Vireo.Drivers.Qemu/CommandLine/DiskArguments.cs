using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Disks: every image of the chain as a node of its own, and the device the guest sees.</summary>
internal static class DiskArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        foreach (var disk in config.Devices.Disks)
        {
            Refuse(disk);
            var live = context.Disks.Find(disk.Target!.Dev!);
            if (live?.Chain is { } chain)
            {
                foreach (var node in BlockNodeJson.ForChain(chain, live.Numbers, live.Access))
                {
                    arguments.Add("-blockdev", node);
                }
            }

            arguments.Device(Device(disk, config, live?.Chain is null ? null : NodeNumbers.Format(live.Numbers[0])).Number("bootindex", boot.Of(disk)));
        }
    }

    private static void Refuse(DiskConfig disk)
    {
        var name = $"of disk '{disk.Target?.Dev}'";
        Unsupported.When(disk.Iotune is not null, $"<iotune> {name}");
        Unsupported.When(disk.Transient is not null, $"<transient> {name}");
        Unsupported.When(disk.Encryption is not null || disk.Source?.Encryption is not null, $"<encryption> {name}");
        Unsupported.When(disk.Auth is not null || disk.Source?.Auth is not null, $"<auth> {name}");
        Unsupported.When(disk.Device == DiskDevice.Lun, $"device='lun' {name}");
        Unsupported.When(disk.Rawio is not null || disk.Sgio is not null, $"rawio or sgio {name}");
        Unsupported.When(disk.Driver?.CopyOnRead == true, $"copy_on_read {name}");
        Unsupported.When(disk.Driver?.MetadataCache is not null, $"<metadata_cache> {name}");
        Unsupported.When(disk.Driver?.Name is not (null or "qemu"), $"driver name='{disk.Driver?.Name}' {name}");
        Unsupported.When(disk.Source?.Slices is not null, $"<slices> {name}");
        Unsupported.When(disk.Source?.Reservations is not null, $"<reservations> {name}");
        Unsupported.When(disk.Driver?.DiscardNoUnref is not null, $"discard_no_unref {name}");
        Unsupported.WhenAny(disk.Driver?.Iothreads ?? [], $"<iothreads> {name}");
        Unsupported.When(disk.Blockio?.DiscardGranularity is not null, $"discard_granularity {name}");
        Unsupported.When(disk.Source?.DataStore is not null, $"<dataStore> {name}");
        Unsupported.When(disk.Source?.Fdgroup is not null, $"fdgroup {name}");
        Unsupported.When(disk.Mirror is not null, $"<mirror> {name}");
        Unsupported.When(disk.Geometry?.Trans is not null and not GeometryTranslation.Auto && disk.Target?.Bus != DiskBus.Ide, $"<geometry trans=…> {name}");
    }

    private static OptionJson Device(DiskConfig disk, DomainConfig config, string? node)
    {
        var option = disk.Target!.Bus switch
        {
            DiskBus.Virtio => Virtio(disk, config),
            DiskBus.Ide or DiskBus.Sata => Ide(disk, config),
            DiskBus.Scsi => Scsi(disk, config),
            DiskBus.Usb => OptionJson.Device("usb-storage").At(disk, config).Flag("removable", disk.Target.Removable),
            DiskBus.Fdc => OptionJson.Device("floppy").Number("unit", (disk.Address as DriveAddress)?.Unit ?? 0).Text("id", disk.Alias),
            var bus => throw Unsupported.Element($"bus '{bus?.ToXmlName()}' of disk '{disk.Target.Dev}'", "is not supported by QEMU"),
        };
        Unsupported.When(disk.Target.RotationRate is not null && disk.Target.Bus is not (DiskBus.Ide or DiskBus.Sata or DiskBus.Scsi), $"rotation_rate of disk '{disk.Target.Dev}'");
        Unsupported.When(node is null && disk.Device == DiskDevice.Disk, $"disk '{disk.Target.Dev}'", "has no source; only a cdrom or a floppy may be empty");
        option.Text("drive", node).Text("serial", disk.Serial);
        option.Flag("share-rw", disk.Shareable ? true : null);
        if (disk.Device != DiskDevice.Floppy && disk.Device != DiskDevice.Cdrom)
        {
            option.OnOff("write-cache", disk.Driver?.Cache switch
            {
                DiskCache.None or DiskCache.Writeback or DiskCache.Unsafe => true,
                DiskCache.Writethrough or DiskCache.DirectSync => false,
                _ => null,
            });
        }

        option.Text("werror", Policy(disk.Driver?.ErrorPolicy));
        option.Text("rerror", Policy(disk.Driver?.RerrorPolicy ?? (disk.Driver?.ErrorPolicy == DiskErrorPolicy.Enospace ? DiskErrorPolicy.Report : disk.Driver?.ErrorPolicy)));
        option.Number("logical_block_size", disk.Blockio?.LogicalBlockSize).Number("physical_block_size", disk.Blockio?.PhysicalBlockSize);
        return option.Number("cyls", disk.Geometry?.Cyls).Number("heads", disk.Geometry?.Heads).Number("secs", disk.Geometry?.Secs);
    }

    private static string? Policy(DiskErrorPolicy? policy) => policy switch
    {
        null or DiskErrorPolicy.Default => null,
        DiskErrorPolicy.Enospace => "enospc",
        var other => other.Value.ToXmlName(),
    };

    private static OptionJson Virtio(DiskConfig disk, DomainConfig config)
    {
        Unsupported.When(disk.Device != DiskDevice.Disk, $"device='{disk.Device?.ToXmlName()}' of disk '{disk.Target!.Dev}'", "cannot be on the virtio bus");
        Unsupported.When(disk.Wwn is not null || disk.Vendor is not null || disk.Product is not null, $"<wwn>, <vendor> or <product> of disk '{disk.Target!.Dev}'", "needs the SCSI or IDE bus");
        var driver = disk.Driver;
        return OptionJson.Device(DevicePlace.VirtioName("virtio-blk", disk.Model)).At(disk, config)
            .Text("iothread", driver?.Iothread is { } thread ? string.Create(CultureInfo.InvariantCulture, $"iothread{thread}") : null)
            .Flag("ioeventfd", driver?.Ioeventfd).Flag("event_idx", driver?.EventIdx).Number("num-queues", driver?.Queues).Number("queue-size", driver?.QueueSize)
            .Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
    }

    private static OptionJson Ide(DiskConfig disk, DomainConfig config)
    {
        var drive = disk.Address as DriveAddress ?? throw NoPlace(disk);
        var option = OptionJson.Device(disk.Device == DiskDevice.Cdrom ? "ide-cd" : "ide-hd");
        if (disk.Target!.Bus == DiskBus.Ide)
        {
            option.Text("bus", Text($"ide.{drive.Bus ?? 0}")).Number("unit", drive.Unit ?? 0);
        }
        else
        {
            var controller = Controller(config, ControllerType.Sata, drive);
            option.Text("bus", Text($"{controller.Alias}.{drive.Unit ?? 0}"));
        }

        Unsupported.When(disk.Geometry?.Trans is not (null or GeometryTranslation.Auto or GeometryTranslation.None or GeometryTranslation.Lba), $"<geometry trans=…> of disk '{disk.Target.Dev}'");
        return option.Text("id", disk.Alias).Number("wwn", Wwn(disk)).Number("rotation_rate", disk.Target.RotationRate).Text("bios-chs-trans", disk.Geometry?.Trans?.ToXmlName()).Text("model", Model(disk));
    }

    private static OptionJson Scsi(DiskConfig disk, DomainConfig config)
    {
        var drive = disk.Address as DriveAddress ?? throw NoPlace(disk);
        var controller = Controller(config, ControllerType.Scsi, drive);
        var option = OptionJson.Device(disk.Device == DiskDevice.Cdrom ? "scsi-cd" : "scsi-hd").Text("bus", Text($"{controller.Alias}.0"));
        if (controller.Model == "lsilogic")
        {
            Unsupported.When(drive.Target is > 0, $"target of disk '{disk.Target!.Dev}'", "must be 0 for controller model 'lsilogic'");
            option.Number("scsi-id", drive.Unit ?? 0);
        }
        else
        {
            option.Number("channel", drive.Bus ?? 0).Number("scsi-id", drive.Target ?? 0).Number("lun", drive.Unit ?? 0);
        }

        return option.Text("device_id", $"drive-{disk.Alias}").Text("id", disk.Alias).Number("wwn", Wwn(disk))
            .Number("rotation_rate", disk.Target!.RotationRate).Text("vendor", disk.Vendor).Text("product", disk.Product);
    }

    private static string? Model(DiskConfig disk)
    {
        Unsupported.When(disk.Vendor is not null || disk.Product is not null, $"<vendor> or <product> of disk '{disk.Target!.Dev}'", "needs the SCSI bus");
        return null;
    }

    private static ulong? Wwn(DiskConfig disk) =>
        disk.Wwn is null ? null
        : ulong.TryParse(disk.Wwn, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var wwn) ? wwn
        : throw Unsupported.Element($"<wwn> of disk '{disk.Target!.Dev}'", "must be 16 hexadecimal digits");

    private static ControllerConfig Controller(DomainConfig config, ControllerType type, DriveAddress drive) =>
        config.Devices.Controllers.Find(c => c.Type == type && c.Index == (drive.Controller ?? 0))
        ?? throw Unsupported.Element(Text($"a drive on {type.ToXmlName()} controller {drive.Controller ?? 0}"), "has no such controller");

    private static VireoException NoPlace(DiskConfig disk) =>
        Unsupported.Element($"<address> of disk '{disk.Target!.Dev}'", "must be of type 'drive'");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
