using System.Text;
using System.Xml.Linq;
using System.Xml.XPath;

namespace Vireo.TestKit;

/// <summary>Compares with libvirt's published test documents. What docs/compatibility.md lists may differ, and has to.</summary>
public static class PublishedCases
{
    /// <summary>Compares every file of a folder of the corpus.</summary>
    /// <param name="folder">The corpus's folder.</param>
    /// <param name="suffix">How the names of files end, without the dot.</param>
    /// <param name="least">How many there are at least.</param>
    /// <param name="rows">What the page lists: a folder and a file's name for a file that may differ.</param>
    /// <param name="differ">Gives what differs of a file by its name without the suffix, its text and its folder; null when nothing does.</param>
    /// <returns>What is wrong, one line after the other; empty when nothing is.</returns>
    public static string Compare(string folder, string suffix, int least, IReadOnlyList<string> rows, Func<string, string, string, string?> differ)
    {
        var path = Path.Combine(Repository.Corpus!, folder);
        var wrong = new StringBuilder();
        var (count, listed) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(path, "*." + suffix).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var isListed = rows.Contains($"{folder}/{name}.{suffix}");
            count++;
            listed += isListed ? 1 : 0;
            var difference = differ(name, File.ReadAllText(file), path);
            if (difference is null == isListed)
                wrong.AppendLine($"{name}: {difference ?? "agrees, though docs/compatibility.md says it does not"}");
        }

        if (count < least)
            wrong.AppendLine($"{folder}: {count} files, not {least}");
        if (listed > count / 20)
            wrong.AppendLine($"{folder}: fewer than 95 of a hundred agree");
        return wrong.ToString();
    }

    /// <summary>A document without the places that newer libvirt writes otherwise.</summary>
    /// <param name="xml">The document.</param>
    /// <param name="places">Among others, XPath expressions that begin with <c>//</c>.</param>
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

    /// <summary>The lines that differ, or null.</summary>
    /// <param name="expected">The text as published.</param>
    /// <param name="actual">Ours.</param>
    public static string? Lines(string expected, string actual)
    {
        var lines = LineDifference.Between(expected, actual);
        return lines.Count == 0 ? null : "\n" + string.Join('\n', lines);
    }
}
