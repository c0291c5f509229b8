using System.Text;
using System.Xml.Linq;

namespace Vireo.Config.Xml;

/// <summary>Parts of documents as libxml2 writes them: double quotes, two blanks a level, nothing before the end of an empty element; or as libvirt does.</summary>
public static class ElementText
{
    /// <summary>The part's text, laid out anew, without a line end behind it.</summary>
    /// <param name="part">The part.</param>
    public static string Of(XObject part) => Text(part, 0);

    /// <summary>The part's text as it is laid out.</summary>
    /// <param name="part">The part.</param>
    public static string AsItIs(XObject part) => Text(part, null);

    /// <summary>An element laid out as libvirt lays out documents: single quotes, a line end behind it.</summary>
    /// <param name="element">The element.</param>
    public static string InLibvirtLayout(XElement element)
    {
        var writer = new DocumentWriter();
        Write(writer, element);
        return writer.ToString();
    }

    private static void Write(DocumentWriter writer, XElement element)
    {
        writer.Open(element.Name.LocalName);
        foreach (var attribute in element.Attributes())
        {
            writer.Attribute(attribute.Name.LocalName, attribute.Value);
        }
        foreach (var node in element.Nodes())
        {
            if (node is XElement inner)
            {
                Write(writer, inner);
            }
            else if (node is XText words)
            {
                writer.Text(words.Value);
            }
        }
        writer.Close(element.Name.LocalName);
    }

    private static string Text(XObject part, int? depth)
    {
        var text = new StringBuilder();
        Append(text, part, depth);
        return text.ToString();
    }

    private static void Append(StringBuilder text, XObject part, int? depth)
    {
        switch (part)
        {
            case XElement element:
                Append(text, element, depth);
                break;
            case XAttribute attribute:
                text.Append(' ').Append(Name(attribute)).Append("=\"").Append(Escaped(attribute.Value).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\n", "&#10;", StringComparison.Ordinal)).Append('"');
                break;
            case XCData data:
                text.Append("<![CDATA[").Append(data.Value).Append("]]>");
                break;
            case XText words:
                text.Append(Escaped(words.Value));
                break;
            default:
                text.Append(part);
                break;
        }
    }

    private static void Append(StringBuilder text, XElement element, int? depth)
    {
        text.Append('<').Append(Name(element));
        foreach (var attribute in element.Attributes())
        {
            Append(text, attribute, depth);
        }
        if (!element.Nodes().Any())
        {
            text.Append("/>");
            return;
        }
        text.Append('>');

        // Blanks beside words would be words.
        var inner = element.Nodes().OfType<XText>().Any() ? null : depth + 1;
        foreach (var node in element.Nodes())
        {
            NewLine(text, inner);
            Append(text, node, inner);
        }
        NewLine(text, inner - 1);
        text.Append("</").Append(Name(element)).Append('>');
    }

    private static void NewLine(StringBuilder text, int? depth)
    {
        if (depth is { } levels)
        {
            text.Append('\n').Append(' ', 2 * levels);
        }
    }

    private static string Name(XElement element) => Prefixed(element.GetPrefixOfNamespace(element.Name.Namespace), element.Name);

    private static string Name(XAttribute attribute) =>
        attribute.IsNamespaceDeclaration ? attribute.Name.LocalName == "xmlns" ? "xmlns" : "xmlns:" + attribute.Name.LocalName : Prefixed(attribute.Parent?.GetPrefixOfNamespace(attribute.Name.Namespace), attribute.Name);

    private static string Prefixed(string? prefix, XName name) => prefix is { Length: > 0 } ? $"{prefix}:{name.LocalName}" : name.LocalName;

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\r", "&#13;", StringComparison.Ordinal);
}
