using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>What only a running QEMU knows of serial lines, consoles and channels, shown in the live document: their terminals, and whether the guest listens.</summary>
internal static class CharacterDevices
{
    private const string Terminal = "pty:";

    /// <summary>The document with the terminals' paths and the channels' states.</summary>
    /// <param name="live">The live document, with aliases.</param>
    /// <param name="chardevs">The answer to query-chardev.</param>
    public static DomainConfig Show(DomainConfig live, JsonElement chardevs)
    {
        var seen = new Dictionary<string, Seen>(StringComparer.Ordinal);
        foreach (var chardev in chardevs.EnumerateArray())
        {
            var file = chardev.GetProperty("filename").GetString() ?? "";
            var terminal = file.StartsWith(Terminal, StringComparison.Ordinal) ? file[Terminal.Length..] : null;
            seen[chardev.GetProperty("label").GetString() ?? ""] = new(terminal, chardev.TryGetProperty("frontend-open", out var open) && open.GetBoolean());
        }

        var devices = live.Devices;
        return live with
        {
            Devices = devices with
            {
                Serials = Show(devices.Serials, seen, tty: false),
                Parallels = Show(devices.Parallels, seen, tty: false),
                Consoles = Show(devices.Consoles, seen, tty: true),
                Channels = Show(devices.Channels, seen, tty: false),
            },
        };
    }

    /// <summary>The document with one channel's state.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="alias">The channel's alias.</param>
    /// <param name="open">Whether the guest holds it open.</param>
    public static DomainConfig Show(DomainConfig live, string alias, bool open) => live with
    {
        Devices = live.Devices with { Channels = live.Devices.Channels.Map(channel => channel.Alias == alias ? State(channel, open) : channel) },
    };

    private static ConfigList<CharDevice> Show(ConfigList<CharDevice> devices, Dictionary<string, Seen> seen, bool tty) => devices.Map(device =>
    {
        if (device.Alias is not { } alias || !(seen.TryGetValue("char" + alias, out var found) || seen.TryGetValue(alias, out found)))
        {
            return device;
        }

        if (device.Type == CharType.Pty && found.Terminal is { } path)
        {
            device = device with
            {
                Tty = tty ? path : device.Tty,
                Sources = [(device.Sources.Count > 0 ? device.Sources[0] : new CharSource()) with { Path = path }],
            };
        }

        return tty ? device : State(device, found.Open);
    });

    private static CharDevice State(CharDevice device, bool open) =>
        device.Target is { Type: "virtio" } target ? device with { Target = target with { State = open ? "connected" : "disconnected" } } : device;

    private readonly record struct Seen(string? Terminal, bool Open);
}
