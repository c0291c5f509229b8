using System.Globalization;
using System.Text;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Bytes written as a mark and two hexadecimal digits, for what may not stand in a value itself: <c>|22</c>; in names also <c>%2f</c>.</summary>
internal static class VmxEscape
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A text for a VMX file: quotes, bars and control characters are written as bytes.</summary>
    public static string Text(string text) => Escape(text, '|', c => c is '"' or '|' || char.IsControl(c));

    /// <summary>A guest's name for a VMX file: slashes and percent signs, too.</summary>
    public static string Name(string name) => Text(Escape(name, '%', c => c is '/' or '\\' or '%'));

    /// <summary>Reads a text of a VMX file.</summary>
    /// <returns>False for a mark without two digits, or bytes that are no text.</returns>
    public static bool TryReadText(string value, out string text) => TryUnescape(value, '|', out text);

    /// <summary>Reads a guest's name of a VMX file.</summary>
    /// <returns>As of <see cref="TryReadText"/>.</returns>
    public static bool TryReadName(string value, out string name) => TryUnescape(value, '|', out name) && TryUnescape(name, '%', out name);

    private static string Escape(string text, char mark, Func<char, bool> isEscaped)
    {
        var output = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!isEscaped(c))
            {
                output.Append(c);
                continue;
            }

            foreach (var value in Encoding.UTF8.GetBytes([c]))
                output.Append(mark).Append(value.ToString("x2", CultureInfo.InvariantCulture));
        }

        return output.ToString();
    }

    private static bool TryUnescape(string value, char mark, out string text)
    {
        text = value;
        if (!value.Contains(mark, StringComparison.Ordinal))
            return true;
        var bytes = new List<byte>(value.Length);
        for (var rest = value.AsSpan(); !rest.IsEmpty;)
        {
            var plain = rest.IndexOf(mark) is >= 0 and var at ? at : rest.Length;
            bytes.AddRange(Encoding.UTF8.GetBytes(rest[..plain].ToString()));
            rest = rest[plain..];
            if (rest.IsEmpty)
                break;
            if (rest.Length < 3 || !byte.TryParse(rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped) || escaped == 0)
                return false;
            bytes.Add(escaped);
            rest = rest[3..];
        }

        try
        {
            text = s_strict.GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
