using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The machine's firmware: an image in flash with its variables beside it, or a plain BIOS.</summary>
internal static class FirmwareArguments
{
    private const string AuthSecret = "fw1f-auth";
    private const string CookieSecret = "fw1f-cookie";

    /// <summary>Whether the firmware is in flash memory.</summary>
    public static bool IsFlash(OsConfig os) => os.Loader is { Type: LoaderType.Pflash, Path: not null };

    /// <summary>Adds it.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        var os = config.Os;
        if (os.Loader is not { Path: { } path } loader)
        {
            return;
        }

        if (!IsFlash(os))
        {
            arguments.Add("-bios", path);
            return;
        }

        if (loader.Secure == true)
        {
            arguments.Add("-global", "driver=cfi.pflash01,property=secure,value=on");
        }

        Flash(arguments, "fw0", new FileLocation(path), loader.Format, loader.Readonly ?? false);
        if (FirmwareVariables.LocationOf(os) is { } variables)
        {
            AddAccess(arguments, variables, config, context);
            Flash(arguments, "fw1", variables, os.Nvram?.Format, false);
        }
    }

    // What lets us in where the variables lie at a server.
    private static void AddAccess(ArgumentList arguments, ImageLocation variables, DomainConfig config, CommandLineContext context)
    {
        if (variables is not NetworkLocation { Document: { } document })
        {
            return;
        }

        if (document.Tls == true && !config.Devices.Disks.Any(disk => disk.Source?.Tls == true))
        {
            DiskArguments.AddTls(arguments);
        }

        DiskArguments.AddLogin(arguments, document, AuthSecret, CookieSecret, context);
    }

    private static void Flash(ArgumentList arguments, string node, ImageLocation image, string? format, bool readOnly) => arguments.Add(
        "-blockdev",
        OptionJson.Device(format ?? "raw").Text("node-name", node).Flag("read-only", readOnly).Raw("file", json =>
        {
            json.WriteStartObject();
            BlockStorageJson.Write(json, image, DiskAccess.Default, AuthSecret, CookieSecret);
            json.WriteString("node-name", node + "f");
            json.WriteBoolean("auto-read-only", true);
            json.WriteEndObject();
        }));
}
