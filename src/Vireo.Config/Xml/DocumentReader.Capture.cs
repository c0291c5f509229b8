using System.Text;
using System.Xml;

namespace Vireo.Config.Xml;

/// <summary>Subtrees kept as text, each well-formed by itself: prefixes declared further up are declared again.</summary>
internal sealed partial class DocumentReader
{
    private string Capture(char quote)
    {
        var text = new StringBuilder();
        var inherited = new List<(string Prefix, string Uri)>();
        var declared = new List<(string Prefix, int Depth)>();
        var nameEnd = 0;
        var depth = 0;
        do
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    var empty = _xml.IsEmptyElement;
                    text.Append('<').Append(_xml.Name);
                    nameEnd = nameEnd == 0 ? text.Length : nameEnd;
                    CaptureAttributes(text, quote, depth, inherited, declared);
                    text.Append(empty ? "/>" : ">");
                    if (empty)
                    {
                        declared.RemoveAll(d => d.Depth == depth);
                    }
                    else if (++depth + _depth >= MaxDepth)
                    {
                        throw new XmlException($"Excessive depth in document: {MaxDepth}", null, _position.LineNumber, _position.LinePosition);
                    }

                    break;
                case XmlNodeType.EndElement:
                    text.Append("</").Append(_xml.Name).Append('>');
                    depth--;
                    declared.RemoveAll(d => d.Depth == depth);
                    break;
                case XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    XmlEscape.Text(text, _xml.Value);
                    break;
                case XmlNodeType.CDATA:
                    text.Append("<![CDATA[").Append(_xml.Value).Append("]]>");
                    break;
                case XmlNodeType.Comment:
                    text.Append("<!--").Append(_xml.Value).Append("-->");
                    break;
                case XmlNodeType.ProcessingInstruction:
                    text.Append("<?").Append(_xml.Name).Append(' ').Append(_xml.Value).Append("?>");
                    break;
            }

            _xml.Read();
        }
        while (depth > 0);

        foreach (var (prefix, uri) in inherited)
        {
            var declaration = new StringBuilder(prefix.Length == 0 ? " xmlns=" : $" xmlns:{prefix}=").Append(quote);
            XmlEscape.Attribute(declaration, uri, quote);
            text.Insert(nameEnd, declaration.Append(quote).ToString());
        }

        return FragmentLayout.Compact(text.ToString());
    }

    private void CaptureAttributes(StringBuilder text, char quote, int depth, List<(string Prefix, string Uri)> inherited, List<(string Prefix, int Depth)> declared)
    {
        if (_xml.AttributeCount > MaxAttributes)
        {
            Begin();
        }

        while (_xml.MoveToNextAttribute())
        {
            if (IsDeclaration)
            {
                declared.Add((_xml.Prefix.Length == 0 ? "" : _xml.LocalName, depth));
            }

            text.Append(' ').Append(_xml.Name).Append('=').Append(quote);
            XmlEscape.Attribute(text, _xml.Value, quote);
            text.Append(quote);
        }

        for (var more = _xml.MoveToFirstAttribute(); more; more = _xml.MoveToNextAttribute())
        {
            if (_xml.Prefix.Length > 0)
            {
                Inherit(inherited, declared);
            }
        }

        _xml.MoveToElement();
        Inherit(inherited, declared);
    }

    private void Inherit(List<(string Prefix, string Uri)> inherited, List<(string Prefix, int Depth)> declared)
    {
        var prefix = _xml.Prefix;
        if (prefix is not ("xml" or "xmlns") && (prefix.Length > 0 || _xml.NamespaceURI.Length > 0)
            && !declared.Exists(d => d.Prefix == prefix) && !inherited.Exists(i => i.Prefix == prefix))
        {
            inherited.Add((prefix, _xml.NamespaceURI));
        }
    }
}
