using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The machine's firmware: an image in flash with its variables beside it, or a plain BIOS.</summary>
internal static class FirmwareArguments
{
    /// <summary>Whether the firmware is in flash memory.</summary>
    public static bool IsFlash(OsConfig os) => os.Loader is { Type: LoaderType.Pflash, Path: not null };

    /// <summary>Adds it.</summary>
    public static void Add(ArgumentList arguments, OsConfig os)
    {
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
            Flash(arguments, "fw1", variables, os.Nvram?.Format, false);
        }
    }

    private static void Flash(ArgumentList arguments, string node, ImageLocation image, string? format, bool readOnly) => arguments.Add(
        "-blockdev",
        OptionJson.Device(format ?? "raw").Text("node-name", node).Flag("read-only", readOnly).Raw("file", json =>
        {
            json.WriteStartObject();
            BlockStorageJson.Write(json, image, DiskAccess.Default);
            json.WriteString("node-name", node + "f");
            json.WriteBoolean("auto-read-only", true);
            json.WriteEndObject();
        }));
}
