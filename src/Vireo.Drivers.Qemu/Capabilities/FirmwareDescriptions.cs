namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>
/// The firmware of this host, as packages and administrators describe it to QEMU's users. Files are taken in the order of their names; one in an earlier place stands
/// for all of its name in later ones, and hides them when there is nothing in it.
/// </summary>
/// <param name="places">The directories, the first before the last.</param>
internal sealed class FirmwareDescriptions(IReadOnlyList<string> places)
{
    private const int LongestDescription = 1 << 20;

    // What distributions had before there were descriptions.
    private static readonly (string Loader, string Template)[] s_wellKnown =
    [
        ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
        ("/usr/share/OVMF/OVMF_CODE.secboot.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
        ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
        ("/usr/share/AAVMF/AAVMF32_CODE.fd", "/usr/share/AAVMF/AAVMF32_VARS.fd"),
    ];

    /// <summary>Those of this host; a daemon of one user has that user's own before them.</summary>
    public static FirmwareDescriptions OfHost { get; } = new([.. OwnPlaces(), "/etc/qemu/firmware", "/usr/share/qemu/firmware"]);

    /// <summary>The images that are known without a description, as far as they are here.</summary>
    public static IEnumerable<string> WellKnown => s_wellKnown.Select(static known => known.Loader).Where(File.Exists);

    /// <summary>The variables that go with an image that is known without a description; null for others.</summary>
    public static string? WellKnownTemplate(string loader) => Array.Find(s_wellKnown, known => known.Loader == loader).Template;

    /// <summary>All that can be understood, best first.</summary>
    public IReadOnlyList<FirmwareDescription> Read() =>
    [
        .. places.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(static path => path.EndsWith(".json", StringComparison.Ordinal))
            .DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal).Select(Read).OfType<FirmwareDescription>(),
    ];

    private static IEnumerable<string> OwnPlaces() => Environment.IsPrivilegedProcess ? [] :
        [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "qemu", "firmware")];

    private static FirmwareDescription? Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LongestDescription ? FirmwareDescription.Read(File.ReadAllBytes(path)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
