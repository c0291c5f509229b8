using System.Globalization;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Numbers in addresses of host devices, which may have been written with 0x before them.</summary>
internal static class AnyNumber
{
    /// <summary>The number; 0 when it is not told.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is none.</exception>
    public static uint Parse(string? text)
    {
        var isHex = text?.StartsWith("0x", StringComparison.OrdinalIgnoreCase) == true;
        uint number = 0;
        return text is null || uint.TryParse(isHex ? text.AsSpan(2) : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? number
            : throw VireoException.Internal(ErrorDomain.Domain, $"malformed number '{text}' in the address of a host device");
    }
}
