using System.IO.Enumeration;
using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>How a machine gets a firmware image.</summary>
internal enum FirmwareDevice
{
    /// <summary>In flash memory, its variables beside it.</summary>
    Flash,

    /// <summary>In memory, like a plain BIOS.</summary>
    Memory,

    /// <summary>As a kernel.</summary>
    Kernel,
}

/// <summary>A file in flash memory.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Format"><c>raw</c> or <c>qcow2</c>.</param>
internal sealed record FlashFile(string Path, string Format);

/// <summary>A firmware image as its package describes it.</summary>
/// <param name="Device">How a machine gets it.</param>
/// <param name="Executable">The image.</param>
/// <param name="Template">The variables of a machine that has never run; null when it has none beside it.</param>
internal sealed record FirmwareDescription(FirmwareDevice Device, FlashFile Executable, FlashFile? Template)
{
    /// <summary>The image keeps no variables.</summary>
    public bool IsStateless { get; init; }

    /// <summary>What it offers to what it boots.</summary>
    public required IReadOnlySet<OsFirmware> Interfaces { get; init; }

    /// <summary>What it can do and needs, by the description's own names.</summary>
    public required IReadOnlySet<string> Features { get; init; }

    /// <summary>The architectures, and patterns of machine types, that it is for.</summary>
    public required IReadOnlyList<(string Architecture, IReadOnlyList<string> Machines)> Targets { get; init; }

    /// <summary>Whether it is made for a machine.</summary>
    public bool IsFor(string architecture, string machine) => Targets.Any(target =>
        target.Architecture == architecture && target.Machines.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, machine, ignoreCase: false)));

    /// <summary>Reads a description.</summary>
    /// <param name="content">The file's content.</param>
    /// <returns>Null when it cannot be understood: such a firmware is not offered.</returns>
    public static FirmwareDescription? Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static FirmwareDescription? Read(JsonElement root)
    {
        var mapping = root.GetProperty("mapping");
        FirmwareDevice? device = mapping.Str("device") switch { "flash" => FirmwareDevice.Flash, "memory" => FirmwareDevice.Memory, "kernel" => FirmwareDevice.Kernel, _ => null };
        var mode = mapping.TryGetProperty("mode", out var given) ? given.GetString() : "split";
        // Code and variables in one file would have every guest write to the same one.
        if (device is null || mode is not ("split" or "stateless"))
        {
            return null;
        }

        var executable = device == FirmwareDevice.Flash ? File(mapping.GetProperty("executable")) : new FlashFile(mapping.Str("filename"), "raw");
        var template = device == FirmwareDevice.Flash && mode == "split" ? File(mapping.GetProperty("nvram-template")) : null;
        return new(device.Value, executable, template)
        {
            IsStateless = mode == "stateless",
            Interfaces = Texts(root.GetProperty("interface-types")).Select(Interface).OfType<OsFirmware>().ToHashSet(),
            Features = root.TryGetProperty("features", out var features) ? Texts(features).ToHashSet(StringComparer.Ordinal) : [],
            Targets = [.. root.GetProperty("targets").EnumerateArray().Select(target => (target.Str("architecture"), (IReadOnlyList<string>)[.. Texts(target.GetProperty("machines"))]))],
        };
    }

    private static FlashFile File(JsonElement file) => new(file.Str("filename"), file.Str("format"));

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(static text => text.GetString() ?? "");

    private static OsFirmware? Interface(string name) => name switch { "uefi" => OsFirmware.Efi, "bios" => OsFirmware.Bios, _ => null };
}
