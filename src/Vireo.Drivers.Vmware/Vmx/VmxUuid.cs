using System.Globalization;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Identities as VMX files write them: <c>56 4d 9b ef ac d9 b4 e0-c8 f0 ae a8 b9 10 35 15</c>.</summary>
internal static class VmxUuid
{
    /// <summary>Reads sixteen bytes of two digits; spaces and hyphens may stand between them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Guid uuid)
    {
        uuid = default;
        text = text.Trim(" \t\n\r");
        Span<byte> bytes = stackalloc byte[16];
        foreach (ref var value in bytes)
        {
            text = text.TrimStart(" -");
            if (text.Length < 2 || !byte.TryParse(text[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                return false;
            text = text[2..];
        }

        uuid = new Guid(bytes, bigEndian: true);
        return text.IsEmpty;
    }

    /// <summary>Writes one.</summary>
    public static string Format(Guid uuid)
    {
        var hex = Convert.ToHexStringLower(uuid.ToByteArray(bigEndian: true));
        var bytes = Enumerable.Range(0, 16).Select(i => hex.Substring(2 * i, 2)).ToArray();
        return string.Join(' ', bytes[..8]) + "-" + string.Join(' ', bytes[8..]);
    }
}
