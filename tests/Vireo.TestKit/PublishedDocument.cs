using System.Xml.Linq;
using System.Xml.XPath;

namespace Vireo.TestKit;

/// <summary>Documents that libvirt has published, and ours.</summary>
public static class PublishedDocument
{
    /// <summary>A document without the places that newer libvirt writes otherwise.</summary>
    /// <param name="xml">The document.</param>
    /// <param name="places">Paths that begin with <c>//</c>; others are left alone.</param>
    public static string Without(string xml, IEnumerable<string> places)
    {
        var document = XDocument.Parse(xml);
        foreach (var place in places.Where(place => place.StartsWith("//", StringComparison.Ordinal)))
        {
            foreach (var part in ((IEnumerable<object>)document.XPathEvaluate(place)).ToList())
            {
                if (part is XAttribute attribute)
                    attribute.Remove();
                else
                    ((XElement)part).Remove();
            }
        }

        return document.ToString();
    }
}
