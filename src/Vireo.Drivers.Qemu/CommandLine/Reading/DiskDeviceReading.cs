using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Disks of today's options: a device of the guest that refers to a drive or to a block node.</summary>
internal static class DiskDeviceReading
{
    /// <summary>Reads a device when it is a disk.</summary>
    public static void Read(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var driver = properties.Take("driver") ?? "";
        if (Kind(driver) is not { } kind)
        {
            return;
        }

        var id = properties.Take("id");
        var (disk, drives, media, cache) = (new DiskConfig { Type = DiskType.File, Driver = new DiskDriver { Name = "qemu" } }, new List<QemuOption>(), (string?)null, ((bool, bool)?)null);
        BlockImage? image = null;
        if (properties.Take("drive") is { } drive)
        {
            if (state.WithId("-drive", drive) is { } old)
            {
                if (Old(state, old, out media) is not { } read)
                {
                    return;
                }

                (disk, drives) = (read, [old]);
            }
            else
            {
                image = BlockNodes.Find(state, drive);
                if (image is null)
                {
                    return;
                }

                (disk, cache) = (Of(image), image.Cache);
            }
        }

        var device = kind.Device ?? (media == "cdrom" ? DiskDevice.Cdrom : DiskDevice.Disk);
        disk = Settings(state, properties, disk with { Device = device, Readonly = disk.Readonly || device == DiskDevice.Cdrom }, cache);
        var placed = Place(state, properties, disk, kind.Bus, id);
        if (placed is null || (placed.Source is null && device is DiskDevice.Disk or DiskDevice.Lun) || !properties.Understood)
        {
            return;
        }

        state.Devices.Disks.Add(placed);
        option.Read();
        drives.ForEach(d => d.Read());
        image?.Read();
    }

    private static (DiskBus Bus, DiskDevice? Device)? Kind(string driver) => driver switch
    {
        "virtio-blk" or "virtio-blk-pci" or "virtio-blk-pci-transitional" or "virtio-blk-pci-non-transitional" => (DiskBus.Virtio, DiskDevice.Disk),
        "ide-hd" or "ide-drive" => (DiskBus.Ide, driver == "ide-hd" ? DiskDevice.Disk : null),
        "ide-cd" => (DiskBus.Ide, DiskDevice.Cdrom),
        "scsi-hd" or "scsi-disk" => (DiskBus.Scsi, driver == "scsi-hd" ? DiskDevice.Disk : null),
        "scsi-cd" => (DiskBus.Scsi, DiskDevice.Cdrom),
        "scsi-block" => (DiskBus.Scsi, DiskDevice.Lun),
        "usb-storage" => (DiskBus.Usb, DiskDevice.Disk),
        "floppy" => (DiskBus.Fdc, DiskDevice.Floppy),
        _ => null,
    };

    private static DiskConfig? Old(ReadingState state, QemuOption option, out string? media)
    {
        var properties = option.Properties;
        properties.Expect("if", "none");
        properties.Take("id");
        media = properties.Take("media");
        var driver = DiskReading.Settings(properties);
        var disk = DiskReading.Image(state, properties.Take("file"), driver);
        var readOnly = properties.Flag("readonly") ?? properties.Flag("read-only") ?? false;
        var (serial, snapshot, geometry) = (properties.Take("serial"), properties.Flag("snapshot"), DiskReading.Geometry(properties));
        return disk is null || !properties.Understood ? null : disk with { Readonly = readOnly, Serial = serial, Geometry = geometry, Transient = snapshot == true ? new DiskTransient() : null };
    }

    private static DiskConfig Of(BlockImage image) => new()
    {
        Type = image.Type,
        Source = image.Source,
        Driver = image.Driver with { Name = "qemu", Type = image.Format },
        BackingStore = Below(image.Backing),
        Readonly = image.ReadOnly,
    };

    private static BackingStore? Below(BlockImage? image) =>
        image is null ? null : new BackingStore { Type = image.Type, Format = new BackingFormat { Type = image.Format }, Source = image.Source, Backing = Below(image.Backing) ?? new BackingStore() };

    private static DiskConfig Settings(ReadingState state, OptionProperties properties, DiskConfig disk, (bool Direct, bool NoFlush)? cache)
    {
        var driver = DiskReading.Policies(disk.Driver!, properties);
        var virtio = properties.Peek("iothread") is { } thread ? MemoryReading.Thread(state, thread) : null;
        if (virtio is not null)
        {
            properties.Take("iothread");
        }

        properties.TakeAny("device_id", "scsi", "config-wce");
        driver = driver with
        {
            Cache = Cache(cache, properties.Flag("write-cache"), driver.Cache),
            Iothread = virtio,
            Ioeventfd = properties.Flag("ioeventfd"),
            EventIdx = properties.Flag("event_idx"),
            Queues = properties.Number("num-queues"),
            QueueSize = properties.Number("queue-size"),
            Iommu = properties.Flag("iommu_platform"),
            Ats = properties.Flag("ats"),
            Packed = properties.Flag("packed"),
            PagePerVq = properties.Flag("page-per-vq"),
        };
        var blocks = new DiskBlockio { LogicalBlockSize = properties.Number("logical_block_size"), PhysicalBlockSize = properties.Number("physical_block_size"), DiscardGranularity = properties.Number("discard_granularity") };
        return disk with
        {
            Driver = driver,
            Boot = properties.Number("bootindex") is { } order ? order > 0 ? new DeviceBoot { Order = order } : properties.Fail<DeviceBoot>() : null,
            Serial = properties.Take("serial") ?? disk.Serial,
            Shareable = properties.Flag("share-rw") == true,
            Wwn = properties.Big("wwn") is { } wwn ? wwn.ToString("x16", CultureInfo.InvariantCulture) : null,
            Vendor = properties.Take("vendor"),
            Product = properties.Take("product"),
            Blockio = blocks == new DiskBlockio() ? null : blocks,
            Geometry = DiskReading.Geometry(properties) ?? disk.Geometry,
        };
    }

    // The mode that libvirt makes these of.
    private static DiskCache? Cache((bool Direct, bool NoFlush)? flags, bool? write, DiskCache? given) => (flags, write) switch
    {
        (null, null) => given,
        ({ NoFlush: true }, _) => DiskCache.Unsafe,
        ({ Direct: true }, false) => DiskCache.DirectSync,
        ({ Direct: true }, _) => DiskCache.None,
        (null, true) when given is not null => given,
        (_, false) => DiskCache.Writethrough,
        _ => DiskCache.Writeback,
    };

    private static DiskConfig? Place(ReadingState state, OptionProperties properties, DiskConfig disk, DiskBus bus, string? id)
    {
        var target = new DiskTarget { Bus = bus, RotationRate = bus is DiskBus.Ide or DiskBus.Scsi ? properties.Number("rotation_rate") : null };
        switch (bus)
        {
            case DiskBus.Virtio:
                var own = id is not null && id.StartsWith("virtio-disk", StringComparison.Ordinal) && int.TryParse(id.AsSpan(11), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1024 ? number : 0;
                return disk with { Address = state.Places.Pci(properties), Target = target with { Dev = DiskReading.Target(state, "vd", own) } };
            case DiskBus.Usb:
                return disk with { Address = state.Places.Usb(properties), Target = target with { Dev = DiskReading.Target(state, "sd", 0), Removable = properties.Flag("removable") } };
            case DiskBus.Fdc:
                var drive = properties.Number("unit") ?? 0;
                return drive > 1 ? null : disk with { Target = target with { Dev = drive == 0 ? "fda" : "fdb" } };
            case DiskBus.Ide:
                return Ide(state, properties, disk, target);
            default:
                return Scsi(state, properties, disk, target);
        }
    }

    private static DiskConfig? Ide(ReadingState state, OptionProperties properties, DiskConfig disk, DiskTarget target)
    {
        var (bus, unit) = (properties.Take("bus"), properties.Number("unit"));
        if (bus is null)
        {
            return disk with { Target = target with { Bus = state.IsQ35 ? DiskBus.Sata : DiskBus.Ide, Dev = DiskReading.Target(state, state.IsQ35 ? "sd" : "hd", 0) } };
        }

        var dot = bus.LastIndexOf('.');
        if (dot < 0 || !uint.TryParse(bus.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 31)
        {
            return null;
        }

        if (bus[..dot] == "ide" && !state.IsQ35)
        {
            return port > 1 || unit > 1
                ? null
                : disk with { Address = new DriveAddress { Controller = 0, Bus = port, Target = 0, Unit = unit ?? 0 }, Target = target with { Dev = DiskReading.Target(state, "hd", (int)((port * 2) + (unit ?? 0))) } };
        }

        var controller = bus[..dot] == "ide" ? 0 : state.Places.Bus(bus[..dot] + ".0", ControllerType.Sata);
        return controller is null || unit is > 0
            ? null
            : disk with { Address = new DriveAddress { Controller = controller, Bus = 0, Target = 0, Unit = port }, Target = target with { Bus = DiskBus.Sata, Dev = DiskReading.Target(state, "sd", (int)port) } };
    }

    private static DiskConfig? Scsi(ReadingState state, OptionProperties properties, DiskConfig disk, DiskTarget target)
    {
        var bus = properties.Take("bus");
        var (channel, id, unit) = (properties.Number("channel"), properties.Number("scsi-id"), properties.Number("lun"));
        var controller = bus is null ? 0 : state.Places.Bus(bus, ControllerType.Scsi);
        if (controller is not { } index || state.Devices.Controllers.Find(c => c.Type == ControllerType.Scsi && c.Index == index) is not { } found || id > 255 || unit > 16383)
        {
            return null;
        }

        if (bus is null || (id is null && unit is null))
        {
            return disk with { Target = target with { Dev = DiskReading.Target(state, "sd", 0) } };
        }

        var address = found.Model == "lsilogic"
            ? new DriveAddress { Controller = index, Bus = 0, Target = 0, Unit = id ?? 0 }
            : new DriveAddress { Controller = index, Bus = channel ?? 0, Target = id ?? 0, Unit = unit ?? 0 };
        return disk with { Address = address, Target = target with { Dev = DiskReading.Target(state, "sd", 0) } };
    }
}
