using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Where drives are: on which bus, at which place, in which order.</summary>
internal static class Drives
{
    private const int Most = 4096;

    /// <summary>The target of a file's drive.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: the name is no drive's.</exception>
    public static DiskTarget Target(string name, GuestKind kind)
    {
        _ = Index(name);
        var bus = kind != GuestKind.Hvm || name.StartsWith("xvd", StringComparison.Ordinal) ? DiskBus.Xen
            : name.StartsWith("sd", StringComparison.Ordinal) ? DiskBus.Scsi
            : DiskBus.Ide;
        return new DiskTarget { Dev = name, Bus = bus };
    }

    /// <summary>The place of a drive that a full virtual machine's controllers have; null for others.</summary>
    public static DriveAddress? Address(DiskTarget target)
    {
        var index = (uint)Index(target.Dev!);
        return target.Bus switch
        {
            DiskBus.Ide => new DriveAddress { Controller = index / 4, Bus = index / 2 % 2, Target = 0, Unit = index % 2 },
            DiskBus.Scsi => new DriveAddress { Controller = index / 7, Bus = 0, Target = 0, Unit = index % 7 },
            _ => null,
        };
    }

    /// <summary>The drives as libvirt keeps them: those of a bus in the order of their names. Floppy drives, which Xen has not, are left out.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: two have one name, or a name is no drive's.</exception>
    public static IEnumerable<DiskConfig> InOrder(ConfigList<DiskConfig> disks)
    {
        var ordered = disks.GroupBy(disk => disk.Target?.Bus).SelectMany(bus => bus.OrderBy(disk => Index(disk.Target?.Dev ?? ""))).ToList();
        foreach (var same in ordered.GroupBy(disk => disk.Target?.Dev).Where(same => same.Count() > 1))
        {
            var names = same.Select(disk => Name(disk.Source)).ToList();
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"target '{same.Key}' duplicated for disk sources '{names[0]}' and '{names[1]}'");
        }

        return ordered.Where(disk => disk.Device != DiskDevice.Floppy);
    }

    /// <summary>What can stand in a file: no drive that forgets, none without an image but those whose images are changed.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_SOURCE.</exception>
    public static string? Source(DiskConfig disk, ErrorDomain domain)
    {
        if (disk.Transient is not null)
            throw XenErrors.Unsupported("transient disks not supported yet", domain);
        if (disk.Type is not (DiskType.File or DiskType.Block or DiskType.Network))
            throw XenErrors.Unsupported($"unsupported disk type '{disk.Type.ToXmlName()}'", domain);
        var source = disk.Type == DiskType.File ? disk.Source?.File : disk.Type == DiskType.Block ? disk.Source?.Dev : disk.Source?.Name;
        if (source is { Length: > 0 })
            return source;
        return disk.Device == DiskDevice.Cdrom ? null : throw new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, disk.Target?.Dev);
    }

    private static int Index(string name) => DriveName.Index(name) switch
    {
        < 0 => throw VireoException.InvalidXml(ErrorDomain.Domain, $"Unknown disk name '{name}' and no address specified"),
        >= Most => throw XenErrors.Unsupported($"the disk '{name}' is one more than Xen has"),
        var index => index,
    };

    /// <summary>What libvirt calls a source: an image on the network without its pool.</summary>
    private static string Name(DiskSource? source) => source?.File ?? source?.Dev ?? source?.Name?.Split('/', 2)[^1] ?? "<null>";
}
