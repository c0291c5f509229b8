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

    // Firmware of cheap boards has all digits alike.
    private static Guid? Usable(string? text) =>
        Guid.TryParse(text, out var uuid) && uuid.ToString("N").Distinct().Count() > 1 ? uuid : null;
}
