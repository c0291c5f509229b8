using System.Globalization;

namespace Vireo.Config.Conf;

/// <summary>Which of the file's words and values there are.</summary>
public enum ConfDialect
{
    /// <summary>As in libvirt's own settings and in Xen's files: texts, numbers, lists.</summary>
    Plain,

    /// <summary>As in VMware's files: texts alone; keys have dots, colons and hyphens in them.</summary>
    Vmx,

    /// <summary>As in the files of LXC's tools: texts that end with the line; keys have dots in them.</summary>
    Lxc,
}

/// <summary>
/// Reads configuration files of libvirt's grammar: lines of <c>key = value</c>, comments behind <c>#</c>. A file has at most a MiB, and lists lie in one
/// another eight deep at most.
/// </summary>
public ref struct ConfReader
{
    /// <summary>The longest file that is read, in characters.</summary>
    public const int MostCharacters = 1 << 20;

    /// <summary>How deep lists may lie in one another.</summary>
    public const int MostDepth = 8;

    private readonly ReadOnlySpan<char> _text;
    private readonly ConfDialect _dialect;
    private int _at;
    private int _line = 1;

    private ConfReader(ReadOnlySpan<char> text, ConfDialect dialect)
    {
        _text = text;
        _dialect = dialect;
    }

    private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="dialect">Which words and values there are.</param>
    /// <returns>The entries in their order; a key may come several times.</returns>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX with the line.</exception>
    public static IReadOnlyList<KeyValuePair<string, ConfValue>> Read(ReadOnlySpan<char> text, ConfDialect dialect)
    {
        var reader = new ConfReader(text, dialect);
        if (text.Length > MostCharacters)
        {
            throw reader.Error("file is longer than 1 MiB");
        }

        var entries = new List<KeyValuePair<string, ConfValue>>();
        while (reader.SkipToStatement())
        {
            entries.Add(reader.ReadStatement());
        }

        return entries;
    }

    private bool SkipToStatement()
    {
        for (; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case '#':
                    var end = _text[_at..].IndexOfAny('\r', '\n');
                    _at = end < 0 ? _text.Length : _at + end - 1;
                    break;
                case '\n':
                    _line++;
                    break;
                case ' ' or '\t' or '\r':
                    break;
                default:
                    return true;
            }
        }

        return false;
    }

    private KeyValuePair<string, ConfValue> ReadStatement()
    {
        var key = ReadKey();
        SkipBlanks();
        if (Current != '=')
        {
            throw Error("expecting an assignment");
        }

        _at++;
        SkipBlanks();
        var value = ReadValue(0);
        SkipBlanks();
        if (Current == ';')
        {
            _at++;
        }
        else if (_at < _text.Length && Current is not ('\r' or '\n' or '#'))
        {
            throw Error("expecting a separator");
        }

        return new(key.ToString(), value);
    }

    private ReadOnlySpan<char> ReadKey()
    {
        var begin = _at;
        var isVmx = _dialect == ConfDialect.Vmx;
        var hasDots = _dialect != ConfDialect.Plain;
        if (!char.IsAsciiLetter(Current) && !(isVmx && Current == '.'))
        {
            throw Error("expecting a name");
        }

        while (char.IsAsciiLetterOrDigit(Current) || Current == '_' || (hasDots && Current == '.') || (isVmx && Current is ':' or '-'))
        {
            _at++;
        }

        return _text[begin.._at];
    }

    private ConfValue ReadValue(int depth)
    {
        switch (Current)
        {
            case '"' when ReadLongText(out var text):
                return new ConfText(text.ToString());
            case '"' or '\'':
                return new ConfText(ReadQuoted(Current).ToString());
            case not '\0' when _dialect == ConfDialect.Lxc:
                return new ConfText(ReadLine().ToString());
            case '\0' when _dialect == ConfDialect.Lxc && _at == _text.Length:
                return new ConfText("");
            case '[':
                return _dialect == ConfDialect.Vmx ? throw Error("lists not allowed in VMX format") : ReadList(depth);
            case '-' or (>= '0' and <= '9'):
                return _dialect == ConfDialect.Vmx ? throw Error("numbers not allowed in VMX format") : ReadNumber();
            default:
                throw Error("expecting a value");
        }
    }

    private ConfItems ReadList(int depth)
    {
        if (depth == MostDepth)
        {
            throw Error("lists lie too deep in one another");
        }

        var items = new List<ConfValue>();
        do
        {
            _at++;
            SkipBlanksAndLines();
            if (Current == ']' || _at >= _text.Length)
            {
                break;
            }

            items.Add(ReadValue(depth + 1));
            SkipBlanksAndLines();
        }
        while (Current == ',');
        if (Current != ']')
        {
            throw Error(_at < _text.Length ? "expecting a separator in list" : "list is not closed with ]");
        }

        _at++;
        return new(items.ToConfigList());
    }

    private ConfNumber ReadNumber()
    {
        var begin = _at;
        _at += Current == '-' ? 1 : 0;
        if (!char.IsAsciiDigit(Current))
        {
            throw Error("unterminated number");
        }

        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }

        return long.TryParse(_text[begin.._at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new(number)
            : throw Error("number is too large");
    }

    private ReadOnlySpan<char> ReadLine()
    {
        var rest = _text[_at..];
        var end = rest.IndexOfAny('\r', '\n');
        rest = end < 0 ? rest : rest[..end];
        _at += rest.Length;
        return rest.Contains('\0') ? throw Error("expecting a value") : rest;
    }

    private ReadOnlySpan<char> ReadQuoted(char quote)
    {
        var rest = _text[(_at + 1)..];
        var end = rest.IndexOfAny([quote, '\r', '\n', '\0']);
        if (end < 0 || rest[end] != quote)
        {
            throw Error("unterminated string");
        }

        _at += end + 2;
        return rest[..end];
    }

    /// <summary>A text between threefold quotes, which may have several lines.</summary>
    private bool ReadLongText(out ReadOnlySpan<char> text)
    {
        const string Quotes = "\"\"\"";
        text = default;
        if (!_text[_at..].StartsWith(Quotes))
        {
            return false;
        }

        var rest = _text[(_at + Quotes.Length)..];
        var end = rest.IndexOf(Quotes);
        if (end <= 0 || rest[..end].Contains('\0'))
        {
            return false;
        }

        text = rest[..end];
        _line += text.Count('\n');
        _at += end + (2 * Quotes.Length);
        return true;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            _at++;
        }
    }

    private void SkipBlanksAndLines()
    {
        for (; Current is ' ' or '\t' or '\r' or '\n'; _at++)
        {
            _line += Current == '\n' ? 1 : 0;
        }
    }

    private readonly VireoException Error(string what) => new(ErrorCode.ConfSyntax, ErrorDomain.Conf, $"memory conf:{_line}: {what}");
}
