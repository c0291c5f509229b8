using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Whether the guest runs.</summary>
/// <param name="Running">Its processors run.</param>
/// <param name="Status">QEMU's word: running, paused, prelaunch, inmigrate, postmigrate, shutdown, suspended, guest-panicked, io-error, …</param>
internal sealed record QmpStatus(bool Running, string Status)
{
    internal static QmpStatus Read(JsonElement reply) => new(reply.GetProperty("running").GetBoolean(), reply.Str("status"));
}

/// <summary>A virtual processor.</summary>
/// <param name="Index">Its index.</param>
/// <param name="ThreadId">The host thread it runs in.</param>
/// <param name="QomPath">Its path among QEMU's objects.</param>
internal sealed record QmpCpu(int Index, int ThreadId, string QomPath)
{
    internal static QmpCpu Read(JsonElement item) => new(item.GetProperty("cpu-index").GetInt32(), item.GetProperty("thread-id").GetInt32(), item.Str("qom-path"));
}

/// <summary>A node of the block graph.</summary>
/// <param name="Name">Its node name.</param>
/// <param name="Driver">Its format or protocol.</param>
/// <param name="FileName">What it opens.</param>
/// <param name="ReadOnly">Whether it may be written to.</param>
/// <param name="BackingFile">The file its image names as backing; null where none.</param>
/// <param name="BackingDepth">How many backing images lie below.</param>
/// <param name="VirtualSize">What the guest sees, in bytes.</param>
/// <param name="ActualSize">What it takes on the host, in bytes; null where not known.</param>
internal sealed record QmpBlockNode(string Name, string Driver, string FileName, bool ReadOnly, string? BackingFile, int BackingDepth, long VirtualSize, long? ActualSize)
{
    /// <summary>Its dirty bitmaps.</summary>
    public IReadOnlyList<QmpBitmap> Bitmaps { get; init; } = [];

    /// <summary>Where a write is told of, in bytes; 0 for nowhere.</summary>
    public long WriteThreshold { get; init; }

    internal static QmpBlockNode Read(JsonElement item)
    {
        var image = item.GetProperty("image");
        return new(
            item.StrOrNull("node-name") ?? "",
            item.Str("drv"),
            item.Str("file"),
            item.Is("ro"),
            item.StrOrNull("backing_file"),
            (int)(item.Num("backing_file_depth") ?? 0),
            image.Num("virtual-size") ?? 0,
            image.Num("actual-size"))
        {
            WriteThreshold = item.Num("write_threshold") ?? 0,
            Bitmaps = item.TryGetProperty("dirty-bitmaps", out var bitmaps) ? [.. bitmaps.EnumerateArray().Select(QmpBitmap.Read)] : [],
        };
    }
}

/// <summary>A dirty bitmap of a node.</summary>
/// <param name="Name">Its name; empty for QEMU's own.</param>
/// <param name="Count">Bytes that it calls dirty.</param>
/// <param name="Granularity">Bytes a bit.</param>
/// <param name="Recording">It records what is written.</param>
/// <param name="Persistent">It is stored in the image.</param>
/// <param name="Inconsistent">It was not stored at its last end: it tells nothing.</param>
/// <param name="Busy">A job uses it.</param>
internal sealed record QmpBitmap(string Name, long Count, long Granularity, bool Recording, bool Persistent, bool Inconsistent, bool Busy)
{
    internal static QmpBitmap Read(JsonElement item) => new(
        item.StrOrNull("name") ?? "", item.Num("count") ?? 0, item.Num("granularity") ?? 0, item.Is("recording"), item.Is("persistent"), item.Is("inconsistent"), item.Is("busy"));
}

/// <summary>A disk device.</summary>
/// <param name="Device">Its name where it has one.</param>
/// <param name="QomPath">Its path among QEMU's objects, which holds the device's id.</param>
/// <param name="NodeName">The top node plugged in; null where the drive is empty.</param>
/// <param name="TrayOpen">Whether its tray is open.</param>
/// <param name="IoStatus">ok, failed or nospace; null where not known.</param>
internal sealed record QmpBlockDevice(string Device, string? QomPath, string? NodeName, bool TrayOpen, string? IoStatus)
{
    internal static QmpBlockDevice Read(JsonElement item) => new(
        item.Str("device"),
        item.StrOrNull("qdev"),
        item.TryGetProperty("inserted", out var inserted) ? inserted.StrOrNull("node-name") : null,
        item.Is("tray_open"),
        item.StrOrNull("io-status"));
}

/// <summary>A block job as query-block-jobs tells it.</summary>
/// <param name="Device">The job's id.</param>
/// <param name="Kind">commit, stream, mirror, backup.</param>
/// <param name="Offset">How far.</param>
/// <param name="Length">Of how much.</param>
/// <param name="Ready">It waits to be completed.</param>
/// <param name="Speed">Its limit in bytes a second; 0 for none.</param>
internal sealed record QmpBlockJob(string Device, string Kind, long Offset, long Length, bool Ready, long Speed)
{
    internal static QmpBlockJob Read(JsonElement item) =>
        new(item.Str("device"), item.Str("type"), item.Num("offset") ?? 0, item.Num("len") ?? 0, item.Is("ready"), item.Num("speed") ?? 0);
}

/// <summary>A job as query-jobs tells it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">commit, stream, create, snapshot-load, ….</param>
/// <param name="Status">created, running, paused, ready, pending, concluded, ….</param>
/// <param name="Current">How far.</param>
/// <param name="Total">Of how much.</param>
/// <param name="Error">Why it failed; null where it has not.</param>
internal sealed record QmpJob(string Id, string Kind, string Status, long Current, long Total, string? Error)
{
    internal static QmpJob Read(JsonElement item) => new(
        item.Str("id"), item.Str("type"), item.Str("status"), item.Num("current-progress") ?? 0, item.Num("total-progress") ?? 0, item.StrOrNull("error"));
}
