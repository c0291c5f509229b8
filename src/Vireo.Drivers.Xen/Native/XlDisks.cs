using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Disks of <c>xl</c>'s files.</summary>
internal static class XlDisks
{
    private const string Key = "disk";

    /// <summary>A file's disks.</summary>
    public static ConfigList<DiskConfig> Parse(XenFile file, GuestKind kind) => (file.Texts(Key) ?? []).Select(text => Disk(XlDiskText.Parse(text), kind)).ToConfigList();

    /// <summary>Writes the disks.</summary>
    public static void Format(XenText text, ConfigList<DiskConfig> disks) => text.AddIfAny(Key, Drives.InOrder(disks).Select(Format));

    private static DiskConfig Disk(XlDiskText text, GuestKind kind)
    {
        var isNetwork = text.Target?.StartsWith(RbdImage.Prefix, StringComparison.Ordinal) == true;
        var isBlock = !isNetwork && text.Backend == "phy";
        return new DiskConfig
        {
            Type = isNetwork ? DiskType.Network : isBlock ? DiskType.Block : DiskType.File,
            Device = text.IsCdrom ? DiskDevice.Cdrom : DiskDevice.Disk,
            Driver = new DiskDriver { Name = text.Backend is null or "qdisk" ? "qemu" : text.Backend, Type = text.Format is null or "empty" ? "raw" : text.Format },
            Source = text.Target is not { Length: > 0 } target ? null
                : isNetwork ? RbdImage.Parse(target)
                : isBlock ? new DiskSource { Dev = target }
                : new DiskSource { File = target },
            Backenddomain = text.BackendDomain,
            Target = Drives.Target(text.Device!, kind),
            Readonly = text.IsReadOnly,
        };
    }

    private static string Format(DiskConfig disk)
    {
        if (disk.Shareable)
            throw XenErrors.Unsupported($"xl cannot share the disk '{disk.Target?.Dev}'", ErrorDomain.Xenxl);
        var source = Drives.Source(disk, ErrorDomain.Xenxl);
        var isCdrom = disk.Device == DiskDevice.Cdrom;
        var text = new StringBuilder().AppendField("format", ImageFormat(disk)).AppendField("vdev", disk.Target!.Dev)
            .AppendField("access", disk.Readonly || isCdrom ? "ro" : "rw").AppendField("backendtype", Backend(disk)).AppendField("backend", disk.Backenddomain)
            .AppendField("devtype", isCdrom ? "cdrom" : null);
        // What stands behind this field is the image's name, whatever it is.
        if (source is not null)
            text.Append(",target=").Append(disk.Type == DiskType.Network ? RbdImage.Format(disk) : source);
        return text.ToString();
    }

    private static string ImageFormat(DiskConfig disk) => disk.Driver?.Type switch
    {
        null or "raw" or "aio" => "raw",
        "qcow" or "qcow2" or "qed" or "vhd" => disk.Driver.Type,
        var other => throw XenErrors.Unsupported($"libxenlight does not support disk format {other} with disk driver {disk.Driver?.Name ?? "qemu"}", ErrorDomain.Xenxl),
    };

    private static string? Backend(DiskConfig disk) => disk.Driver?.Name switch
    {
        _ when disk.Type == DiskType.Network => "qdisk",
        null => null,
        "qemu" or "file" => "qdisk",
        "phy" or "tap" => disk.Driver.Name,
        var other => throw XenErrors.Unsupported($"libxenlight does not support disk driver {other}", ErrorDomain.Xenxl),
    };
}
