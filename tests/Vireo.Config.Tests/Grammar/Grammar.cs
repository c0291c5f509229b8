using System.Xml.Linq;

namespace Vireo.Config.Tests.Grammar;

/// <summary>A RELAX NG grammar of libvirt's, with what it includes: its definitions by name, and what it starts with.</summary>
internal sealed class Grammar
{
    public const string Folder = "/usr/share/libvirt/schemas";

    private static readonly XNamespace s_rng = "http://relaxng.org/ns/structure/1.0";

    private readonly Dictionary<string, List<XElement>> _defines = new(StringComparer.Ordinal);

    private Grammar()
    {
    }

    public IReadOnlyList<XElement> Start => _defines["(start)"];

    public static Grammar Load(string file)
    {
        var grammar = new Grammar();
        grammar.Take(file, []);
        return grammar;
    }

    /// <summary>The patterns a name stands for; more than one are alternatives.</summary>
    public IReadOnlyList<XElement> this[string name] => _defines[name];

    private void Take(string file, HashSet<string> overridden)
    {
        foreach (var part in XDocument.Load(Path.Combine(Folder, file)).Root!.Elements())
        {
            Take(part, overridden);
        }
    }

    private void Take(XElement part, HashSet<string> overridden)
    {
        if (part.Name == s_rng + "include")
        {
            var replaced = part.Elements().Select(NameOf).Concat(overridden).ToHashSet(StringComparer.Ordinal);
            Take((string)part.Attribute("href")!, replaced);
            foreach (var own in part.Elements())
            {
                Take(own, overridden);
            }
        }
        else if (NameOf(part) is var name && !overridden.Contains(name))
        {
            if (!_defines.TryGetValue(name, out var bodies))
            {
                _defines[name] = bodies = [];
            }

            // A file that several others include is met more than once.
            if (!bodies.Exists(b => XNode.DeepEquals(b, part)))
            {
                bodies.Add(part);
            }
        }
    }

    private static string NameOf(XElement part) => (string?)part.Attribute("name") ?? "(start)";
}
