using System.Globalization;
using System.Text;

namespace Vireo.Config.Xml;

/// <summary>Text in libvirt's own layout: two spaces a level, single quotes, <c>&lt;a/&gt;</c> for what is empty.</summary>
internal sealed class DocumentWriter
{
    private const string Indent = "                                                                ";
    private readonly StringBuilder _text = new(4096);
    private int _depth;
    private bool _open;
    private bool _inline;

    /// <summary>Begins an element.</summary>
    public void Open(string name)
    {
        Content();
        Margin();
        _text.Append('<').Append(name);
        _open = true;
        _depth++;
    }

    /// <summary>Writes an empty line.</summary>
    public void Blank()
    {
        Content();
        _text.Append('\n');
    }

    /// <summary>Gives the element a closing tag even if nothing follows.</summary>
    public void KeepOpen() => Content();

    /// <summary>Ends the element.</summary>
    public void Close(string name)
    {
        _depth--;
        if (_open)
        {
            _text.Append("/>\n");
        }
        else
        {
            if (!_inline)
            {
                Margin();
            }

            _text.Append("</").Append(name).Append(">\n");
        }

        _open = _inline = false;
    }

    public void Attribute(string name, string value)
    {
        _text.Append(' ').Append(name).Append("='");
        XmlEscape.Libvirt(_text, value, true);
        _text.Append('\'');
    }

    public void Attribute(string name, ulong value) => _text.Append(CultureInfo.InvariantCulture, $" {name}='{value}'");

    public void Attribute(string name, long value) => _text.Append(CultureInfo.InvariantCulture, $" {name}='{value}'");

    /// <summary>Writes a number as <c>0x…</c> with at least so many digits.</summary>
    public void Hex(string name, ulong value, int digits) => Attribute(name, HexText(value, digits));

    /// <summary>Writes the element's text.</summary>
    public void Text(string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        _text.Append('>');
        _open = false;
        _inline = true;
        XmlEscape.Libvirt(_text, value, false);
    }

    /// <summary>Writes a kept subtree on a line of its own.</summary>
    public void Fragment(string xml)
    {
        Content();
        Margin();
        FragmentLayout.Write(_text, xml, _depth);
        _text.Append('\n');
    }

    public static string HexText(ulong value, int digits) => "0x" + value.ToString("x" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The size counted in <paramref name="unit"/>, rounded up.</summary>
    public static ulong Count(DataSize size, string unit)
    {
        DataSize.TryUnit(unit, out var factor);
        return (size.Bytes / factor) + (size.Bytes % factor == 0 ? 0UL : 1UL);
    }

    public override string ToString() => _text.ToString();

    private void Content()
    {
        if (_open)
        {
            _text.Append(">\n");
            _open = false;
        }
        else if (_inline)
        {
            _text.Append('\n');
            _inline = false;
        }
    }

    private void Margin()
    {
        for (var left = _depth * 2; left > 0; left -= Indent.Length)
        {
            _text.Append(Indent, 0, Math.Min(left, Indent.Length));
        }
    }
}
