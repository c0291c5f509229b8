using System.Xml.Linq;

namespace Vireo.Interop.Tests;

/// <summary>Documents like a given one: with a part left out, doubled, or with another value in it. The same every time.</summary>
internal static class DocumentVariations
{
    private static readonly string[] s_values = ["", "x", "0", "1", "-1", "70000", "yes", "no", "10.0.0.1", "2001:DB8::1", "$A", "a/b"];

    // What libvirt reads as often as it stands; of all else it takes the first, and we keep the second as an unknown part.
    private static readonly HashSet<string> s_repeated =
    [
        "network/ip", "network/route", "network/portgroup", "forward/interface", "forward/address", "vlan/tag", "dns/forwarder", "dns/txt", "dns/srv", "dns/host",
        "host/hostname", "dhcp/range", "dhcp/host", "source/host", "source/device", "filter/rule", "filter/filterref", "filterref/parameter",
    ];

    /// <summary>Every variation of a document, each with what was done.</summary>
    public static IEnumerable<(string What, string Xml)> Of(string xml)
    {
        var count = Parse(xml).Descendants().Count();
        for (var i = 0; i < count; i++)
        {
            foreach (var variation in OfElement(xml, i))
                yield return variation;
        }
    }

    private static IEnumerable<(string What, string Xml)> OfElement(string xml, int index)
    {
        var name = At(xml, index).Element.Name.LocalName;
        yield return Change(xml, index, $"without {name}", e => e.Remove());
        if (s_repeated.Contains($"{At(xml, index).Element.Parent!.Name.LocalName}/{name}"))
            yield return Change(xml, index, $"two {name}", e => e.AddAfterSelf(new XElement(e)));

        yield return Change(xml, index, IsText(At(xml, index).Element) ? $"{name}: '', bare" : $"bare {name}", e => e.RemoveAll());
        foreach (var attribute in At(xml, index).Element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Name).ToList())
        {
            yield return Change(xml, index, $"{name} without {attribute}", e => e.Attribute(attribute)!.Remove());
            foreach (var value in s_values)
                yield return Change(xml, index, $"{name} {attribute}='{value}'", e => e.SetAttributeValue(attribute, value));
        }

        if (IsText(At(xml, index).Element))
        {
            foreach (var value in s_values)
                yield return Change(xml, index, $"{name}: '{value}'", e => e.Value = value);
        }
    }

    private static bool IsText(XElement element) => element is { HasElements: false, Value.Length: > 0 };

    private static (string What, string Xml) Change(string xml, int index, string what, Action<XElement> change)
    {
        var (document, element) = At(xml, index);
        change(element);
        return (what, document.ToString(SaveOptions.DisableFormatting));
    }

    private static (XElement Document, XElement Element) At(string xml, int index)
    {
        var document = Parse(xml);
        return (document, document.Descendants().ElementAt(index));
    }

    private static XElement Parse(string xml) => XElement.Parse(xml);
}
