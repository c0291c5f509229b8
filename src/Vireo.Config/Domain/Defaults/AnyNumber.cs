using System.Globalization;

namespace Vireo.Config.Defaults;

/// <summary>Numbers that may have been written with 0x before them.</summary>
internal static class AnyNumber
{
    /// <summary>The number; null when it is none, or more than there can be.</summary>
    public static uint? TryParse(string text, uint most)
    {
        var digits = text.AsSpan().Trim();
        var isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHex ? digits[2..] : digits, style, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;
    }

    /// <summary>A number of a host device's address; 0 when it is not told.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it is none, or more than there can be.</exception>
    public static uint OfAddress(string? text, uint most) => text is null
        ? 0
        : TryParse(text, most) ?? throw VireoException.InvalidXml(ErrorDomain.Domain, $"invalid number '{text}' in the address of a host device");
}
