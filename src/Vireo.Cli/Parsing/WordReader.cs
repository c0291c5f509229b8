using System.Text;

namespace Vireo.Cli.Parsing;

/// <summary>What a source of words yields next.</summary>
internal enum WordKind
{
    Word,
    EndOfCommand,
    End,
}

/// <summary>Gives a command line word by word.</summary>
internal abstract class WordReader
{
    public string Text { get; protected set; } = "";

    public abstract WordKind Next();
}

/// <summary>Words that a shell has already taken apart: each argument is one, and a semicolon is nothing special.</summary>
internal sealed class ArgumentReader(IReadOnlyList<string> arguments) : WordReader
{
    private int _next;

    public override WordKind Next()
    {
        if (_next == arguments.Count)
        {
            return WordKind.End;
        }
        Text = arguments[_next++];
        return WordKind.Word;
    }
}

/// <summary>One string with several commands: quotes, backslashes, comments, commands ended by <c>;</c> or a new line.</summary>
internal sealed class LineReader(string line) : WordReader
{
    private readonly StringBuilder _word = new();
    private int _at;

    public override WordKind Next()
    {
        SkipBlanks();
        if (_at == line.Length)
        {
            return WordKind.End;
        }
        if (line[_at] is ';' or '\n')
        {
            _at++;
            return WordKind.EndOfCommand;
        }
        if (line[_at] == '#')
        {
            var end = line.IndexOf('\n', _at);
            _at = end < 0 ? line.Length : end + 1;
            return end < 0 ? WordKind.End : WordKind.EndOfCommand;
        }
        ReadWord();
        return WordKind.Word;
    }

    private void SkipBlanks()
    {
        while (_at < line.Length && (line[_at] is ' ' or '\t' || (line[_at] == '\\' && _at + 1 < line.Length && line[_at + 1] == '\n')))
        {
            _at += line[_at] == '\\' ? 2 : 1;
        }
    }

    private void ReadWord()
    {
        bool single = false, twice = false;
        _word.Clear();
        for (; _at < line.Length; _at++)
        {
            var c = line[_at];
            if (!single && !twice && (c is ' ' or '\t' or ';' or '\n'))
            {
                break;
            }
            if (!twice && c == '\'')
            {
                single = !single;
            }
            else if (!single && c == '\\')
            {
                if (++_at == line.Length)
                {
                    throw new UsageException("dangling \\");
                }
                if (line[_at] != '\n')
                {
                    _word.Append(line[_at]);
                }
            }
            else if (!single && c == '"')
            {
                twice = !twice;
            }
            else
            {
                _word.Append(c);
            }
        }
        if (twice)
        {
            throw new UsageException("missing \"");
        }
        Text = _word.ToString();
    }
}
