using System.Globalization;

namespace Vireo.Cli.Output;

/// <summary>Sizes for people.</summary>
internal static class SizeText
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A size in the largest unit that leaves it at one or more, with three decimals.</summary>
    public static string Of(ulong bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < s_units.Length - 1; unit++)
        {
            value /= 1024;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:F3} {s_units[unit]}");
    }
}
