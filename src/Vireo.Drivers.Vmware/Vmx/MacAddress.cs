using System.Globalization;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Hardware addresses, and the ranges of them that VMware takes for its own.</summary>
internal static class MacAddress
{
    /// <summary>The address that says there is none.</summary>
    public const string None = "00:00:00:00:00:00";

    /// <summary>Reads six numbers of one or two digits, and writes them as documents have them.</summary>
    public static bool TryNormalize(string text, out string address)
    {
        var parts = text.Split(':');
        var bytes = new byte[6];
        var isRead = parts.Length == bytes.Length;
        for (var i = 0; isRead && i < bytes.Length; i++)
            isRead = parts[i].Length is 1 or 2 && byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]);
        address = string.Join(':', bytes.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
        return isRead;
    }

    /// <summary>A random address of the range that a VMware host gives out.</summary>
    public static string Random()
    {
        var bytes = new byte[3];
        System.Random.Shared.NextBytes(bytes);
        return $"00:0c:29:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}";
    }

    /// <summary>Whether a host gives it out.</summary>
    public static bool IsHosts(string address) => address.StartsWith("00:0c:29:", StringComparison.Ordinal);

    /// <summary>Whether a vCenter server gives it out.</summary>
    public static bool IsCenters(string address) => address.StartsWith("00:50:56:", StringComparison.Ordinal) && address[9] is '8' or '9' or 'a' or 'b';

    /// <summary>Whether VMware accepts it as one that an administrator has chosen.</summary>
    public static bool IsAdministrators(string address) => address.StartsWith("00:50:56:", StringComparison.Ordinal) && address[9] is >= '0' and <= '3';
}
