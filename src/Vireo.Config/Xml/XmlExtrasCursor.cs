namespace Vireo.Config.Xml;

/// <summary>Puts an element's unknown parts back between its known ones while it is formatted.</summary>
internal ref struct XmlExtrasCursor
{
    private readonly ReadOnlySpan<XmlExtra> _parts;
    private readonly DocumentWriter _writer;
    private int _next;

    public XmlExtrasCursor(XmlExtras? extras, DocumentWriter writer)
    {
        _parts = extras is null ? default : extras.Parts;
        _writer = writer;
    }

    /// <summary>Writes the unknown attributes that stood up to the slot.</summary>
    public void Attributes(int slot)
    {
        for (; _next < _parts.Length && _parts[_next] is { Place: XmlExtraPlace.Attribute } part && part.Slot <= slot; _next++)
        {
            _writer.Attribute(part.Name, part.Text);
        }
    }

    /// <summary>Writes the unknown elements that stood up to the slot's element.</summary>
    public void Elements(int slot, int occurrence = int.MaxValue)
    {
        for (; _next < _parts.Length && _parts[_next] is { Place: XmlExtraPlace.Element } part
            && (part.Slot < slot || (part.Slot == slot && part.Occurrence <= occurrence)); _next++)
        {
            _writer.Fragment(part.Text);
        }
    }

    /// <summary>Writes the unknown attributes of an element bound to a simple value.</summary>
    public readonly void Leaf(int slot, int occurrence = 0)
    {
        for (var i = _next; i < _parts.Length; i++)
        {
            if (_parts[i] is { Place: XmlExtraPlace.LeafAttribute } part && part.Slot == slot && part.Occurrence == occurrence)
            {
                _writer.Attribute(part.Name, part.Text);
            }
        }
    }

    /// <summary>Writes the unknown children of a list's wrapper that stood behind its item; the last call takes <paramref name="last"/>.</summary>
    public readonly void Inner(int slot, int occurrence, bool last = false)
    {
        for (var i = _next; i < _parts.Length; i++)
        {
            if (_parts[i] is { Place: XmlExtraPlace.Inner } part && part.Slot == slot
                && (last ? part.Occurrence >= occurrence : part.Occurrence == occurrence))
            {
                _writer.Fragment(part.Text);
            }
        }
    }
}
