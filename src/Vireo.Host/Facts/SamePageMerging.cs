using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>The kernel's merging of equal pages (KSM): its settings and what it counts.</summary>
public static class SamePageMerging
{
    private const string Root = "/sys/kernel/mm/ksm/";

    /// <summary>A setting or a counter; null when this kernel does not have it.</summary>
    /// <param name="name">The file's name: <c>pages_to_scan</c>, <c>pages_shared</c>, ….</param>
    public static ulong? Read(string name) => ulong.TryParse(FactFile.Text(Root + name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Whether this kernel has the setting.</summary>
    public static bool Has(string name) => File.Exists(Root + name);

    /// <summary>Changes a setting.</summary>
    /// <exception cref="IOException">The kernel refuses the value.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to change.</exception>
    public static void Write(string name, ulong value) => File.WriteAllText(Root + name, value.ToString(CultureInfo.InvariantCulture));
}
