using System.Globalization;
using System.Text;

namespace Vireo.Cli.Output;

/// <summary>A table as virsh prints it: columns three blanks apart, dashes under the header.</summary>
internal sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(Array.ConvertAll(cells, Printable));

    /// <param name="withHeader">Off in quiet mode.</param>
    public string Render(bool withHeader)
    {
        var widths = Array.ConvertAll(header, text => withHeader ? DisplayWidth.Of(text) : 0);
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], DisplayWidth.Of(row[i]));
            }
        }
        var text = new StringBuilder();
        if (withHeader)
        {
            AppendRow(text, header, widths);
            text.Append('-', widths.Sum(width => width + 3)).Append('\n');
        }
        foreach (var row in _rows)
        {
            AppendRow(text, row, widths);
        }
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(i == 0 ? " " : "   ").Append(cells[i]);
            if (i < cells.Length - 1)
            {
                text.Append(' ', widths[i] - DisplayWidth.Of(cells[i]));
            }
        }
        text.Append('\n');
    }

    /// <summary>A name with a control character must not move the cursor: it is shown as its bytes.</summary>
    public static string Printable(string cell)
    {
        if (!cell.EnumerateRunes().Any(Rune.IsControl))
        {
            return cell;
        }
        var safe = new StringBuilder();
        foreach (var rune in cell.EnumerateRunes())
        {
            if (!Rune.IsControl(rune))
            {
                safe.Append(rune.ToString());
                continue;
            }
            foreach (var octet in Encoding.UTF8.GetBytes(rune.ToString()))
            {
                safe.Append("\\x").Append(octet.ToString("x2", CultureInfo.InvariantCulture));
            }
        }
        return safe.ToString();
    }
}
