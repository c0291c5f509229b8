using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>A firmware image of this host.</summary>
/// <param name="Kind"><c>efi</c> or <c>bios</c>.</param>
/// <param name="Executable">The image.</param>
/// <param name="Secure">It enforces secure boot.</param>
internal sealed record Firmware(string Kind, string Executable, bool Secure);

/// <summary>Reads the descriptions that firmware packages install for QEMU's users; an administrator's replace the packager's of the same name.</summary>
internal static class FirmwareDescriptions
{
    private static readonly string[] s_places = ["/etc/qemu/firmware", "/usr/share/qemu/firmware"];

    /// <summary>The firmware for an architecture, best first.</summary>
    public static IReadOnlyList<Firmware> For(string architecture) =>
        [.. s_places.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(static path => path.EndsWith(".json", StringComparison.Ordinal))
            .DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal).Select(path => Read(path, architecture)).OfType<Firmware>()];

    // A description that cannot be understood is a firmware that is not offered.
    private static Firmware? Read(string path, string architecture)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (!root.GetProperty("targets").EnumerateArray().Any(target => target.Str("architecture") == architecture))
                return null;
            var mapping = root.GetProperty("mapping");
            var executable = mapping.TryGetProperty("executable", out var flash) ? flash.Str("filename") : mapping.Str("filename");
            var kind = root.GetProperty("interface-types").EnumerateArray().Any(static type => type.ValueEquals("uefi")) ? "efi" : "bios";
            var secure = root.TryGetProperty("features", out var features) && features.EnumerateArray().Any(static feature => feature.ValueEquals("secure-boot"));
            return File.Exists(executable) ? new(kind, executable, secure) : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
