using System.Text;
using Vireo.Cli.Parsing;
using Vireo.Host.Terminals;

namespace Vireo.Cli.Shell;

/// <summary>Reads one line from the terminal, with editing, history and completion.</summary>
internal sealed class LineEditor(TextWriter output, History history, Func<IReadOnlyList<string>, ValueTask<IReadOnlyList<string>>> complete)
{
    private readonly LineBuffer _line = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private int _at;
    private string _draft = "";

    // The row of the cursor below the row of the prompt, as drawn last.
    private int _row;

    /// <returns>The line; null at the end of the input; empty after Ctrl-C.</returns>
    public async ValueTask<string?> ReadAsync(string prompt)
    {
        using var raw = UserTerminal.Raw();
        _line.Text = "";
        _draft = "";
        _at = history.Lines.Count;
        _row = 0;
        Draw(prompt);
        while (true)
        {
            var key = ReadByte();
            switch (key)
            {
                case -1 or 4 when _line.IsEmpty || key < 0:
                    output.Write("\r\n");
                    output.Flush();
                    return null;
                case '\r' or '\n':
                    _line.MoveToEnd();
                    Draw(prompt);
                    output.Write("\r\n");
                    output.Flush();
                    return _line.Text;
                case 3:
                    output.Write("^C\r\n");
                    output.Flush();
                    return "";
                case '\t':
                    await CompleteAsync();
                    break;
                case 12:
                    output.Write("\x1b[H\x1b[2J");
                    _row = 0;
                    break;
                case 27:
                    Escape();
                    break;
                default:
                    Edit(key);
                    break;
            }
            Draw(prompt);
        }
    }

    private static int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return UserTerminal.Read(one) == 0 ? -1 : one[0];
    }

    private void Edit(int key)
    {
        switch (key)
        {
            case 1:
                _line.MoveToStart();
                break;
            case 2:
                _line.Move(-1);
                break;
            case 4:
                _line.DeleteAfter();
                break;
            case 5:
                _line.MoveToEnd();
                break;
            case 6:
                _line.Move(1);
                break;
            case 8 or 127:
                _line.DeleteBefore();
                break;
            case 11:
                _line.DeleteToEnd();
                break;
            case 14:
                Recall(1);
                break;
            case 16:
                Recall(-1);
                break;
            case 21:
                _line.DeleteToStart();
                break;
            case 23:
                _line.DeleteWord();
                break;
            case >= 32:
                Type((byte)key);
                break;
            default:
                break;
        }
    }

    private void Type(byte octet)
    {
        Span<char> chars = stackalloc char[4];
        var count = _decoder.GetChars([octet], chars, flush: false);
        if (count > 0)
        {
            _line.Insert(new string(chars[..count]));
        }
    }

    /// <summary>Arrow and editing keys: <c>ESC [ letter</c>, <c>ESC [ digits ~</c>, <c>ESC O letter</c>.</summary>
    private void Escape()
    {
        if (!UserTerminal.InputWithin(50) || ReadByte() is not ('[' or 'O'))
        {
            return;
        }
        var number = 0;
        int key;
        while ((key = ReadByte()) is (>= '0' and <= '9') or ';')
        {
            number = key == ';' ? 0 : Math.Min(number * 10 + key - '0', 100);
        }
        switch (key)
        {
            case 'A':
                Recall(-1);
                break;
            case 'B':
                Recall(1);
                break;
            case 'C':
                _line.Move(1);
                break;
            case 'D':
                _line.Move(-1);
                break;
            case 'H':
            case '~' when number is 1 or 7:
                _line.MoveToStart();
                break;
            case 'F':
            case '~' when number is 4 or 8:
                _line.MoveToEnd();
                break;
            case '~' when number == 3:
                _line.DeleteAfter();
                break;
            default:
                break;
        }
    }

    private void Recall(int by)
    {
        var to = _at + by;
        if (to < 0 || to > history.Lines.Count)
        {
            return;
        }
        if (_at == history.Lines.Count)
        {
            _draft = _line.Text;
        }
        _at = to;
        _line.Text = to == history.Lines.Count ? _draft : history.Lines[to];
    }

    private async ValueTask CompleteAsync()
    {
        var words = Words(_line.BeforeCursor);
        var candidates = await complete(words);
        if (candidates.Count == 0)
        {
            output.Write('\a');
            return;
        }
        var typed = words.Count == 0 ? "" : words[^1];
        var common = Common(candidates);
        if (common.Length > typed.Length)
        {
            var done = candidates.Count == 1 && !common.EndsWith('/') && !common.EndsWith('=');
            _line.Insert(common[typed.Length..] + (done ? " " : ""));
        }
        else if (candidates.Count == 1)
        {
            _line.Insert(" ");
        }
        else
        {
            Show(candidates);
        }
    }

    /// <summary>The words of the command under the cursor; the last one, maybe empty, is being typed.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var reader = new LineReader(text);
        try
        {
            for (WordKind kind; (kind = reader.Next()) != WordKind.End;)
            {
                if (kind == WordKind.EndOfCommand)
                {
                    words.Clear();
                }
                else
                {
                    words.Add(reader.Text);
                }
            }
        }
        catch (UsageException)
        {
            // An open quote: the word is not finished and cannot be completed.
            return [];
        }
        if (text.Length == 0 || text[^1] is ' ' or ';')
        {
            words.Add("");
        }
        return words;
    }

    private static string Common(IReadOnlyList<string> candidates)
    {
        var common = candidates[0];
        foreach (var candidate in candidates)
        {
            var length = 0;
            while (length < common.Length && length < candidate.Length && common[length] == candidate[length])
            {
                length++;
            }
            common = common[..length];
        }
        return common;
    }

    private void Show(IReadOnlyList<string> candidates)
    {
        var width = candidates.Max(Output.DisplayWidth.Of) + 2;
        var perLine = Math.Max(1, UserTerminal.Columns / width);
        output.Write("\r\n");
        for (var i = 0; i < candidates.Count; i++)
        {
            output.Write(candidates[i]);
            var last = i % perLine == perLine - 1 || i == candidates.Count - 1;
            output.Write(last ? "\r\n" : new string(' ', width - Output.DisplayWidth.Of(candidates[i])));
        }
        _row = 0;
    }

    /// <summary>Draws prompt and line anew; a line longer than the terminal is wide takes several rows.</summary>
    private void Draw(string prompt)
    {
        // While more is there already, as after pasting, only the last state is worth drawing.
        if (UserTerminal.InputWithin(0))
        {
            return;
        }
        var columns = UserTerminal.Columns;
        var end = Output.DisplayWidth.Of(prompt) + Output.DisplayWidth.Of(_line.Text);
        var cursor = end - _line.ColumnsAfterCursor;
        output.Write((_row > 0 ? $"\x1b[{_row}A" : "") + "\r" + prompt + _line.Text + "\x1b[K");

        // A terminal goes to the next row with the next character only.
        if (end % columns == 0)
        {
            output.Write("\r\n");
        }
        output.Write("\x1b[J");
        var up = end / columns - cursor / columns;
        output.Write((up > 0 ? $"\x1b[{up}A" : "") + "\r" + (cursor % columns > 0 ? $"\x1b[{cursor % columns}C" : ""));
        _row = cursor / columns;
        output.Flush();
    }
}
