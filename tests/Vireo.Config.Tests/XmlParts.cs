using System.Xml.Linq;

namespace Vireo.Config.Tests;

/// <summary>Looks whether all elements, attributes and texts of one document are in another, wherever they stand among their siblings.</summary>
internal static class XmlParts
{
    /// <returns>The first part that is missing; null when there is none.</returns>
    public static string? Missing(string source, string target) => Missing(XElement.Parse(source), XElement.Parse(target), "");

    private static string? Missing(XElement source, XElement target, string path)
    {
        path += "/" + source.Name.LocalName;
        foreach (var attribute in source.Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            if (target.Attribute(attribute.Name) is null)
            {
                return $"{path}/@{attribute.Name}";
            }
        }

        foreach (var group in source.Elements().GroupBy(e => e.Name))
        {
            var (from, to) = (group.ToList(), target.Elements(group.Key).ToList());
            if (from.Count > to.Count && from.Any(e => e.HasAttributes || !e.IsEmpty))
            {
                return $"{path}/{group.Key} ({from.Count} became {to.Count})";
            }

            for (var i = 0; i < Math.Min(from.Count, to.Count); i++)
            {
                if (Missing(from[i], to[i], path) is { } missing)
                {
                    return missing;
                }
            }
        }

        var text = string.Concat(source.Nodes().OfType<XText>().Select(t => t.Value)).Trim();
        return text.Length > 0 && string.Concat(target.Nodes().OfType<XText>().Select(t => t.Value)).Trim().Length == 0 ? $"{path}/text()" : null;
    }
}
