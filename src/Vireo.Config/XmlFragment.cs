using System.Xml;
using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A subtree that is kept as it was written, element and all; for instance <c>&lt;metadata&gt;</c>.</summary>
/// <param name="Xml">The element's XML, well-formed by itself.</param>
public sealed record XmlFragment(string Xml)
{
    /// <summary>Takes XML from outside: one element, without a document type.</summary>
    /// <param name="xml">The XML.</param>
    /// <param name="source">What it is, for the message: <c>metadata_xml</c>.</param>
    /// <param name="domain">Whose error it would be.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL: it is not well-formed.</exception>
    public static XmlFragment Parse(string xml, string source, ErrorDomain domain)
    {
        ArgumentNullException.ThrowIfNull(xml);
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (reader.Read())
            {
            }

            return new(xml);
        }
        catch (XmlException e)
        {
            throw MalformedXml.Error(xml, source, domain, e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Xml;
}
