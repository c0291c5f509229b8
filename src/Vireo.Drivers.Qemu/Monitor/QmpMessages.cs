using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>A command for QEMU's monitor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its arguments as a JSON object; null for none.</param>
internal readonly record struct QmpCommand(string Name, string? Arguments = null)
{
    /// <summary>Just a name is a command without arguments.</summary>
    public static implicit operator QmpCommand(string name) => new(name);
}

/// <summary>Something QEMU tells without being asked.</summary>
/// <param name="Name">The event's name, <c>SHUTDOWN</c> for instance.</param>
/// <param name="Data">What goes with it; undefined when nothing does.</param>
/// <param name="Time">When it happened, by QEMU's clock.</param>
internal sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset Time)
{
    /// <summary>A text among the data; null when it is missing.</summary>
    public string? Text(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A flag among the data.</summary>
    public bool Flag(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A number among the data; null when it is missing.</summary>
    public long? Number(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
