using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Something that happened in QEMU.</summary>
/// <param name="Name">QEMU's name of it: <c>SHUTDOWN</c>, <c>STOP</c>, <c>BLOCK_JOB_COMPLETED</c>.</param>
/// <param name="Data">What is told about it; undefined where nothing is.</param>
/// <param name="Seconds">When, in seconds since 1970; -1 where QEMU does not know.</param>
/// <param name="Microseconds">The rest of when.</param>
public sealed record QmpEvent(string Name, JsonElement Data, long Seconds, long Microseconds)
{
    /// <summary>A text of the data; null where it is missing or no text.</summary>
    public string? Text(string property) => Property(property) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A number of the data; null where it is missing or no whole number.</summary>
    public long? Number(string property) => Property(property) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A truth of the data; false where it is missing.</summary>
    public bool Flag(string property) => Property(property) is { ValueKind: JsonValueKind.True };

    private JsonElement Property(string name) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(name, out var value) ? value : default;

    internal static QmpEvent? Read(JsonElement message)
    {
        if (message.GetProperty("event"u8) is not { ValueKind: JsonValueKind.String } name)
            return null;
        message.TryGetProperty("data"u8, out var data);
        var (seconds, microseconds) = message.TryGetProperty("timestamp"u8, out var stamp)
            ? (stamp.GetProperty("seconds"u8).GetInt64(), stamp.GetProperty("microseconds"u8).GetInt64())
            : (-1, -1);
        return new(name.GetString()!, data, seconds, microseconds);
    }
}
