using System.Globalization;
using System.Xml.Linq;

namespace Vireo.Config.Tests.Grammar;

/// <summary>
/// Small documents drawn from a grammar, one for each element, attribute and listed value that can be reached from its start: each has that
/// part, and beside it no more than the grammar insists on.
/// </summary>
internal sealed class GrammarDocuments(Grammar grammar)
{
    // Definitions that are being walked: what contains itself is entered once.
    private readonly HashSet<string> _within = new(StringComparer.Ordinal);

    private readonly Dictionary<XElement, int> _weights = [];

    public IEnumerable<XElement> All() => grammar.Start.SelectMany(s => Variants(s.Elements())).Select(content => (XElement)content[0]);

    private IEnumerable<List<object>> Variants(IEnumerable<XElement> group)
    {
        var parts = group.ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            foreach (var variant in Variants(parts[i]))
            {
                var content = new List<object>();
                for (var j = 0; j < parts.Count; j++)
                {
                    content.AddRange(j == i ? variant : Least(parts[j]));
                }

                yield return content;
            }
        }
    }

    private IEnumerable<List<object>> Variants(XElement pattern) => pattern.Name.LocalName switch
    {
        "element" when pattern.Attribute("name") is null => [Least(pattern)],
        "element" => Shown(Variants(pattern.Elements()), () => Least(pattern.Elements())).Select(content => new List<object> { Element(pattern, content) }),
        "attribute" => Shown(Variants(pattern.Elements()), () => [Sample(null)]).Select(content => new List<object> { Attribute(pattern, content) }),
        "choice" => pattern.Elements().SelectMany(Variants),
        "ref" => Entered(pattern),
        "value" or "data" or "text" => [Least(pattern)],
        "empty" or "notAllowed" => [],
        _ => Variants(pattern.Elements()),
    };

    private IEnumerable<List<object>> Entered(XElement reference)
    {
        var name = (string)reference.Attribute("name")!;
        if (_within.Add(name))
        {
            foreach (var variant in grammar[name].SelectMany(d => Variants(d.Elements())))
            {
                yield return variant;
            }

            _within.Remove(name);
        }
    }

    // Whatever has nothing in it that varies is still shown once.
    private static IEnumerable<List<object>> Shown(IEnumerable<List<object>> variants, Func<List<object>> otherwise)
    {
        var any = false;
        foreach (var variant in variants)
        {
            any = true;
            yield return variant;
        }

        if (!any)
        {
            yield return otherwise();
        }
    }

    private List<object> Least(IEnumerable<XElement> patterns) => [.. patterns.SelectMany(Least)];

    private List<object> Least(XElement pattern) => pattern.Name.LocalName switch
    {
        "element" when pattern.Attribute("name") is null => [new XElement((XNamespace)"urn:any" + "any")],
        "element" => [Element(pattern, Least(pattern.Elements()))],
        "attribute" when pattern.Attribute("name") is null => [],
        "attribute" => [Attribute(pattern, pattern.HasElements ? Least(pattern.Elements()) : [Sample(null)])],
        "choice" => Least(pattern.Elements().MinBy(Weight)!),
        "ref" => Least(grammar[(string)pattern.Attribute("name")!][0].Elements()),
        "optional" or "zeroOrMore" or "empty" or "notAllowed" => [],
        "value" => [pattern.Value],
        "data" => [Sample(pattern)],
        "text" => [Sample(null)],
        _ => Least(pattern.Elements()),
    };

    /// <summary>How many elements and attributes the least form of a pattern has; what contains itself has more than anybody would choose.</summary>
    private int Weight(XElement pattern)
    {
        if (_weights.TryGetValue(pattern, out var known))
        {
            return known;
        }

        _weights[pattern] = 10_000;
        return _weights[pattern] = pattern.Name.LocalName switch
        {
            "element" or "attribute" => 1 + pattern.Elements().Sum(Weight),
            "choice" => pattern.Elements().Min(Weight),
            "ref" => grammar[(string)pattern.Attribute("name")!][0].Elements().Sum(Weight),
            "optional" or "zeroOrMore" => 0,
            "notAllowed" => 10_000,
            _ => pattern.Elements().Sum(Weight),
        };
    }

    private static XElement Element(XElement pattern, List<object> content)
    {
        var space = (string?)pattern.AncestorsAndSelf().Select(p => p.Attribute("ns")).FirstOrDefault(ns => ns is not null) ?? "";
        var element = new XElement((XNamespace)space + (string)pattern.Attribute("name")!);
        foreach (var part in content)
        {
            // The same attribute in two branches of an interleave: the one that is shown comes first or is the same.
            if (part is not XAttribute attribute || element.Attribute(attribute.Name) is null)
            {
                element.Add(part);
            }
        }

        return element;
    }

    private static XAttribute Attribute(XElement pattern, List<object> content) => new((string)pattern.Attribute("name")!, string.Concat(content));

    private static string Sample(XElement? data)
    {
        if (data?.Elements().FirstOrDefault(p => (string)p.Attribute("name")! == "pattern") is { } pattern)
        {
            return PatternSample.Of(pattern.Value);
        }

        var least = data?.Elements().FirstOrDefault(p => (string)p.Attribute("name")! == "minInclusive")?.Value;
        return (string?)data?.Attribute("type") switch
        {
            null or "string" or "NCName" or "anyURI" => "text",
            "dateTime" => "2020-01-01T00:00:00",
            _ => least is not null && long.Parse(least, CultureInfo.InvariantCulture) > 1 ? least : "1",
        };
    }
}
