using System.Xml;

namespace Vireo.Config.Xml;

/// <summary>A forward walk over one document for the generated parsers: bounded, without DTDs, and knowing where it stands.</summary>
internal sealed partial class DocumentReader
{
    /// <summary>The longest document taken, in characters.</summary>
    public const int MaxLength = 16 << 20;

    /// <summary>The deepest nesting taken; libxml2's own bound.</summary>
    public const int MaxDepth = 256;

    /// <summary>The most attributes one element may have.</summary>
    public const int MaxAttributes = 256;

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxLength,
        IgnoreWhitespace = false,
        CloseInput = false,
    };

    private readonly XmlReader _xml;
    private readonly IXmlLineInfo _position;
    private readonly string[] _path = new string[MaxDepth + 1];
    private int _depth;

    private DocumentReader(string xml, ErrorDomain domain)
    {
        Domain = domain;
        _xml = XmlReader.Create(new StringReader(xml), s_settings);
        _position = (IXmlLineInfo)_xml;
    }

    /// <summary>Who reports errors in the document.</summary>
    public ErrorDomain Domain { get; }

    /// <summary>The name of the attribute or element the reader stands on; <c>{namespace}name</c> when it has a prefix, or is in a namespace of libvirt's.</summary>
    public string Key => _xml.Prefix.Length == 0 && !_xml.NamespaceURI.StartsWith(XmlNamespaces.Extensions, StringComparison.Ordinal) ? _xml.LocalName : $"{{{_xml.NamespaceURI}}}{_xml.LocalName}";

    /// <summary>The name of the element whose parts are being read.</summary>
    public string Current => _path[_depth];

    /// <summary>The value of the attribute the reader stands on.</summary>
    public string Value => _xml.Value;

    /// <summary>Reads a whole document.</summary>
    /// <param name="xml">Its text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="domain">Who reports errors in it.</param>
    /// <param name="root">The root element's name.</param>
    /// <param name="read">The root record's parser.</param>
    /// <param name="unexpected">What is said of another root; null for the usual words.</param>
    public static T Parse<T>(string xml, string source, ErrorDomain domain, string root, Func<DocumentReader, T> read, string? unexpected = null) =>
        Parse(xml, source, domain, root, read, unexpected, null);

    private static T Parse<T>(string xml, string source, ErrorDomain domain, string root, Func<DocumentReader, T> read, string? unexpected, List<string>? violations)
    {
        ArgumentNullException.ThrowIfNull(xml);
        if (xml.Length > MaxLength)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Xml, $"the document has {xml.Length} characters, more than the {MaxLength} that are read");
        }

        try
        {
            var reader = new DocumentReader(xml, domain) { _violations = violations };
            using (reader._xml)
            {
                reader._xml.MoveToContent();
                if (reader._xml.NodeType != XmlNodeType.Element)
                {
                    throw new XmlException("Document is empty");
                }

                if (reader.Key != root)
                {
                    // libvirt reads the whole document before it looks at it: malformed comes before unexpected.
                    var name = reader._xml.Name;
                    while (reader._xml.Read())
                    {
                    }

                    throw reader.Error(unexpected ?? $"expecting root element of '{root}', not '{name}'");
                }

                var document = read(reader);
                while (reader._xml.Read())
                {
                }

                return document;
            }
        }
        catch (XmlException e)
        {
            throw MalformedXml.Error(xml, source, domain, e);
        }
    }

    /// <summary>The root element of a document, whatever it is: its name and its text.</summary>
    /// <param name="xml">The document's text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="domain">Who reports errors in it.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL: the text is no XML.</exception>
    public static (string Name, string Text) Root(string xml, string source, ErrorDomain domain)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), s_settings);
            reader.MoveToContent();
            var name = reader.NodeType == XmlNodeType.Element ? reader.LocalName : throw new XmlException("Document is empty");
            var text = reader.ReadOuterXml();
            while (reader.Read())
            {
            }

            return (name, text);
        }
        catch (XmlException e)
        {
            throw MalformedXml.Error(xml, source, domain, e);
        }
    }

    /// <summary>Takes note of the element the reader stands on.</summary>
    public void Begin()
    {
        _path[_depth] = _xml.LocalName;
        if (_xml.AttributeCount > MaxAttributes)
        {
            throw Error($"element '{_xml.LocalName}' has {_xml.AttributeCount} attributes, more than the {MaxAttributes} that are read");
        }
    }

    /// <summary>Goes to the next attribute, past namespace declarations.</summary>
    public bool NextAttribute()
    {
        while (_xml.MoveToNextAttribute())
        {
            if (!IsDeclaration)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value of an attribute of the element the reader stands on.</summary>
    public string? Attribute(string name) => _xml.GetAttribute(name);

    /// <summary>Goes from an element or its attributes into its content.</summary>
    /// <returns>False when there is none; the reader then stands behind the element.</returns>
    public bool EnterContent()
    {
        _xml.MoveToElement();
        if (_xml.IsEmptyElement)
        {
            _xml.Read();
            return false;
        }

        if (++_depth >= MaxDepth)
        {
            throw new XmlException($"Excessive depth in document: {MaxDepth}", null, _position.LineNumber, _position.LinePosition);
        }

        _path[_depth] = "";
        _xml.Read();
        return true;
    }

    /// <summary>Goes to the next child element.</summary>
    /// <returns>False when there is none left; the reader then stands behind the element.</returns>
    public bool NextElement()
    {
        string? text = null;
        return NextElement(ref text, false);
    }

    /// <summary>Goes to the next child element, gathering the text before it.</summary>
    public bool NextElement(ref string? text) => NextElement(ref text, true);

    private bool NextElement(ref string? text, bool gather)
    {
        while (true)
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    return true;
                case XmlNodeType.EndElement:
                    _depth--;
                    _xml.Read();
                    return false;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when gather:
                    text = text is null ? _xml.Value : text + _xml.Value;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    StrayText();
                    break;
            }

            _xml.Read();
        }
    }

    /// <summary>Reads an element bound to a simple value: its text.</summary>
    /// <param name="extras">Takes the attributes, which are unknown here.</param>
    /// <param name="slot">The member's slot.</param>
    /// <param name="occurrence">Which of the member's elements.</param>
    /// <param name="unit">The value of the attribute <c>unit</c>; null to leave that unknown, too.</param>
    public string Leaf(ref XmlExtrasBuilder extras, int slot, int occurrence, ref string? unit)
    {
        Begin();
        while (NextAttribute())
        {
            if (unit is not null && _xml.Name == "unit")
            {
                unit = _xml.Value;
            }
            else
            {
                Unknown(ref extras, XmlExtraPlace.LeafAttribute, slot, occurrence);
            }
        }

        return LeafText();
    }

    /// <summary>Reads an element bound to a simple value that stands in one of its attributes.</summary>
    /// <returns>Null when it lacks the attribute.</returns>
    public string? LeafAttribute(string name, ref XmlExtrasBuilder extras, int slot, int occurrence, ref string? unit)
    {
        string? value = null;
        Begin();
        while (NextAttribute())
        {
            if (_xml.Name == name)
            {
                value = _xml.Value;
            }
            else if (unit is not null && _xml.Name == "unit")
            {
                unit = _xml.Value;
            }
            else
            {
                Unknown(ref extras, XmlExtraPlace.LeafAttribute, slot, occurrence);
            }
        }

        LeafText();
        return value;
    }

    /// <summary>Reads an element whose being there is all it says.</summary>
    public bool Presence(ref XmlExtrasBuilder extras, int slot)
    {
        string? unit = null;
        Leaf(ref extras, slot, 0, ref unit);
        return true;
    }

    /// <summary>Keeps the attribute the reader stands on.</summary>
    public void UnknownAttribute(ref XmlExtrasBuilder extras) => Unknown(ref extras, XmlExtraPlace.Attribute, extras.Slot, 0);

    /// <summary>Keeps the element the reader stands on, and goes behind it.</summary>
    /// <param name="extras">Takes it.</param>
    /// <param name="least">The slot it must not come before.</param>
    public void UnknownElement(ref XmlExtrasBuilder extras, int least = -1)
    {
        StrayElement();
        var (slot, occurrence) = extras.Slot < least ? (least, 0) : (extras.Slot, extras.Occurrence);
        extras.Add(XmlExtraPlace.Element, slot, occurrence, "", Capture('\''));
    }

    /// <summary>Keeps the attributes of the list's wrapper the reader stands on.</summary>
    public void WrapperAttributes(ref XmlExtrasBuilder extras, int slot)
    {
        Begin();
        while (NextAttribute())
        {
            Unknown(ref extras, XmlExtraPlace.LeafAttribute, slot, 0);
        }
    }

    /// <summary>Keeps the wrapper's child the reader stands on, and goes behind it.</summary>
    public void UnknownInner(ref XmlExtrasBuilder extras, int slot, int occurrence)
    {
        StrayElement();
        extras.Add(XmlExtraPlace.Inner, slot, occurrence, "", Capture('\''));
    }

    /// <summary>Reads the element the reader stands on as it is, and goes behind it.</summary>
    /// <param name="quote">What its attributes are quoted with.</param>
    public XmlFragment Fragment(char quote) => new(Capture(quote));

    private bool IsDeclaration => _xml.Prefix is "xmlns" || (_xml.Prefix.Length == 0 && _xml.LocalName is "xmlns");

    private void Unknown(ref XmlExtrasBuilder extras, XmlExtraPlace place, int slot, int occurrence)
    {
        StrayAttribute();
        if (_xml.Prefix is not ("" or "xml"))
        {
            var prefix = _xml.Prefix;
            extras.Add(place, slot, occurrence, $"xmlns:{prefix}", _xml.NamespaceURI);
        }

        extras.Add(place, slot, occurrence, _xml.Name, _xml.Value);
    }

    private string LeafText()
    {
        if (!EnterContent())
        {
            return "";
        }

        var depth = _depth;
        string? text = null;
        while (_depth >= depth)
        {
            if (NextElement(ref text))
            {
                StrayElement();
                EnterContent();
            }
        }

        return text ?? "";
    }
}
