using System.Globalization;
using System.Security.Cryptography;

namespace Vireo.Config;

/// <summary>A hardware address as libvirt reads it: six groups of one or two hexadecimal digits.</summary>
/// <param name="Bits">Its 48 bits.</param>
public readonly record struct MacAddress(ulong Bits)
{
    private const ulong AllBits = 0xffff_ffff_ffff;

    /// <summary>Whether it names a group of cards.</summary>
    public bool IsMulticast => ((Bits >> 40) & 1) != 0;

    /// <summary>Reads one; false when the text is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(string text, out MacAddress address)
    {
        address = default;
        // What stands behind a space is none of it.
        var groups = (text.AsSpan().IndexOfAny(" \t\n\v\f\r") is >= 0 and var end ? text[..end] : text).Split(':');
        if (groups.Length != 6)
        {
            return false;
        }

        ulong bits = 0;
        foreach (var group in groups)
        {
            if (group.Length is 0 or > 2 || !byte.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part))
            {
                return false;
            }

            bits = (bits << 8) | part;
        }

        address = new(bits);
        return true;
    }

    /// <summary>A random address of a vendor.</summary>
    /// <param name="vendor">The first 24 bits.</param>
    public static MacAddress Random(uint vendor) => new(((ulong)vendor << 24) | (uint)RandomNumberGenerator.GetInt32(1 << 24));

    /// <summary>Whether no one stands behind a zero in it, as in the mask of addresses.</summary>
    public bool IsMask => (((~Bits & AllBits) + 1) & ~Bits & AllBits) == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        var bits = Bits;
        return string.Join(':', Enumerable.Range(0, 6).Select(i => ((bits >> (40 - (8 * i))) & 0xff).ToString("x2", CultureInfo.InvariantCulture)));
    }
}
