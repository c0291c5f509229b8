using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Writes the drives of a VMX file, and the SCSI controllers they are on.</summary>
internal static class DiskFormatter
{
    /// <summary>Writes all drives.</summary>
    /// <returns>Whether there is a SCSI drive.</returns>
    public static bool Format(VmxText text, DevicesConfig devices, VmxHost host)
    {
        // libvirt keeps the drives of a bus in their order.
        var drives = devices.Disks.Select(disk => (Disk: disk, Place: Place(disk))).GroupBy(drive => drive.Place.Bus)
            .SelectMany(bus => bus.OrderBy(drive => drive.Place.Index)).ToList();
        CheckUnique(drives);
        var hasScsi = FormatControllers(text, devices.Controllers, drives, host);
        foreach (var (disk, place) in drives)
        {
            if (disk.Device == DiskDevice.Floppy)
                FormatFloppy(text, disk, place.Key, host);
            else
                FormatDrive(text, disk, place, host);
        }

        foreach (var floppy in (ReadOnlySpan<string>)["floppy0", "floppy1"])
        {
            if (!drives.Exists(drive => drive.Place.Key == floppy))
                text.Add(floppy + ".present", false);
        }

        return hasScsi;
    }

    private static void CheckUnique(List<(DiskConfig Disk, DrivePlace Place)> drives)
    {
        var taken = new Dictionary<string, DiskConfig>();
        foreach (var (disk, place) in drives)
        {
            if (taken.TryAdd(place.Key, disk))
                continue;
            var (first, second) = (taken[place.Key].Source, disk.Source);
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain,
                $"target '{disk.Target!.Dev}' duplicated for disk sources '{first?.File ?? first?.Dev}' and '{second?.File ?? second?.Dev}'");
        }
    }

    private static bool FormatControllers(
        VmxText text, ConfigList<ControllerConfig> controllers, List<(DiskConfig Disk, DrivePlace Place)> drives, VmxHost host)
    {
        var models = new Dictionary<uint, string?>();
        foreach (var controller in controllers.Where(controller => controller.Type == ControllerType.Scsi))
        {
            if (!models.TryAdd((uint)controller.Index!.Value, controller.Model))
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Multiple 'scsi' controllers with index '{controller.Index}'");
        }

        if (models.Values.FirstOrDefault(model => model is not null && !ScsiModel.IsKnown(model)) is { } unknown)
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Unknown model type '{unknown}'");
        var used = new SortedDictionary<uint, DiskConfig>();
        foreach (var (disk, place) in drives.Where(drive => drive.Place.Bus == DiskBus.Scsi))
        {
            var index = place.Address.Controller!.Value;
            used.TryAdd(index, disk);
            if (disk.Driver?.Name is { } name)
                models[index] = DriverModel(name, models.GetValueOrDefault(index), index);
        }

        foreach (var (index, disk) in used)
        {
            text.Add($"scsi{index}.present", true);
            if (models.GetValueOrDefault(index) is { } model)
                text.Add($"scsi{index}.virtualDev", ScsiModel.Format(model == "auto" ? host.DetectScsiModel(disk) : model));
        }

        return used.Count > 0;
    }

    /// <summary>The controller's model by the name of a disk's driver, where old documents had it.</summary>
    private static string DriverModel(string name, string? model, uint index)
    {
        var named = name.ToLowerInvariant();
        if (!ScsiModel.IsKnown(named))
            throw VmxErrors.Internal($"Unknown driver name '{name}'");
        if (model is not null && model != named)
            throw VmxErrors.Internal($"Inconsistent SCSI controller model ('{named}' is not '{model}') for SCSI controller index {index}");
        return named;
    }

    private static void FormatDrive(VmxText text, DiskConfig disk, DrivePlace place, VmxHost host)
    {
        var what = $"{place.Bus.ToXmlName()} {(disk.Device ?? DiskDevice.Disk).ToXmlName()} '{disk.Target!.Dev}'";
        var (kind, name) = Backing(disk, place, what, host);
        text.Add(place.Key + ".present", true);
        text.Add(place.Key + ".deviceType", kind);
        if (name is null)
            text.Add(place.Key + ".autodetect", true);
        text.Add(place.Key + ".fileName", name ?? "auto detect");
        if (disk.Driver?.Cache is DiskCache.Writethrough)
            text.Add(place.Key + ".writeThrough", true);
        else if (disk.Driver?.Cache is { } cache and not DiskCache.Default)
            throw VmxErrors.Unsupported($"{place.Bus.ToXmlName()} harddisk '{disk.Target.Dev}' has unsupported cache mode '{cache.ToXmlName()}'");
        if (disk.Transient is not null)
            text.Add(place.Key + ".mode", "independent-nonpersistent");
    }

    /// <summary>What the drive is and what is in it; null for whatever device the host finds.</summary>
    private static (string Kind, string? Name) Backing(DiskConfig disk, DrivePlace place, string what, VmxHost host)
    {
        var device = disk.Device ?? DiskDevice.Disk;
        var isOptional = disk.Source?.StartupPolicy == StartupPolicy.Optional;
        switch (disk.Type, device)
        {
            case (DiskType.File, DiskDevice.Lun):
            case (DiskType.Block, DiskDevice.Lun) when disk.Source?.Dev is not { Length: > 0 } && !isOptional:
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "disk device='lun' is only valid for block type disk source");
            case (DiskType.File, DiskDevice.Disk):
                return (DiskParser.HardDiskKind(place.Bus), File(disk, what, ".vmdk", host));
            case (DiskType.File, _) when disk.Source?.File is not { Length: > 0 }:
            case (DiskType.Block, DiskDevice.Cdrom) when disk.Source?.Dev is not { Length: > 0 } && !isOptional:
                return ("cdrom-image", "emptyBackingString");
            case (DiskType.File, _):
                return ("cdrom-image", File(disk, what, ".iso", host));
            case (DiskType.Block, DiskDevice.Cdrom or DiskDevice.Lun):
                return (device == DiskDevice.Lun ? "cdrom-raw" : "atapi-cdrom", disk.Source?.Dev is { Length: > 0 } dev ? dev : null);
            case (DiskType.Block, _):
                throw VmxErrors.Unsupported($"{what} has an unsupported type '{disk.Type.ToXmlName()}'");
            default:
                throw VmxErrors.Unsupported($"{what} has unsupported type '{disk.Type.ToXmlName()}', expecting 'file' or 'block'");
        }
    }

    private static string File(DiskConfig disk, string what, string suffix, VmxHost host)
    {
        if (disk.Source?.File is not { Length: > 0 } path)
            throw new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, disk.Target!.Dev);
        if (!path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            throw VmxErrors.Internal($"Image file for {what} has unsupported suffix, expecting '{suffix}'");
        return host.FileToVmx(path);
    }

    private static void FormatFloppy(VmxText text, DiskConfig disk, string key, VmxHost host)
    {
        if (disk.Type is not (DiskType.File or DiskType.Block))
            throw VmxErrors.Unsupported($"Floppy '{disk.Target!.Dev}' has unsupported type '{disk.Type.ToXmlName()}', expecting 'file' or 'block'");
        var isDevice = disk is { Type: DiskType.Block, Source: not null };
        text.Add(key + ".present", true);
        text.Add(key + ".fileType", isDevice ? "device" : "file");
        var name = isDevice ? disk.Source!.Dev : disk.Source?.File is { Length: > 0 } path ? host.FileToVmx(path) : null;
        if (name is not null)
            text.Add(key + ".fileName", name);
    }

    /// <summary>The place of a drive by its name; an address that the document tells has to agree.</summary>
    private static DrivePlace Place(DiskConfig disk)
    {
        var (name, bus) = (disk.Target?.Dev ?? "", disk.Target?.Bus);
        if (disk.Device == DiskDevice.Floppy && bus != DiskBus.Fdc)
            throw VireoException.Internal(ErrorDomain.Domain, $"Invalid bus type '{bus?.ToXmlName()}' for floppy disk");
        if (disk.Device == DiskDevice.Floppy && !name.StartsWith("fd", StringComparison.Ordinal))
            throw VireoException.Internal(ErrorDomain.Domain, $"Invalid floppy device name: {name}");
        var index = DriveName.Index(name);
        if (index < 0)
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Unknown disk name '{name}' and no address specified");
        var place = bus switch
        {
            DiskBus.Scsi => DrivePlace.Scsi(index),
            DiskBus.Sata => DrivePlace.Sata(index),
            DiskBus.Ide => DrivePlace.Ide(index),
            DiskBus.Fdc => DrivePlace.Floppy(index),
            _ => throw VmxErrors.Unsupported("Unsupported disk address type 'none'"),
        };
        CheckAddress(disk.Address, place, name);
        CheckRange(place);
        var prefix = DriveName.Prefix(place.Bus);
        return name.StartsWith(prefix, StringComparison.Ordinal)
            ? place
            : throw VmxErrors.Internal($"Expecting domain XML attribute 'dev' of entry 'devices/disk/target' to start with '{prefix}'");
    }

    private static void CheckAddress(DeviceAddress? told, DrivePlace place, string name)
    {
        if (told is not (null or DriveAddress))
        {
            var type = told switch { PciAddress => "pci", UsbAddress => "usb", CcwAddress => "ccw", _ => "unknown" };
            var bus = place.Bus.ToXmlName();
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Invalid address type '{type}' for the disk '{name}' with the bus type '{bus}'");
        }

        if (told is not DriveAddress address)
            return;
        var at = (Controller: address.Controller ?? 0, Bus: address.Bus ?? 0, Unit: address.Unit ?? 0);
        if (at != (place.Address.Controller, place.Address.Bus, place.Address.Unit))
            throw VmxErrors.Internal($"Disk address {at.Controller}:{at.Bus}:{at.Unit} doesn't match target device '{name}'");
    }

    private static void CheckRange(DrivePlace place)
    {
        var controller = place.Address.Controller;
        switch (place.Bus)
        {
            case DiskBus.Sata:
                throw VmxErrors.Unsupported("Unsupported bus type 'sata'");
            case DiskBus.Scsi when controller >= DrivePlace.Controllers:
                throw VmxErrors.Internal($"SCSI controller index {controller} out of [0..3] range");
            case DiskBus.Ide when controller > 0:
                throw VmxErrors.Internal($"IDE controller index {controller} out of [0] range");
            case DiskBus.Fdc when controller > 0:
                throw VmxErrors.Internal($"FDC controller index {controller} out of [0] range");
        }
    }
}
