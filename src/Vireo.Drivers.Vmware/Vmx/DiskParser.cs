using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The drives of a VMX file, and the controllers they are on.</summary>
internal static class DiskParser
{
    private const string NoImage = "emptyBackingString";
    private const string AnyDevice = "auto detect";

    /// <summary>All drives and controllers, in libvirt's order.</summary>
    public static (ConfigList<DiskConfig> Disks, ConfigList<ControllerConfig> Controllers) Parse(VmxFile file, VmxHost host)
    {
        var disks = new List<DiskConfig>();
        var models = Enumerable.Range(0, DrivePlace.Controllers).Select(controller => ScsiModel.Parse(file, controller)).ToArray();
        foreach (var place in DrivePlace.All())
        {
            if (place.ControllerKey is { } controller && !file.Flag(controller + ".present"))
                continue;
            if (!file.IsPresent(place.Key) || file.Flag(place.Key + ".clientDevice"))
                continue;
            // It has to be a truth value whatever the drive is.
            var writesThrough = file.Flag(place.Key + ".writeThrough");
            disks.AddIfNotNull(place.Bus == DiskBus.Fdc ? Floppy(file, host, place) : Drive(file, host, place, writesThrough));
        }

        return (disks.ToConfigList(), Controllers(disks, models).ToConfigList());
    }

    private static void AddIfNotNull(this List<DiskConfig> disks, DiskConfig? disk)
    {
        if (disk is not null)
            disks.Add(disk);
    }

    private static DiskConfig? Drive(VmxFile file, VmxHost host, DrivePlace place, bool writesThrough)
    {
        var (name, kind) = (file.Text(place.Key + ".fileName"), file.Text(place.Key + ".deviceType"));
        if (HasSuffix(name, ".vmdk"))
        {
            if (IsAny(kind, "cdrom-raw", "atapi-cdrom", "cdrom-image"))
                return null;
            var disk = HardDisk(file, host, place, name!, kind);
            return writesThrough ? disk with { Driver = new DiskDriver { Cache = DiskCache.Writethrough } } : disk;
        }

        if (HasSuffix(name, ".iso"))
            return Image(host, place, name!, kind);
        if (IsAny(kind, "atapi-cdrom"))
            return Device(place, DiskDevice.Cdrom, name);
        if (IsAny(kind, "cdrom-raw"))
            return Device(place, DiskDevice.Lun, name);
        if (place.Bus == DiskBus.Scsi && IsAny(kind, "scsi-passthru"))
        {
            // Nothing else that is passed through can be told of in a document.
            if (name is null or NoImage)
                return null;
            if (name.StartsWith("/vmfs/devices/cdrom/", StringComparison.Ordinal))
                return Device(place, DiskDevice.Lun, name);
        }
        else if (name == NoImage)
        {
            return Image(host, place, null, kind);
        }

        throw Unknown(place, name, kind);
    }

    private static DiskConfig HardDisk(VmxFile file, VmxHost host, DrivePlace place, string name, string? kind)
    {
        var expected = HardDiskKind(place.Bus);
        // libvirt does not look at it for SATA.
        if (kind is not null && place.Bus != DiskBus.Sata && !IsAny(kind, expected, "disk"))
            throw VmxErrors.Internal($"Expecting VMX entry '{place.Key}.deviceType' to be '{expected}' or 'disk' but found '{kind}'");
        return new DiskConfig
        {
            Type = DiskType.File,
            Device = DiskDevice.Disk,
            Source = new DiskSource { File = host.FileFromVmx(name, mayBeMissing: false) },
            Transient = IsAny(file.Text(place.Key + ".mode"), "independent-nonpersistent") ? new DiskTransient() : null,
            Target = place.Target,
            Address = place.Address,
        };
    }

    private static DiskConfig Image(VmxHost host, DrivePlace place, string? name, string? kind)
    {
        if (kind is not null && !IsAny(kind, "cdrom-image"))
            throw VmxErrors.Internal($"Expecting VMX entry '{place.Key}.deviceType' to be 'cdrom-image' but found '{kind}'");
        var image = name is null ? null : host.FileFromVmx(name, mayBeMissing: true);
        return new DiskConfig
        {
            Type = DiskType.File,
            Device = DiskDevice.Cdrom,
            Source = image is null ? null : new DiskSource { File = image },
            Target = place.Target,
            Readonly = true,
            Address = place.Address,
        };
    }

    private static DiskConfig Device(DrivePlace place, DiskDevice device, string? name) => new()
    {
        Type = DiskType.Block,
        Device = device,
        Source = name switch
        {
            null => null,
            _ when IsAny(name, AnyDevice) => new DiskSource { StartupPolicy = StartupPolicy.Optional },
            _ => new DiskSource { Dev = name },
        },
        Target = place.Target,
        Readonly = true,
        Address = place.Address,
    };

    private static DiskConfig Floppy(VmxFile file, VmxHost host, DrivePlace place)
    {
        var (name, kind) = (file.Text(place.Key + ".fileName"), file.Text(place.Key + ".fileType"));
        var isDevice = IsAny(kind, "device");
        if (!isDevice && !IsAny(kind, "file"))
            throw Unknown(place, name, file.Text(place.Key + ".deviceType"));
        return new DiskConfig
        {
            Type = isDevice ? DiskType.Block : DiskType.File,
            Device = DiskDevice.Floppy,
            Source = name is null ? null : isDevice ? new DiskSource { Dev = name } : new DiskSource { File = host.FileFromVmx(name, mayBeMissing: false) },
            Target = place.Target,
            Address = place.Address,
        };
    }

    /// <summary>The controllers that the drives are on, and those of lower numbers.</summary>
    private static IEnumerable<ControllerConfig> Controllers(List<DiskConfig> disks, string?[] models)
    {
        foreach (var type in (IEnumerable<ControllerType>)[ControllerType.Scsi, ControllerType.Sata, ControllerType.Fdc, ControllerType.Ide])
        {
            var used = disks.Where(disk => disk.Target!.Bus!.Value.ToXmlName() == type.ToXmlName())
                .Select(disk => (int)((DriveAddress)disk.Address!).Controller!.Value);
            foreach (var index in Enumerable.Range(0, used.DefaultIfEmpty(-1).Max() + 1))
                yield return new ControllerConfig { Type = type, Index = index, Model = type == ControllerType.Scsi ? models[index] : null };
        }
    }

    /// <summary>What VMX files call a bus's hard disk.</summary>
    internal static string HardDiskKind(DiskBus bus) => bus == DiskBus.Scsi ? "scsi-hardDisk" : "ata-hardDisk";

    private static VireoException Unknown(DrivePlace place, string? name, string? kind) =>
        VmxErrors.Internal($"Invalid or not yet handled value '{name ?? "<null>"}' for VMX entry '{place.Key}.fileName' for device type '{kind ?? "unknown"}'");

    private static bool HasSuffix(string? name, string suffix) => name?.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsAny(string? text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
