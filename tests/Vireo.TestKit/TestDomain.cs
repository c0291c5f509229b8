using System.Text;

namespace Vireo.TestKit;

/// <summary>A disk of a test domain.</summary>
/// <param name="Target">vda, sda, hda, …</param>
/// <param name="Path">The image.</param>
/// <param name="Bus">virtio, scsi, ide, sata.</param>
/// <param name="Format">qcow2 or raw.</param>
/// <param name="Shareable">Whether other domains may use it too.</param>
public sealed record TestDisk(string Target, string Path, string Bus = "virtio", string Format = "qcow2", bool Shareable = false);

/// <summary>A domain to define: the small Linux guest, or an empty machine that only runs the firmware.</summary>
public sealed record TestDomain(string Name)
{
    /// <summary>The uuid; a fixed one makes outputs comparable.</summary>
    public string Uuid { get; init; } = Guid.NewGuid().ToString();

    /// <summary>Its disks.</summary>
    public IReadOnlyList<TestDisk> Disks { get; init; } = [];

    /// <summary>The Linux guest to boot, or null for an empty machine.</summary>
    public GuestImage? Guest { get; init; }

    /// <summary>The path of the serial port's socket.</summary>
    public string? SerialSocket { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int Memory { get; init; } = 128;

    /// <summary>pc or q35.</summary>
    public string Machine { get; init; } = "pc";

    /// <summary>The folder of a firmware with variables, made by <see cref="CreateFirmwareAsync"/>; null for the machine's own.</summary>
    public string? Firmware { get; init; }

    /// <summary>More elements for &lt;devices&gt;.</summary>
    public string Devices { get; init; } = "";

    /// <summary>The document.</summary>
    public string ToXml()
    {
        var xml = new StringBuilder($"<domain type='qemu'>\n  <name>{Name}</name>\n  <uuid>{Uuid}</uuid>\n  <memory unit='MiB'>{Memory}</memory>\n  <vcpu>1</vcpu>\n  <os>\n");
        xml.Append($"    <type arch='x86_64' machine='{Machine}'>hvm</type>\n");
        if (Firmware is not null)
            xml.Append($"    <loader readonly='yes' type='pflash'>{Firmware}/fw_CODE.fd</loader>\n    <nvram template='{Firmware}/fw_VARS.fd'>{Firmware}/vars.fd</nvram>\n");
        if (Guest is not null)
            xml.Append($"    <kernel>{Guest.Kernel}</kernel>\n    <initrd>{Guest.Initramfs}</initrd>\n    <cmdline>{GuestImage.CommandLine}</cmdline>\n");
        xml.Append("  </os>\n  <features><acpi/></features>\n  <on_reboot>restart</on_reboot>\n  <on_crash>destroy</on_crash>\n  <devices>\n");
        foreach (var disk in Disks)
        {
            xml.Append($"    <disk type='file' device='disk'><driver name='qemu' type='{disk.Format}'/><source file='{disk.Path}'/>");
            xml.Append($"<target dev='{disk.Target}' bus='{disk.Bus}'/>{(disk.Shareable ? "<shareable/>" : "")}</disk>\n");
        }

        if (Disks.Any(disk => disk.Bus == "scsi"))
            xml.Append("    <controller type='scsi' index='0' model='virtio-scsi'/>\n");
        xml.Append("    <controller type='usb' model='none'/>\n    <memballoon model='none'/>\n");
        if (SerialSocket is not null)
            xml.Append($"    <serial type='unix'><source mode='bind' path='{SerialSocket}'/><target port='0'/></serial>\n");
        return xml.Append(Devices).Append("  </devices>\n</domain>\n").ToString();
    }

    /// <summary>Makes a firmware that halts at once, and its variables: what a snapshot keeps of them does not depend on what they mean.</summary>
    public async Task CreateFirmwareAsync()
    {
        const int size = 128 * 1024;
        await File.WriteAllBytesAsync($"{Firmware}/fw_CODE.fd", [.. Enumerable.Repeat((byte)0xf4, size)]);
        await File.WriteAllBytesAsync($"{Firmware}/fw_VARS.fd", [.. Enumerable.Repeat((byte)0xff, size)]);
    }

    /// <summary>Makes an empty image for every disk.</summary>
    public async Task CreateImagesAsync(string size = "16M")
    {
        foreach (var disk in Disks)
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", disk.Format, disk.Path, size);
    }
}
