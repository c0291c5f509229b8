namespace Vireo.Config.Native;

/// <summary>The forms of such files: what keys may be made of, and whether values stand between quotes.</summary>
internal enum ConfForm
{
    /// <summary>VMware's: <c>scsi0:0.present = "true"</c>.</summary>
    Vmx,

    /// <summary>That of LXC's tools, whose values end with the line: <c>lxc.mount.entry = proc proc proc nodev 0 0</c>.</summary>
    Lxc,
}

/// <summary>Reads lines of keys and values, and comments, as libvirt's reader of configuration files does.</summary>
internal ref struct ConfReader
{
    /// <summary>The longest file that is read, in characters.</summary>
    public const int MostCharacters = 1 << 20;

    private readonly ReadOnlySpan<char> _text;
    private readonly ConfForm _form;
    private int _at;
    private int _line = 1;

    private ConfReader(ReadOnlySpan<char> text, ConfForm form)
    {
        _text = text;
        _form = form;
    }

    private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads a file's text: all its entries in their order.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX with the line.</exception>
    public static List<KeyValuePair<string, string>> Read(ReadOnlySpan<char> text, ConfForm form)
    {
        var reader = new ConfReader(text, form);
        if (text.Length > MostCharacters)
        {
            throw reader.Error("file is longer than 1 MiB");
        }

        var entries = new List<KeyValuePair<string, string>>();
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

    private KeyValuePair<string, string> ReadStatement()
    {
        var key = ReadKey();
        SkipBlanks();
        if (Current != '=')
        {
            throw Error("expecting an assignment");
        }

        _at++;
        SkipBlanks();
        var value = ReadValue();
        SkipBlanks();
        if (Current == ';')
        {
            _at++;
        }
        else if (_at < _text.Length && Current is not ('\r' or '\n' or '#'))
        {
            throw Error("expecting a separator");
        }

        return new(key.ToString(), value.ToString());
    }

    private ReadOnlySpan<char> ReadKey()
    {
        var begin = _at;
        if (!char.IsAsciiLetter(Current) && (Current != '.' || _form != ConfForm.Vmx))
        {
            throw Error("expecting a name");
        }

        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.' || (_form == ConfForm.Vmx && Current is ':' or '-'))
        {
            _at++;
        }

        return _text[begin.._at];
    }

    private ReadOnlySpan<char> ReadValue()
    {
        switch (Current)
        {
            case '"' when ReadLongText(out var text):
                return text;
            case '"' or '\'':
                return ReadQuoted(Current);
            case not '\0' when _form == ConfForm.Lxc:
                return ReadLine();
            case '\0' when _form == ConfForm.Lxc && _at == _text.Length:
                return default;
            case '[':
                throw Error("lists not allowed in VMX format");
            case '-' or (>= '0' and <= '9'):
                throw Error("numbers not allowed in VMX format");
            default:
                throw Error("expecting a value");
        }
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

    private readonly VireoException Error(string what) => new(ErrorCode.ConfSyntax, ErrorDomain.Conf, $"memory conf:{_line}: {what}");
}
