using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Something that happened in QEMU.</summary>
/// <param name="Name">QEMU's name of it: <c>SHUTDOWN</c>, <c>STOP</c>, <c>BLOCK_JOB_COMPLETED</c>.</param>
/// <param name="Data">What is told about it; undefined where nothing is.</param>
/// <param name="Time">When it happened, by QEMU's clock.</param>
internal sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset Time)
{
    /// <summary>A text of the data; null where it is missing or no text.</summary>
    public string? Text(string property) => Property(property) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A number of the data; null where it is missing or no whole number.</summary>
    public long? Number(string property) => Property(property) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A truth of the data; false where it is missing.</summary>
    public bool Flag(string property) => Property(property) is { ValueKind: JsonValueKind.True };

    /// <summary>The data as compact JSON; null where there is none.</summary>
    public string? Details
    {
        get
        {
            if (Data.ValueKind == JsonValueKind.Undefined)
            {
                return null;
            }
            var text = new System.Buffers.ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                Data.WriteTo(json);
            }
            return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
        }
    }

    private JsonElement Property(string name) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(name, out var value) ? value : default;

    internal static QmpEvent Read(JsonElement message) => new(
        message.Str("event"),
        message.TryGetProperty("data"u8, out var data) ? data : default,
        ReadTime(message));

    // QEMU writes -1 where its clock fails.
    private static DateTimeOffset ReadTime(JsonElement message) =>
        message.TryGetProperty("timestamp"u8, out var stamp) && stamp.ValueKind == JsonValueKind.Object
            && stamp.Num("seconds") is { } seconds and >= 0 and < 100_000_000_000 && stamp.Num("microseconds") is { } micro and >= 0 and < 1_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micro)
            : DateTimeOffset.UtcNow;
}
