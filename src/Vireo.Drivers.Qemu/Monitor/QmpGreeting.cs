using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>What QEMU says of itself when the monitor is opened.</summary>
/// <param name="Version">Major, minor and micro.</param>
/// <param name="Package">The packager's addition, often empty.</param>
/// <param name="OutOfBand">Whether commands may be sent out of band.</param>
public sealed record QmpGreeting(Version Version, string Package, bool OutOfBand)
{
    internal static QmpGreeting? Read(JsonElement message)
    {
        if (!message.TryGetProperty("QMP"u8, out var qmp))
            return null;
        var version = qmp.GetProperty("version"u8);
        var oob = qmp.TryGetProperty("capabilities"u8, out var capabilities)
            && capabilities.EnumerateArray().Any(static name => name.ValueEquals("oob"u8));
        return new(ReadVersion(version), version.GetProperty("package"u8).GetString() ?? "", oob);
    }

    internal static Version ReadVersion(JsonElement version)
    {
        var qemu = version.GetProperty("qemu"u8);
        return new(qemu.GetProperty("major"u8).GetInt32(), qemu.GetProperty("minor"u8).GetInt32(), qemu.GetProperty("micro"u8).GetInt32());
    }
}
