using System.Xml.Linq;

namespace Vireo.Config.Tests;

/// <summary>
/// Compares documents by meaning: the order of attributes and of elements of different names says nothing, that of elements of one name does; space around
/// texts says nothing.
/// </summary>
internal static class DocumentDifference
{
    /// <returns>The first difference; null when there is none.</returns>
    public static string? Find(string actual, string expected) => Find(XElement.Parse(actual), XElement.Parse(expected), "");

    private static string? Find(XElement actual, XElement expected, string path)
    {
        path += "/" + expected.Name.LocalName;
        foreach (var name in Attributes(actual).Union(Attributes(expected)))
        {
            var (is_, should) = (actual.Attribute(name)?.Value, expected.Attribute(name)?.Value);
            if (is_ != should)
            {
                return $"{path}/@{name.LocalName}: {is_ ?? "nothing"}, expected {should ?? "nothing"}";
            }
        }

        foreach (var name in actual.Elements().Concat(expected.Elements()).Select(e => e.Name).Distinct())
        {
            var (are, should) = (actual.Elements(name).ToList(), expected.Elements(name).ToList());
            if (are.Count != should.Count)
            {
                return $"{path}/{name.LocalName}: {are.Count} times, expected {should.Count}";
            }

            for (var i = 0; i < are.Count; i++)
            {
                if (Find(are[i], should[i], path) is { } difference)
                {
                    return difference;
                }
            }
        }

        return Text(actual) == Text(expected) ? null : $"{path}: '{Text(actual)}', expected '{Text(expected)}'";
    }

    private static IEnumerable<XName> Attributes(XElement element) => element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Name);

    private static string Text(XElement element) =>
        element.HasElements ? string.Concat(element.Nodes().OfType<XText>().Select(t => t.Value)).Trim() : element.Value.Trim();
}
