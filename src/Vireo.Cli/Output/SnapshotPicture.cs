using System.Globalization;

namespace Vireo.Cli.Output;

/// <summary>A snapshot as it is drawn.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parent">The one that it hangs on in the picture; null for a root.</param>
/// <param name="State">The domain's state that it holds.</param>
/// <param name="Taken">When it was taken, in the time zone to show; null when nobody knows.</param>
/// <param name="Kind">What it holds, and where.</param>
/// <param name="Bytes">What it froze on disk; null when nobody can say.</param>
/// <param name="IsCurrent">Whether the domain's state comes from it.</param>
internal sealed record PicturedSnapshot(string Name, string? Parent, string State, DateTimeOffset? Taken, string Kind, ulong? Bytes, bool IsCurrent)
{
    /// <summary>When it was taken, for people.</summary>
    public string Time => Taken is { } taken ? taken.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "-";

    /// <summary>What it froze, for people.</summary>
    public string Size => Bytes is { } bytes ? SizeText.Of(bytes) : "-";
}

/// <summary>A domain's snapshots as a tree, with what there is to know of each.</summary>
/// <param name="snapshots">Every one of them; siblings in the order to draw them in.</param>
internal sealed class SnapshotPicture(IReadOnlyList<PicturedSnapshot> snapshots)
{
    private const int NarrowestTree = 20;
    private readonly ILookup<string, string> _children = snapshots.Where(s => s.Parent is not null).ToLookup(s => s.Parent!, s => s.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, PicturedSnapshot> _named = snapshots.ToDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>The snapshots from the roots down, each with the branch that leads to it.</summary>
    public IEnumerable<(string Branch, PicturedSnapshot Snapshot)> Rows => snapshots.Where(s => s.Parent is null)
        .SelectMany(root => TreeText.Lines(root.Name, name => [.. _children[name]])).Where(line => line.Name is not null).Select(line => (line.Branch, _named[line.Name!]));

    /// <summary>The picture for a terminal.</summary>
    /// <param name="width">Columns that there are; null for as many as it takes. What does not fit is left out: first times, then kinds, then the beginnings of long branches.</param>
    /// <param name="withHeader">Off in quiet mode.</param>
    public string Render(int? width, bool withHeader)
    {
        (string Title, Func<PicturedSnapshot, string> Of)[] columns = [("State", s => s.State), ("Size", s => s.Size), ("Kind", s => s.Kind), ("Taken", s => s.Time)];
        int Room(int count) => (width ?? int.MaxValue) - 1 - (1 + 3) - columns.Take(count).Sum(c => 3 + snapshots.Select(s => DisplayWidth.Of(Table.Printable(c.Of(s)))).Append(c.Title.Length).Max());
        var shown = Enumerable.Range(2, 3).Reverse().FirstOrDefault(count => Room(count) >= NarrowestTree, 2);
        var room = Math.Max(Room(shown), NarrowestTree);

        var table = new Table(["", "Snapshot", .. columns.Take(shown).Select(c => c.Title)]);
        foreach (var (branch, snapshot) in Rows)
        {
            table.Add([snapshot.IsCurrent ? "*" : "", Fit(branch + Table.Printable(snapshot.Name), room), .. columns.Take(shown).Select(c => c.Of(snapshot))]);
        }

        return table.Render(withHeader) + (withHeader && snapshots.Any(s => s.IsCurrent) ? "\n * the current snapshot\n" : "");
    }

    /// <summary>The end of a text that is too wide: there stands the name.</summary>
    private static string Fit(string text, int room)
    {
        if (DisplayWidth.Of(text) <= room)
        {
            return text;
        }

        var runes = text.EnumerateRunes().ToList();
        var (first, width) = (runes.Count, 1);
        while (first > 0 && width + DisplayWidth.Of(runes[first - 1]) <= room)
        {
            width += DisplayWidth.Of(runes[--first]);
        }

        return "…" + string.Concat(runes.Skip(first));
    }
}
