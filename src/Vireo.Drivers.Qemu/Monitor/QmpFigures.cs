using System.Text.Json;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>What query-blockstats counts of a device, or of an image below one.</summary>
/// <param name="Device">The device's id; null for an image below.</param>
/// <param name="Node">The node; null for an empty drive.</param>
/// <param name="Counters">The counters by QEMU's names.</param>
/// <param name="HighestOffset">The end of what was written last in the file, in bytes.</param>
/// <param name="Backing">The image below; null where there is none.</param>
internal sealed record QmpBlockCounters(string? Device, string? Node, IReadOnlyDictionary<string, long> Counters, long HighestOffset, QmpBlockCounters? Backing)
{
    private const string Peripherals = "/machine/peripheral/";

    /// <summary>A counter; 0 where this QEMU has none of that name.</summary>
    public long this[string name] => Counters.GetValueOrDefault(name);

    /// <summary>What is counted of the image that the device reads, below the nodes that stand above it.</summary>
    public QmpBlockCounters Image => Node is { } name && !NodeNumbers.IsFormat(name) && Backing is { } below ? below.Image : this;

    internal static QmpBlockCounters Read(JsonElement item) => new(
        DeviceOf(item.StrOrNull("qdev")),
        item.StrOrNull("node-name"),
        item.GetProperty("stats").EnumerateObject().Where(static field => field.Value.ValueKind == JsonValueKind.Number).ToDictionary(static field => field.Name, static field => field.Value.GetInt64()),
        item.TryGetProperty("parent", out var parent) && parent.TryGetProperty("stats", out var file) ? file.Num("wr_highest_offset") ?? 0 : 0,
        item.TryGetProperty("backing", out var backing) ? Read(backing) : null);

    // A virtio disk answers with the path of a part of it.
    private static string? DeviceOf(string? place) =>
        place?.StartsWith(Peripherals, StringComparison.Ordinal) == true ? place[Peripherals.Length..].Split('/')[0] : place;
}

/// <summary>An I/O thread.</summary>
/// <param name="Id">Its object's id: iothread1.</param>
/// <param name="ThreadId">The host thread it runs in.</param>
/// <param name="PollMaxNanoseconds">How long it polls at most.</param>
/// <param name="PollGrow">How the time grows.</param>
/// <param name="PollShrink">How the time shrinks.</param>
internal sealed record QmpIothread(string Id, int ThreadId, ulong PollMaxNanoseconds, uint PollGrow, uint PollShrink)
{
    internal static QmpIothread Read(JsonElement item) => new(
        item.Str("id"), item.GetProperty("thread-id").GetInt32(), (ulong)(item.Num("poll-max-ns") ?? 0), (uint)(item.Num("poll-grow") ?? 0), (uint)(item.Num("poll-shrink") ?? 0));
}

/// <summary>How much memory a guest writes to, as measured last.</summary>
/// <param name="Status">unstarted, measuring or measured.</param>
/// <param name="StartTime">When it began, in seconds of the hypervisor's clock.</param>
/// <param name="Seconds">How long it lasts.</param>
/// <param name="Mode">page-sampling, dirty-bitmap or dirty-ring.</param>
/// <param name="MebibytesPerSecond">The rate; null until it is measured.</param>
/// <param name="Vcpus">The rate of each virtual processor, where they are counted.</param>
internal sealed record QmpDirtyRate(string Status, long StartTime, int Seconds, string Mode, long? MebibytesPerSecond, IReadOnlyList<(int Vcpu, ulong MebibytesPerSecond)> Vcpus)
{
    internal static QmpDirtyRate Read(JsonElement reply) => new(
        reply.Str("status"),
        reply.Num("start-time") ?? 0,
        (int)(reply.Num("calc-time") ?? 0),
        reply.StrOrNull("mode") ?? "page-sampling",
        reply.Num("dirty-rate"),
        reply.TryGetProperty("vcpu-dirty-rate", out var vcpus) ? [.. vcpus.EnumerateArray().Select(static vcpu => (vcpu.GetProperty("id").GetInt32(), (ulong)vcpu.GetProperty("dirty-rate").GetInt64()))] : []);
}

/// <summary>What a balloon's guest tells of its memory.</summary>
/// <param name="LastUpdate">When it told last, in seconds since 1970; 0 for never.</param>
/// <param name="Values">By QEMU's names, without those the guest does not tell.</param>
internal sealed record QmpBalloonFigures(ulong LastUpdate, IReadOnlyDictionary<string, ulong> Values)
{
    // What a guest does not tell is all ones, which QEMU writes as the largest number or as -1.
    internal static QmpBalloonFigures Read(JsonElement reply) => new(
        (ulong)(reply.Num("last-update") ?? 0),
        reply.GetProperty("stats").EnumerateObject()
            .Where(static field => field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetUInt64(out var value) && value != ulong.MaxValue)
            .ToDictionary(static field => field.Name, static field => field.Value.GetUInt64()));
}
