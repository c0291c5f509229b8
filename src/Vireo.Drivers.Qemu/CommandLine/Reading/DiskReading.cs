using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Disks: of the old options, which are drive and device in one.</summary>
internal static class DiskReading
{
    private static readonly Dictionary<string, (int Index, bool Cdrom, bool Floppy)> s_plain = new(StringComparer.Ordinal)
    {
        ["-hda"] = (0, false, false),
        ["-hdb"] = (1, false, false),
        ["-hdc"] = (2, false, false),
        ["-hdd"] = (3, false, false),
        ["-cdrom"] = (2, true, false),
        ["-fda"] = (0, false, true),
        ["-fdb"] = (1, false, true),
    };

    /// <summary>Reads them in their order.</summary>
    public static void Read(ReadingState state)
    {
        foreach (var option in state.Options.Where(o => !o.IsRead).ToList())
        {
            if (s_plain.TryGetValue(option.Name, out var plain))
            {
                Plain(state, option, plain.Index, plain.Cdrom, plain.Floppy);
            }
            else if (option.Name == "-drive")
            {
                Drive(state, option);
            }
            else if (option.Name == "-usbdevice" && option.Value!.StartsWith("disk:", StringComparison.Ordinal))
            {
                UsbStick(state, option);
            }
            else if (option.Name == "-device")
            {
                DiskDeviceReading.Read(state, option);
            }
        }

        FloppyReading.Read(state);
    }

    /// <summary>What says how an image is opened, of a <c>-drive</c>.</summary>
    public static DiskDriver Settings(OptionProperties drive)
    {
        var driver = new DiskDriver
        {
            Name = "qemu",
            Type = drive.TakeAny("format", "driver"),
            Cache = drive.Peek("cache") is "off" or "none" ? drive.Take("cache") is not null ? DiskCache.None : null : drive.Word("cache", (string t, out DiskCache v) => XmlNames.TryParse(t, out v)),
            Io = drive.Word("aio", (string t, out DiskIo v) => XmlNames.TryParse(t, out v)),
            Discard = drive.Peek("discard") is "on" or "off" ? drive.Take("discard") == "on" ? DiskDiscard.Unmap : DiskDiscard.Ignore : drive.Word("discard", (string t, out DiskDiscard v) => XmlNames.TryParse(t, out v)),
            DetectZeroes = drive.Word("detect-zeroes", (string t, out DiskDetectZeroes v) => XmlNames.TryParse(t, out v)),
            CopyOnRead = drive.Flag("copy-on-read") == true ? true : null,
        };
        return Policies(driver, drive);
    }

    /// <summary>What happens on errors; that of reading is told only when it is another.</summary>
    public static DiskDriver Policies(DiskDriver driver, OptionProperties properties)
    {
        var (write, read) = (Policy(properties, "werror"), Policy(properties, "rerror"));
        return driver with
        {
            ErrorPolicy = write ?? driver.ErrorPolicy,
            RerrorPolicy = read == write || (write == DiskErrorPolicy.Enospace && read == DiskErrorPolicy.Report) ? driver.RerrorPolicy : read ?? driver.RerrorPolicy,
        };
    }

    /// <summary>A disk that an image's name and settings make; null when a document cannot say them.</summary>
    public static DiskConfig? Image(ReadingState state, string? file, DiskDriver driver)
    {
        if (string.IsNullOrEmpty(file))
        {
            return new DiskConfig { Type = DiskType.File, Driver = driver };
        }

        return DiskSources.Read(state, file) is { } place ? new DiskConfig { Type = place.Type, Source = place.Source, Driver = place.Type == DiskType.Dir ? driver with { Type = "fat" } : driver } : null;
    }

    /// <summary>A name for the guest's disk that no other has.</summary>
    /// <param name="state">The command line.</param>
    /// <param name="prefix">Of its bus.</param>
    /// <param name="preferred">Its number if that is free.</param>
    public static string Target(ReadingState state, string prefix, int preferred)
    {
        for (var index = Math.Max(0, preferred); ; index++)
        {
            var name = prefix + Letters(index);
            if (!state.Devices.Disks.Exists(d => d.Target!.Dev == name))
            {
                return name;
            }
        }
    }

    private static DiskErrorPolicy? Policy(OptionProperties properties, string name)
    {
        if (properties.Peek(name) == "enospc")
        {
            properties.Take(name);
            return DiskErrorPolicy.Enospace;
        }

        return properties.Word(name, (string t, out DiskErrorPolicy v) => XmlNames.TryParse(t, out v));
    }

    private static void Plain(ReadingState state, QemuOption option, int index, bool cdrom, bool floppy)
    {
        if (Image(state, option.Value, new DiskDriver { Name = "qemu" }) is not { } disk)
        {
            return;
        }

        disk = disk with { Device = floppy ? DiskDevice.Floppy : cdrom ? DiskDevice.Cdrom : DiskDevice.Disk, Readonly = cdrom };
        if (Place(state, disk, floppy ? "floppy" : "ide", index) is { } placed)
        {
            state.Devices.Disks.Add(placed);
            option.Read();
        }
    }

    private static void UsbStick(ReadingState state, QemuOption option)
    {
        var name = option.Value!["disk:".Length..];
        string? format = null;
        if (name.StartsWith("format=", StringComparison.Ordinal) && name.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
        {
            (format, name) = (name[7..colon], name[(colon + 1)..]);
        }

        if (Image(state, name, new DiskDriver { Name = "qemu", Type = format }) is { Source: not null } disk)
        {
            state.Devices.Disks.Add(disk with { Device = DiskDevice.Disk, Target = new DiskTarget { Dev = Target(state, "sd", 0), Bus = DiskBus.Usb } });
            option.Read();
        }
    }

    private static void Drive(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var bus = properties.Take("if") ?? (state.IsPc ? "ide" : "virtio");
        if (bus is not ("ide" or "scsi" or "virtio" or "floppy"))
        {
            // With none a device refers to it; the others are no disk of a document.
            return;
        }

        var (number, unit, index) = (properties.Index("bus"), properties.Index("unit"), properties.Index("index"));
        var media = properties.Take("media");
        properties.TakeAny("id", "boot");
        var driver = Settings(properties);
        var disk = Image(state, properties.Take("file"), driver);
        var device = bus == "floppy" ? DiskDevice.Floppy : media == "cdrom" ? DiskDevice.Cdrom : DiskDevice.Disk;
        if (disk is null || (disk.Source is null && device == DiskDevice.Disk) || media is not (null or "disk" or "cdrom"))
        {
            return;
        }

        var readOnly = properties.Flag("readonly") ?? properties.Flag("read-only") ?? false;
        disk = disk with
        {
            Device = device,
            Readonly = readOnly || device == DiskDevice.Cdrom,
            Serial = properties.Take("serial"),
            Transient = properties.Flag("snapshot") == true ? new DiskTransient() : null,
            Geometry = Geometry(properties),
        };
        if (!properties.Understood || index > 1024 || unit > 255 || number > 255)
        {
            return;
        }

        var units = bus == "ide" ? 2 : bus == "scsi" ? 7 : 1;
        var given = index ?? (number is null && unit is null ? null : ((number ?? 0) * units) + (unit ?? 0));
        if (Place(state, disk, bus, given ?? -1) is { } placed)
        {
            state.Devices.Disks.Add(placed);
            option.Read();
        }
    }

    /// <summary>The shape that a disk tells the guest.</summary>
    public static DiskGeometry? Geometry(OptionProperties properties)
    {
        var (cylinders, heads, sectors) = (properties.Number("cyls"), properties.Number("heads"), properties.Number("secs"));
        var translation = properties.TakeAny("trans", "bios-chs-trans");
        GeometryTranslation? trans = translation is null ? null : XmlNames.TryParse(translation, out GeometryTranslation named) ? named : properties.Fail<GeometryTranslation?>();
        return cylinders is null && heads is null && sectors is null && trans is null ? null : new DiskGeometry { Cyls = cylinders, Heads = heads, Secs = sectors, Trans = trans };
    }

    // Where QEMU plugs in a drive of the old kind: at its number, or the next free one.
    private static DiskConfig? Place(ReadingState state, DiskConfig disk, string bus, int index)
    {
        var (type, prefix) = bus switch
        {
            "virtio" => (DiskBus.Virtio, "vd"),
            "scsi" => (DiskBus.Scsi, "sd"),
            "floppy" => (DiskBus.Fdc, "fd"),
            _ when state.IsQ35 => (DiskBus.Sata, "sd"),
            _ => (DiskBus.Ide, "hd"),
        };
        return index >= 0 && state.Devices.Disks.Exists(d => d.Target!.Dev == prefix + Letters(index))
            ? null
            : disk with { Target = new DiskTarget { Dev = Target(state, prefix, index), Bus = type } };
    }

    private static string Letters(int index)
    {
        var letters = "";
        for (var left = index; left >= 0; left = (left / 26) - 1)
        {
            letters = (char)('a' + (left % 26)) + letters;
        }

        return letters;
    }
}
