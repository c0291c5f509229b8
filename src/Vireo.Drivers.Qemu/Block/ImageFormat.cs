namespace Vireo.Drivers.Qemu.Block;

/// <summary>How the bytes of an image are to be read. The numbers are ours; the names are libvirt's and QEMU's.</summary>
internal enum ImageFormat
{
    /// <summary>The image is the disk, byte for byte.</summary>
    Raw,

    /// <summary>QEMU's own format.</summary>
    Qcow2,

    /// <summary>QEMU's own format, version 1.</summary>
    Qcow,

    /// <summary>QEMU's enhanced disk.</summary>
    Qed,

    /// <summary>VMware.</summary>
    Vmdk,

    /// <summary>VirtualBox.</summary>
    Vdi,

    /// <summary>Hyper-V, the old one.</summary>
    Vpc,

    /// <summary>Hyper-V.</summary>
    Vhdx,

    /// <summary>Encrypted volume.</summary>
    Luks,

    /// <summary>Bochs.</summary>
    Bochs,

    /// <summary>Compressed loop device.</summary>
    Cloop,

    /// <summary>Mac OS disk copy.</summary>
    Dmg,

    /// <summary>Parallels.</summary>
    Ploop,
}

/// <summary>Names of formats.</summary>
internal static class ImageFormats
{
    private static readonly (ImageFormat Format, string Libvirt, string Qemu)[] s_names =
    [
        (ImageFormat.Raw, "raw", "raw"),
        (ImageFormat.Qcow2, "qcow2", "qcow2"),
        (ImageFormat.Qcow, "qcow", "qcow"),
        (ImageFormat.Qed, "qed", "qed"),
        (ImageFormat.Vmdk, "vmdk", "vmdk"),
        (ImageFormat.Vdi, "vdi", "vdi"),
        (ImageFormat.Vpc, "vpc", "vpc"),
        (ImageFormat.Vhdx, "vhdx", "vhdx"),
        (ImageFormat.Luks, "luks", "luks"),
        (ImageFormat.Bochs, "bochs", "bochs"),
        (ImageFormat.Cloop, "cloop", "cloop"),
        (ImageFormat.Dmg, "dmg", "dmg"),
        (ImageFormat.Ploop, "ploop", "parallels"),
    ];

    /// <summary>The format that libvirt's XML or an image's metadata names; null when the name is unknown.</summary>
    public static ImageFormat? FromName(string name)
    {
        foreach (var row in s_names)
        {
            if (row.Libvirt == name || row.Qemu == name)
            {
                return row.Format;
            }
        }

        return null;
    }

    /// <summary>The name in libvirt's XML.</summary>
    public static string Name(this ImageFormat format) => s_names[(int)format].Libvirt;

    /// <summary>QEMU's block driver.</summary>
    public static string QemuDriver(this ImageFormat format) => s_names[(int)format].Qemu;

    /// <summary>Whether images of this format can stand on another image.</summary>
    public static bool CanHaveBacking(this ImageFormat format) =>
        format is ImageFormat.Qcow2 or ImageFormat.Qcow or ImageFormat.Qed or ImageFormat.Vmdk;
}
