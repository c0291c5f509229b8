using System.Buffers;
using System.Text;

namespace Vireo.Config.Xml;

/// <summary>Text made fit for a document.</summary>
internal static class XmlEscape
{
    private static readonly SearchValues<char> s_libvirt = SearchValues.Create(Controls() + "<>&\"'");

    /// <summary>
    /// Text or an attribute's value as libvirt writes them: all five entities, control characters left out. Line ends and tabs in attributes
    /// are written as references, for a reader would take them for spaces.
    /// </summary>
    public static void Libvirt(StringBuilder output, ReadOnlySpan<char> value, bool attribute)
    {
        while (true)
        {
            var at = value.IndexOfAny(s_libvirt);
            if (at < 0)
            {
                output.Append(value);
                return;
            }

            output.Append(value[..at]);
            output.Append(value[at] switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => "&quot;",
                '\'' => "&apos;",
                '\n' => attribute ? "&#10;" : "\n",
                '\t' => attribute ? "&#9;" : "\t",
                '\r' => "&#13;",
                _ => "",
            });
            value = value[(at + 1)..];
        }
    }

    /// <summary>Text of a kept subtree.</summary>
    public static void Text(StringBuilder output, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '<' => output.Append("&lt;"),
                '>' => output.Append("&gt;"),
                '&' => output.Append("&amp;"),
                '\r' => output.Append("&#13;"),
                _ => output.Append(c),
            };
        }
    }

    /// <summary>An attribute's value of a kept subtree.</summary>
    public static void Attribute(StringBuilder output, string value, char quote)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '<' => output.Append("&lt;"),
                '>' => output.Append("&gt;"),
                '&' => output.Append("&amp;"),
                '"' when quote == '"' => output.Append("&quot;"),
                '\'' when quote == '\'' => output.Append("&apos;"),
                '\n' => output.Append("&#10;"),
                '\t' => output.Append("&#9;"),
                '\r' => output.Append("&#13;"),
                _ => output.Append(c),
            };
        }
    }

    private static string Controls() => string.Create(32, 0, static (span, _) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (char)i;
        }
    });
}
