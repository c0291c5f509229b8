namespace Vireo.Host.Facts;

/// <summary>Who this host is.</summary>
public static class HostIdentity
{
    private static readonly Lazy<Guid> s_uuid = new(static () =>
        Usable(FactFile.Text("/sys/class/dmi/id/product_uuid")) ?? Usable(FactFile.Text("/etc/machine-id")) ?? Guid.NewGuid());

    /// <summary>The host's uuid: the firmware's where it has a usable one, else the operating system's, else one for the life of this process.</summary>
    public static Guid Uuid => s_uuid.Value;

    /// <summary>Its name.</summary>
    public static string Name => Environment.MachineName;

    /// <summary>When it was booted, in seconds since 1970, as the kernel counts it back from now: after the clock was set it is another second.</summary>
    public static long BootTime => long.Parse(
        File.ReadLines("/proc/stat").First(static line => line.StartsWith("btime ", StringComparison.Ordinal)).AsSpan(6), System.Globalization.CultureInfo.InvariantCulture);

    // Firmware of cheap boards has all digits alike.
    private static Guid? Usable(string? text) =>
        Guid.TryParse(text, out var uuid) && uuid.ToString("N").Distinct().Count() > 1 ? uuid : null;
}
