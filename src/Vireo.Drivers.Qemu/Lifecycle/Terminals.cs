using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The terminals that QEMU made for serial lines, consoles and channels, shown in the live document.</summary>
internal static class Terminals
{
    private const string Prefix = "pty:";

    /// <summary>The document with the terminals' paths.</summary>
    /// <param name="live">The live document, with aliases.</param>
    /// <param name="chardevs">The answer to query-chardev.</param>
    public static DomainConfig Show(DomainConfig live, JsonElement chardevs)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var chardev in chardevs.EnumerateArray())
        {
            if (chardev.GetProperty("label").GetString() is { } label && chardev.GetProperty("filename").GetString() is { } file && file.StartsWith(Prefix, StringComparison.Ordinal))
            {
                paths[label] = file[Prefix.Length..];
            }
        }

        var devices = live.Devices;
        return live with
        {
            Devices = devices with
            {
                Serials = Show(devices.Serials, paths, tty: false),
                Parallels = Show(devices.Parallels, paths, tty: false),
                Consoles = Show(devices.Consoles, paths, tty: true),
                Channels = Show(devices.Channels, paths, tty: false),
            },
        };
    }

    private static ConfigList<CharDevice> Show(ConfigList<CharDevice> devices, Dictionary<string, string> paths, bool tty)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            if (devices[i] is { Type: CharType.Pty, Alias: { } alias } device && (paths.TryGetValue("char" + alias, out var path) || paths.TryGetValue(alias, out path)))
            {
                devices = devices.SetItem(i, device with
                {
                    Tty = tty ? path : device.Tty,
                    Sources = [(device.Sources.Count > 0 ? device.Sources[0] : new CharSource()) with { Path = path }],
                });
            }
        }

        return devices;
    }
}
