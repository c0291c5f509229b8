using System.Globalization;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Numbers in addresses of host devices, which may have been written with 0x before them.</summary>
internal static class AnyNumber
{
    /// <summary>The number; 0 when it is not told.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it is none, or more than there can be.</exception>
    public static uint Parse(string? text, uint most)
    {
        var digits = text.AsSpan().Trim();
        var isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        uint number = 0;
        var isNumber = text is null
            || uint.TryParse(isHex ? digits[2..] : digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return isNumber && number <= most ? number : throw VireoException.InvalidXml(ErrorDomain.Domain, $"invalid number '{text}' in the address of a host device");
    }
}
