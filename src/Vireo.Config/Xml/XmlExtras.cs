namespace Vireo.Config;

/// <summary>The parts of an element that no member of its record stands for, and where they stood. Formatting puts them back.</summary>
public sealed class XmlExtras : IEquatable<XmlExtras>
{
    private readonly XmlExtra[] _parts;

    internal XmlExtras(XmlExtra[] parts) => _parts = parts;

    /// <summary>The unknown attributes, as <c>name='value'</c>.</summary>
    public IEnumerable<string> Attributes => _parts.Where(p => p.Place is XmlExtraPlace.Attribute).Select(p => $"{p.Name}='{p.Text}'");

    /// <summary>The unknown child elements' XML.</summary>
    public IEnumerable<string> Elements => _parts.Where(p => p.Place is XmlExtraPlace.Element).Select(p => p.Text);

    internal ReadOnlySpan<XmlExtra> Parts => _parts;

    /// <inheritdoc/>
    public bool Equals(XmlExtras? other) => other is not null && _parts.AsSpan().SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as XmlExtras);

    /// <inheritdoc/>
    public override int GetHashCode() => _parts.Length == 0 ? 0 : HashCode.Combine(_parts.Length, _parts[0], _parts[^1]);
}

/// <summary>Where an unknown part stands.</summary>
internal enum XmlExtraPlace : byte
{
    /// <summary>An attribute of the record's element, after the attribute member of its slot.</summary>
    Attribute,

    /// <summary>A child element, after the element member of its slot.</summary>
    Element,

    /// <summary>An attribute of a child element that is bound to a simple value.</summary>
    LeafAttribute,

    /// <summary>A child of the element that wraps a list.</summary>
    Inner,
}

/// <summary>One unknown part; <paramref name="Slot"/> and <paramref name="Occurrence"/> name the known sibling before it (slot -1: none).</summary>
internal readonly record struct XmlExtra(XmlExtraPlace Place, int Slot, int Occurrence, string Name, string Text);

/// <summary>Collects unknown parts while an element is read.</summary>
internal struct XmlExtrasBuilder
{
    private List<XmlExtra>? _parts;

    /// <summary>The last known sibling met.</summary>
    public int Slot = -1;

    /// <summary>Which of the slot's elements that was, from 0.</summary>
    public int Occurrence;

    public XmlExtrasBuilder()
    {
    }

    public void At(int slot, int occurrence = 0)
    {
        Slot = slot;
        Occurrence = occurrence;
    }

    public void Add(XmlExtraPlace place, int slot, int occurrence, string name, string text) =>
        (_parts ??= []).Add(new(place, slot, occurrence, name, text));

    public readonly XmlExtras? Build()
    {
        if (_parts is null)
        {
            return null;
        }

        // A stable order by anchor: formatting walks the members in their order and takes what is due.
        var parts = _parts.Count == 1 ? [.. _parts]
            : _parts.OrderBy(p => p.Place).ThenBy(p => p.Slot).ThenBy(p => p.Occurrence).ToArray();
        return new(parts);
    }
}
