using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>What the guest starts with: firmware, boot loader, kernel, devices.</summary>
internal static class Boot
{
    private const int MostDevices = 4;

    /// <summary>The domain with what a file says of it.</summary>
    public static DomainConfig Parse(DomainConfig domain, XenFile file, GuestKind kind, XenFormat format, XenHost host)
    {
        var os = new OsConfig { Type = kind.Type(host) };
        if (kind != GuestKind.Hvm)
        {
            var loader = file.Text("bootloader") is { Length: > 0 } told ? told : null;
            return domain with
            {
                Bootloader = loader,
                BootloaderArgs = loader is null ? null : file.Text("bootargs"),
                Os = WithKernel(os, file, format),
            };
        }

        os = os with { Boots = Devices(file.Text("boot") ?? "") };
        if (format == XenFormat.Xm)
            return domain with { Os = os with { Loader = Rom(file.Required("kernel")) } };
        return domain with
        {
            Os = WithKernel(os, file, format) with
            {
                Loader = file.Text("bios") == "ovmf" ? new LoaderConfig { Readonly = true, Type = LoaderType.Pflash, Path = host.UefiLoader } : Rom(host.Loader),
                AcpiTables = file.Text("acpi_firmware") is { } table ? [new AcpiTable { Type = AcpiTableType.Slic, Path = table }] : default,
            },
        };
    }

    /// <summary>Writes all of it.</summary>
    public static void Format(XenText text, DomainConfig domain, GuestKind kind, XenFormat format, XenHost host)
    {
        var os = domain.Os;
        if (kind == GuestKind.Hvm)
        {
            text.Add("builder", "hvm");
            if (format == XenFormat.Xm)
                text.Add("kernel", os.Loader?.Path ?? host.Loader);
            else
                FormatFirmware(text, os);
            text.Add("boot", os.Boots.IsEmpty ? "c" : string.Concat(os.Boots.Select(Letter)));
            return;
        }

        if (kind == GuestKind.Pvh)
            text.Add("type", "pvh");
        if (domain.Bootloader is { Length: > 0 } loader)
            text.Add("bootloader", loader);
        text.AddIfTold("bootargs", domain.BootloaderArgs);
        FormatKernel(text, os, format == XenFormat.Xl ? "cmdline" : "extra");
    }

    private static void FormatFirmware(XenText text, OsConfig os)
    {
        if (os.Loader?.Type == LoaderType.Pflash || os.Firmware == OsFirmware.Efi)
            text.Add("bios", "ovmf");
        text.AddIfTold("acpi_firmware", os.AcpiTables.Find(table => table.Type == AcpiTableType.Slic)?.Path);
        FormatKernel(text, os, "cmdline");
    }

    private static void FormatKernel(XenText text, OsConfig os, string arguments)
    {
        text.AddIfTold("kernel", os.Kernel);
        text.AddIfTold("ramdisk", os.Initrd);
        text.AddIfTold(arguments, os.Cmdline);
    }

    private static LoaderConfig Rom(string path) => new() { Type = LoaderType.Rom, Path = path };

    private static OsConfig WithKernel(OsConfig os, XenFile file, XenFormat format)
    {
        var (root, extra) = (file.Text("root"), file.Text("extra"));
        var arguments = root is null ? extra : extra is null ? $"root={root}" : $"root={root} {extra}";
        return os with
        {
            Kernel = file.Text("kernel"),
            Initrd = file.Text("ramdisk"),
            Cmdline = format == XenFormat.Xl ? file.Text("cmdline") ?? arguments : arguments,
        };
    }

    private static ConfigList<BootDevice> Devices(string letters)
    {
        var devices = letters.Select(Device).Take(MostDevices).ToConfigList();
        return devices.IsEmpty ? [BootDevice.Hd] : devices;
    }

    private static BootDevice Device(char letter) => letter switch
    {
        'a' => BootDevice.Fd,
        'd' => BootDevice.Cdrom,
        'n' => BootDevice.Network,
        _ => BootDevice.Hd,
    };

    private static char Letter(BootDevice device) => device switch
    {
        BootDevice.Fd => 'a',
        BootDevice.Cdrom => 'd',
        BootDevice.Network => 'n',
        _ => 'c',
    };
}
