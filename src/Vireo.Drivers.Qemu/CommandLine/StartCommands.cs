using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>What a document asks for that QEMU takes only over its monitor: to be sent before the guest's CPUs run.</summary>
internal static class StartCommands
{
    /// <summary>The commands, in order; none for most domains.</summary>
    /// <param name="live">The live document.</param>
    public static IReadOnlyList<QmpCommand> For(DomainConfig live)
    {
        var commands = new List<QmpCommand>();
        foreach (var graphics in live.Devices.Graphics)
        {
            commands.AddRange(Password(graphics));
        }

        commands.AddRange(ForDevices(live.Devices));
        if (live.Devices.Memballoon is { Model: not MemballoonModel.None } balloon)
        {
            if (live.CurrentMemory is { } current && current < live.Memory!.Size)
            {
                commands.Add(Qmp.Balloon((long)current.Bytes));
            }

            if (balloon.StatsPeriod is { } period)
            {
                commands.Add(Qmp.QomSet($"/machine/peripheral/{balloon.Alias}", "guest-stats-polling-interval", period));
            }
        }

        return commands;
    }

    private static IEnumerable<QmpCommand> ForDevices(DevicesConfig devices) =>
    [
        .. devices.Interfaces.Where(static card => card.Link == LinkState.Down).Select(static card => Qmp.SetLink(card.Alias!, up: false)),
        .. devices.Disks.Where(static disk => disk is { Iotune: not null, Source: not null }).Select(static disk => DiskThrottle.Command(DiskThrottle.DeviceOf(disk), disk.Iotune)),
    ];

    /// <summary>The commands that give a display its password; none when it has none.</summary>
    public static IReadOnlyList<QmpCommand> Password(GraphicsConfig graphics)
    {
        if (graphics.Passwd is not { } password || graphics.Type is not (GraphicsType.Vnc or GraphicsType.Spice))
        {
            return [];
        }

        var protocol = graphics.Type == GraphicsType.Vnc ? "vnc" : "spice";
        return
        [
            new QmpCommand("set_password", json =>
            {
                json.WriteString("protocol", protocol);
                json.WriteString("password", password);
                Connected(json, graphics);
            }),
            new QmpCommand("expire_password", json =>
            {
                json.WriteString("protocol", protocol);
                json.WriteString("time", Expiry(graphics.PasswdValidTo));
            }),
        ];
    }

    private static void Connected(Utf8JsonWriter json, GraphicsConfig graphics)
    {
        if (graphics.Connected is { } connected)
        {
            json.WriteString("connected", connected.ToXmlName());
        }
    }

    private static string Expiry(string? until) =>
        until is null ? "never"
        : DateTimeOffset.TryParse(until, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)
            : throw Unsupported.Element("passwdValidTo", $"'{until}' is not a time");
}
