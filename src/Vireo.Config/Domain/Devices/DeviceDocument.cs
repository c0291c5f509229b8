using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A document that is one device of a domain, of any kind.</summary>
/// <param name="Element">The root element's name: <c>disk</c>, <c>channel</c>.</param>
/// <param name="Devices">The device, alone among its kind; none where the element is no device's.</param>
internal sealed record DeviceDocument(string Element, DevicesConfig Devices)
{
    private const string Source = "device_definition";

    /// <summary>Reads it.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL: the text is no XML; whatever the element's own parser says.</exception>
    public static DeviceDocument Parse(string xml)
    {
        if (xml.Length > DocumentReader.MaxLength)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Xml, $"the document has {xml.Length} characters, more than the {DocumentReader.MaxLength} that are read");
        }

        var (element, text) = DocumentReader.Root(xml, Source, ErrorDomain.Domain);
        return new DeviceDocument(element, DocumentReader.Parse($"<devices>{text}</devices>", Source, ErrorDomain.Domain, "devices", DevicesConfig.ReadXml));
    }
}
