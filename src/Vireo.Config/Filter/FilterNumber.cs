using System.Globalization;

namespace Vireo.Config;

/// <summary>Numbers of filters: decimal, or hexadecimal behind <c>0x</c>; each is written as it was read.</summary>
internal static class FilterNumber
{
    public static bool TryParse(string text, out uint number, out bool hexadecimal)
    {
        hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return hexadecimal
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
