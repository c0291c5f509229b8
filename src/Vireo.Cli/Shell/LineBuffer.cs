using System.Text;
using Vireo.Cli.Output;

namespace Vireo.Cli.Shell;

/// <summary>The line being typed and the place of the cursor in it.</summary>
internal sealed class LineBuffer
{
    private readonly List<Rune> _runes = [];

    public int Cursor { get; private set; }

    public string Text
    {
        get => Join(0, _runes.Count);
        set
        {
            _runes.Clear();
            _runes.AddRange(value.EnumerateRunes());
            Cursor = _runes.Count;
        }
    }

    public string BeforeCursor => Join(0, Cursor);

    public bool IsEmpty => _runes.Count == 0;

    /// <summary>Columns between the cursor and the end.</summary>
    public int ColumnsAfterCursor => _runes.Skip(Cursor).Sum(DisplayWidth.Of);

    public void Insert(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        _runes.InsertRange(Cursor, runes);
        Cursor += runes.Count;
    }

    public void Move(int by) => Cursor = Math.Clamp(Cursor + by, 0, _runes.Count);

    public void MoveToStart() => Cursor = 0;

    public void MoveToEnd() => Cursor = _runes.Count;

    public void DeleteBefore()
    {
        if (Cursor > 0)
        {
            _runes.RemoveAt(--Cursor);
        }
    }

    public void DeleteAfter()
    {
        if (Cursor < _runes.Count)
        {
            _runes.RemoveAt(Cursor);
        }
    }

    public void DeleteToStart()
    {
        _runes.RemoveRange(0, Cursor);
        Cursor = 0;
    }

    public void DeleteToEnd() => _runes.RemoveRange(Cursor, _runes.Count - Cursor);

    public void DeleteWord()
    {
        var start = Cursor;
        while (start > 0 && _runes[start - 1].Value == ' ')
        {
            start--;
        }
        while (start > 0 && _runes[start - 1].Value != ' ')
        {
            start--;
        }
        _runes.RemoveRange(start, Cursor - start);
        Cursor = start;
    }

    private string Join(int from, int to) => string.Concat(_runes.GetRange(from, to - from).Select(rune => rune.ToString()));
}
