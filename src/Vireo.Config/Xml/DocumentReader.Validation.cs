namespace Vireo.Config.Xml;

/// <content>Finding what no declaration knows, for those who want to be told instead of having it kept.</content>
internal sealed partial class DocumentReader
{
    private const int MostViolations = 20;
    private List<string>? _violations;

    /// <summary>Reads a whole document and refuses one with unknown parts or impossible values.</summary>
    /// <param name="xml">Its text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="domain">Who reports errors in it.</param>
    /// <param name="root">The root element's name.</param>
    /// <param name="read">The root record's parser.</param>
    /// <param name="unexpected">What is said of another root; null for the usual words.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL, VIR_ERR_XML_INVALID_SCHEMA.</exception>
    public static T ParseValidated<T>(string xml, string source, ErrorDomain domain, string root, Func<DocumentReader, T> read, string? unexpected = null)
    {
        var violations = new List<string>();
        var document = Parse(xml, source, domain, root, reader => ReadOrRefuse(reader, read), unexpected, violations);
        return violations.Count == 0 ? document : throw Refusal(string.Join('\n', violations));
    }

    // A schema knows the values, too: it is what refuses them when it is asked.
    private static T ReadOrRefuse<T>(DocumentReader reader, Func<DocumentReader, T> read)
    {
        try
        {
            return read(reader);
        }
        catch (VireoException e)
        {
            throw Refusal(e.Message, e);
        }
    }

    private static VireoException Refusal(string detail, Exception? inner = null) => new(ErrorCode.XmlInvalidSchema, ErrorDomain.Xml, detail, inner);

    private void StrayElement() => Violation($"Element {_path[_depth - 1]} has extra content: {_xml.Name}");

    private void StrayText() => Violation($"Element {_path[_depth - 1]} has extra content: text");

    private void StrayAttribute() => Violation($"Invalid attribute {_xml.Name} for element {_path[_depth]}");

    private void Violation(string what)
    {
        if (_violations is { Count: < MostViolations })
        {
            _violations.Add($"line {_position.LineNumber}: {what}");
        }
    }
}
