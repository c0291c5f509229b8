using System.Xml.Linq;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>Finds what differs between two documents: elements are matched by what tells them from their like, then compared by attribute, text and children.</summary>
internal sealed class DocumentComparison
{
    // What is told has to fit into a message, whatever the documents hold.
    private const int Most = 500;
    private const int LongestValue = 256;

    // What a device is known by, in the order of trying.
    private static readonly (string Element, string? Child, string Attribute)[] s_keys =
    [
        ("disk", "target", "dev"), ("interface", "mac", "address"), ("channel", "target", "name"), ("filesystem", "target", "dir"),
        ("vcpu", null, "id"), ("iothread", null, "id"), ("feature", null, "name"), ("audio", null, "id"),
    ];

    private readonly List<SnapshotDiffChange> _changes = [];

    /// <summary>How many differences there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<SnapshotDiffChange> Changes => _changes;

    /// <summary>Compares two elements and all that is in them.</summary>
    public static DocumentComparison Of(XElement from, XElement to)
    {
        var comparison = new DocumentComparison();
        comparison.Compare("", from, to);
        return comparison;
    }

    private void Compare(string path, XElement from, XElement to)
    {
        foreach (var name in from.Attributes().Concat(to.Attributes()).Where(a => !a.IsNamespaceDeclaration).Select(a => a.Name).Distinct())
        {
            Change($"{path}/@{name.LocalName}", (string?)from.Attribute(name), (string?)to.Attribute(name));
        }

        if (!from.HasElements && !to.HasElements)
        {
            Change(path, from.Value, to.Value);
            return;
        }

        var (left, right) = (Keyed(from), Keyed(to));
        foreach (var key in left.Keys.Concat(right.Keys).Distinct())
        {
            var below = path.Length == 0 ? key : $"{path}/{key}";
            if (left.TryGetValue(key, out var a) && right.TryGetValue(key, out var b))
            {
                Compare(below, a, b);
            }
            else
            {
                Change(below, a?.ToString(SaveOptions.DisableFormatting), right.GetValueOrDefault(key)?.ToString(SaveOptions.DisableFormatting));
            }
        }
    }

    private static Dictionary<string, XElement> Keyed(XElement parent)
    {
        var keyed = new Dictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var alike in parent.Elements().GroupBy(e => e.Name))
        {
            var number = 0;
            foreach (var element in alike)
            {
                number++;
                var key = Key(element);
                var name = element.Name.LocalName + (key is not null ? $"[{key}]" : number > 1 ? $"[{number}]" : "");
                if (!keyed.TryAdd(name, element))
                {
                    keyed[$"{name}[{number}]"] = element;
                }
            }
        }

        return keyed;
    }

    private static string? Key(XElement element)
    {
        var name = element.Name.LocalName;
        if (name == "controller")
        {
            return $"{(string?)element.Attribute("type")} {(string?)element.Attribute("index")}";
        }

        var known = s_keys.FirstOrDefault(k => k.Element == name);
        return known.Element is null ? null : (string?)(known.Child is { } child ? element.Elements().FirstOrDefault(e => e.Name.LocalName == child) : element)?.Attribute(known.Attribute);
    }

    private void Change(string path, string? from, string? to)
    {
        if (from == to)
        {
            return;
        }

        Count++;
        if (_changes.Count < Most)
        {
            _changes.Add(new SnapshotDiffChange { Path = path, From = Cut(from), To = Cut(to) });
        }
    }

    private static string? Cut(string? value) => value is { Length: > LongestValue } ? value[..LongestValue] + "…" : value;
}
