using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Disks of <c>xm</c>'s files: <c>phy:/dev/sda8,hda,w</c>, <c>tap:qcow2:/image,xvda,r</c>, <c>,hdc:cdrom,r</c>.</summary>
internal static class XmDisks
{
    private const string Key = "disk";
    private const string Cdrom = ":cdrom";

    /// <summary>A file's disks.</summary>
    public static ConfigList<DiskConfig> Parse(XenFile file, GuestKind kind) => (file.Texts(Key) ?? []).Select(text => Disk(text, kind)).ToConfigList();

    /// <summary>Writes the disks.</summary>
    public static void Format(XenText text, ConfigList<DiskConfig> disks) => text.AddIfAny(Key, Drives.InOrder(disks).Select(Format));

    private static DiskConfig Disk(string text, GuestKind kind)
    {
        if (text.Split(',') is not [var image, var device, var mode])
            throw Fields.Malformed(Key, text);
        var (driver, source) = image.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (image[..colon], image[(colon + 1)..]) : ("phy", image);
        var format = "raw";
        if (driver is "tap" or "tap2")
            (format, source) = source.Split(':', 2) is [var told, var rest] && Format(told) is { } known ? (known, rest) : throw Fields.Malformed(Key, text);
        var name = device.StartsWith("ioemu:", StringComparison.Ordinal) ? device["ioemu:".Length..] : device;
        var end = name.IndexOf(':', StringComparison.Ordinal);
        var type = end < 0 ? "" : name[end..];
        if (type is not ("" or Cdrom or ":disk"))
            throw Fields.Malformed(Key, text);
        var isBlock = driver == "phy";
        return new DiskConfig
        {
            Type = isBlock ? DiskType.Block : DiskType.File,
            Device = type == Cdrom ? DiskDevice.Cdrom : DiskDevice.Disk,
            Driver = new DiskDriver { Name = driver, Type = format },
            Source = source.Length == 0 ? null : isBlock ? new DiskSource { Dev = source } : new DiskSource { File = source },
            Target = Drives.Target(end < 0 ? name : name[..end], kind),
            Readonly = type == Cdrom || mode is "r" or "ro",
            Shareable = mode is "w!" or "!",
        };
    }

    /// <summary>An image's format in documents; null when it is none.</summary>
    private static string? Format(string told) => told switch
    {
        "aio" => "raw",
        "raw" or "dir" or "bochs" or "cloop" or "dmg" or "iso" or "vpc" or "vdi" or "vhd" or "ploop" or "cow" or "qcow" or "qcow2" or "qed" or "vmdk" => told,
        _ => null,
    };

    private static string Format(DiskConfig disk)
    {
        var source = Drives.Source(disk, ErrorDomain.Xenxm) ?? "";
        if (disk.Type == DiskType.Network)
            throw XenErrors.Unsupported($"unsupported disk type '{disk.Type.ToXmlName()}'", ErrorDomain.Xenxm);
        var (driver, format) = (disk.Driver?.Name, disk.Driver?.Type is null or "raw" ? "aio" : disk.Driver.Type);
        var isTap = driver is "tap" or "tap2";
        if (!isTap && format != "aio")
            throw XenErrors.Unsupported($"xm does not support disk format {format} with disk driver {driver ?? "phy"}", ErrorDomain.Xenxm);
        // What stands before the first colon is the driver.
        if ((driver ?? source).Contains(':', StringComparison.Ordinal))
            throw XenErrors.Unsupported($"xm cannot name the image '{source}' of the disk driver '{driver}'", ErrorDomain.Xenxm);
        var image = (source.Length == 0 || driver is null ? "" : driver + ":" + (isTap ? format + ":" : "")) + source;
        var isCdrom = disk.Device == DiskDevice.Cdrom;
        var mode = disk.Readonly || isCdrom ? "r" : disk.Shareable ? "!" : "w";
        return $"{Fields.Whole("disk source", image)},{Fields.Whole("disk target", disk.Target!.Dev!)}{(isCdrom ? Cdrom : "")},{mode}";
    }
}
