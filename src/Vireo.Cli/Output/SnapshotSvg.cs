using System.Globalization;
using System.Text;
using System.Xml;

namespace Vireo.Cli.Output;

/// <summary>The picture of a domain's snapshots as an SVG document that stands by itself: no scripts, no links, every text escaped.</summary>
internal static class SnapshotSvg
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const int RowHeight = 28, Step = 24, Margin = 20, Letter = 8, Gap = 24;

    /// <summary>The document.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="picture">What is drawn.</param>
    public static string Render(string title, SnapshotPicture picture)
    {
        var rows = picture.Rows.Select(r => r.Snapshot).ToList();
        var places = new Dictionary<string, (int X, int Y)>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            places[row.Name] = (row.Parent is { } parent ? places[parent].X + Step : Margin, Margin + ((places.Count + 2) * RowHeight));
        }

        Func<PicturedSnapshot, string>[] columns = [s => s.State, s => s.Time, s => s.Kind, s => s.Size];
        var left = rows.Select(r => places[r.Name].X + 14 + Width(r.Name)).Append(Margin).Max() + Gap;
        var widths = Array.ConvertAll(columns, c => rows.Select(c).Select(Width).Append(0).Max() + Gap);

        var text = new StringBuilder();
        using (var svg = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            svg.WriteStartElement("svg", Namespace);
            Attributes(svg, ("width", Math.Max(left + widths.Sum(), Margin + Width(title)) + Margin), ("height", (2 * Margin) + ((rows.Count + 2) * RowHeight)));
            svg.WriteAttributeString("font-family", "monospace");
            svg.WriteAttributeString("font-size", "13");
            Element(svg, "title", title);
            Text(svg, Margin, Margin + RowHeight, title, "#222", bold: true);
            foreach (var row in rows)
            {
                Row(svg, row, places);
                var x = left;
                for (var i = 0; i < columns.Length; x += widths[i++])
                {
                    Text(svg, x, places[row.Name].Y, columns[i](row), "#555", bold: false);
                }
            }

            svg.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static void Row(XmlWriter svg, PicturedSnapshot row, Dictionary<string, (int X, int Y)> places)
    {
        var (x, y) = places[row.Name];
        if (row.Parent is { } parent)
        {
            svg.WriteStartElement("path", Namespace);
            svg.WriteAttributeString("d", string.Create(CultureInfo.InvariantCulture, $"M{places[parent].X} {places[parent].Y - 4}V{y - 4}H{x}"));
            svg.WriteAttributeString("fill", "none");
            svg.WriteAttributeString("stroke", "#999");
            svg.WriteEndElement();
        }

        svg.WriteStartElement("circle", Namespace);
        Attributes(svg, ("cx", x), ("cy", y - 4), ("r", row.IsCurrent ? 6 : 4));
        svg.WriteAttributeString("fill", row.IsCurrent ? "#c33" : "#369");
        if (row.IsCurrent)
        {
            Element(svg, "title", "the current snapshot");
        }

        svg.WriteEndElement();
        Text(svg, x + 14, y, row.Name, "#222", row.IsCurrent);
    }

    private static void Text(XmlWriter svg, int x, int y, string text, string colour, bool bold)
    {
        svg.WriteStartElement("text", Namespace);
        Attributes(svg, ("x", x), ("y", y));
        svg.WriteAttributeString("fill", colour);
        if (bold)
        {
            svg.WriteAttributeString("font-weight", "bold");
        }

        svg.WriteString(Table.Printable(text));
        svg.WriteEndElement();
    }

    private static void Element(XmlWriter svg, string name, string text)
    {
        svg.WriteStartElement(name, Namespace);
        svg.WriteString(Table.Printable(text));
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params (string Name, int Value)[] attributes)
    {
        foreach (var (name, value) in attributes)
        {
            svg.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static int Width(string text) => DisplayWidth.Of(Table.Printable(text)) * Letter;
}
