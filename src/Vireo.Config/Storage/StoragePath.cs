using System.Globalization;
using System.Text;

namespace Vireo.Config;

/// <summary>Paths and permissions of pools and volumes in the form libvirt keeps them.</summary>
internal static class StoragePath
{
    private const uint MostMode = 0x1ff;

    /// <summary>The path with one slash where several stand, and none at the end; two at its beginning mean something of their own and stay.</summary>
    public static string Clean(string path)
    {
        var result = new StringBuilder(path.Length);
        foreach (var letter in path)
        {
            if (letter != '/' || result.Length == 0 || result[^1] != '/')
            {
                result.Append(letter);
            }
        }

        if (result.Length > 1 && result[^1] == '/')
        {
            result.Length--;
        }

        var two = path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("///", StringComparison.Ordinal);
        return two ? "/" + result : result.ToString();
    }

    /// <summary>The permissions that are said; null when none are.</summary>
    public static StoragePermissions? Permissions(StoragePermissions? said)
    {
        if (said is null)
        {
            return null;
        }

        var result = said with
        {
            Mode = said.Mode is { Length: > 0 } mode ? Mode(mode) : null,
            Owner = Identity(said.Owner, "owner"),
            Group = Identity(said.Group, "group"),
            Label = said.Label is "" ? null : said.Label,
        };
        return result == new StoragePermissions() ? null : result;
    }

    private static string Mode(string text)
    {
        uint mode = 0;
        foreach (var digit in text)
        {
            mode = digit is >= '0' and <= '7' ? (mode * 8) + digit - '0' : uint.MaxValue;
            if (mode > MostMode)
            {
                throw VireoException.InvalidXml(ErrorDomain.Storage, "malformed octal mode");
            }
        }

        return "0" + Convert.ToString(mode, 8);
    }

    // The number that means nobody is told as nothing.
    private static string? Identity(string? text, string name) =>
        text is null or "-1" ? null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (number == uint.MaxValue ? null : number.ToString(CultureInfo.InvariantCulture))
        : throw VireoException.InvalidXml(ErrorDomain.Storage, $"malformed {name} element");
}
