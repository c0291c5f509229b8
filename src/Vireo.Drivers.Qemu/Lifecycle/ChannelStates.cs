using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Whether the guest holds its ends of the virtio channels open, as live documents show it.</summary>
internal static class ChannelStates
{
    private const CharTargetType Virtio = CharTargetType.Virtio;

    /// <summary>Whether there is anything to know.</summary>
    public static bool Any(DomainConfig live) => live.Devices.Channels.Any(c => c.Target?.Type == Virtio);

    /// <summary>What query-chardev says of the channels, by alias.</summary>
    public static Dictionary<string, bool> Read(DomainConfig live, JsonElement chardevs)
    {
        var open = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var chardev in chardevs.EnumerateArray())
        {
            if (chardev.TryGetProperty("label"u8, out var label) && chardev.TryGetProperty("frontend-open"u8, out var state) && state.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                open[label.GetString() ?? ""] = state.GetBoolean();
            }
        }

        return live.Devices.Channels.Where(c => c is { Target.Type: Virtio, Alias: not null } && open.ContainsKey("char" + c.Alias))
            .ToDictionary(c => c.Alias!, c => open["char" + c.Alias], StringComparer.Ordinal);
    }

    /// <summary>The document with one channel's state; the same document when it has no such channel.</summary>
    public static DomainConfig Show(DomainConfig live, string alias, bool open) =>
        live.Devices.Channels.Any(c => c.Alias == alias && c.Target?.Type == Virtio)
            ? Map(live, c => c.Alias == alias ? Word(open) : c.Target!.State)
            : live;

    /// <summary>The document with the states that another document of the same run has: they change without the domain's job.</summary>
    public static DomainConfig Keep(DomainConfig? from, DomainConfig live) =>
        from is null || !Any(live) ? live : Map(live, c => from.Devices.Channels.FirstOrDefault(other => other.Alias == c.Alias)?.Target?.State ?? c.Target!.State);

    private static DomainConfig Map(DomainConfig live, Func<CharDevice, string?> state) => live with
    {
        Devices = live.Devices with
        {
            Channels = live.Devices.Channels.Map(c => c.Target?.Type == Virtio ? c with { Target = c.Target with { State = state(c) } } : c),
        },
    };

    private static string Word(bool open) => open ? "connected" : "disconnected";
}
