namespace Vireo.Config.Xml;

/// <summary>
/// Finds the first spot where a text is no XML and says why in libxml2's terms, which clients of libvirt know. Runs only after the reader
/// has refused the text; what it does not find is told in the reader's own words.
/// </summary>
internal ref struct WellFormedness(ReadOnlySpan<char> xml)
{
    private readonly ReadOnlySpan<char> _xml = xml;
    private readonly Stack<(string Name, int Line)> _open = new();
    private int _at;
    private string? _reason;

    /// <summary>The reason and the offset it was found at; a null reason when nothing was found.</summary>
    public (string? Reason, int At) Find()
    {
        if (_xml.IsEmpty)
        {
            return ("Document is empty", 0);
        }

        Misc();
        if (_reason is null && !Looking("<"))
        {
            return ("Start tag expected, '<' not found", _at);
        }

        for (var within = _reason is null && StartTag(); within && _reason is null; within = Step())
        {
        }

        if (_reason is null)
        {
            Misc();
            _reason ??= _at < _xml.Length ? "Extra content at the end of the document" : null;
        }

        return (_reason, _at);
    }

    // One tag, reference or run of text inside the root element; false when the root has ended.
    private bool Step()
    {
        if (_at >= _xml.Length)
        {
            var (name, line) = _open.Peek();
            return Fail($"Premature end of data in tag {name} line {line}");
        }

        if (_xml[_at] == '&')
        {
            return Reference();
        }

        if (_xml[_at] != '<')
        {
            var length = _xml[_at..].IndexOfAny('<', '&');
            _at = length < 0 ? _xml.Length : _at + length;
            return true;
        }

        return Looking("</") ? EndTag() : Looking("<!--") ? Skip("-->", "Comment not terminated")
            : Looking("<![CDATA[") ? Skip("]]>", "CData section not finished")
            : Looking("<?") ? Skip("?>", "ParsePI: PI never end ...") : StartTag();
    }

    private bool StartTag()
    {
        var line = Line(_at);
        _at++;
        var name = Name();
        if (name.Length == 0)
        {
            return Fail("StartTag: invalid element name");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? twice = null;
        while (true)
        {
            var space = Space();
            if (Looking("/>") || Looking(">"))
            {
                break;
            }

            if (_at >= _xml.Length)
            {
                return Fail($"Couldn't find end of Start Tag {name} line {line}");
            }

            if (!space)
            {
                return Fail("attributes construct error");
            }

            var attribute = Name();
            if (attribute.Length == 0)
            {
                return Fail("error parsing attribute name");
            }

            if (!Attribute(attribute))
            {
                return false;
            }

            twice ??= seen.Add(attribute) ? null : attribute;
        }

        if (twice is not null)
        {
            return Fail($"Attribute {twice} redefined");
        }

        var empty = Looking("/>");
        _at += empty ? 2 : 1;
        if (!empty)
        {
            _open.Push((name, line));
        }

        return _open.Count > 0;
    }

    private bool Attribute(string name)
    {
        Space();
        if (!Looking("="))
        {
            return Fail($"Specification mandates value for attribute {name}");
        }

        _at++;
        Space();
        if (!Looking("\"") && !Looking("'"))
        {
            return Fail("AttValue: \" or ' expected");
        }

        var quote = _xml[_at++];
        while (_at < _xml.Length && _xml[_at] != quote)
        {
            if (_xml[_at] == '<')
            {
                return Fail("Unescaped '<' not allowed in attributes values");
            }

            if (_xml[_at] != '&')
            {
                _at++;
            }
            else if (!Reference())
            {
                return false;
            }
        }

        return _at++ < _xml.Length || Fail($"AttValue: {quote} expected", _xml.Length);
    }

    private bool EndTag()
    {
        _at += 2;
        var name = Name();
        Space();
        if (!Looking(">"))
        {
            return Fail("expected '>'");
        }

        _at++;
        var (opened, line) = _open.Pop();
        return name == opened ? _open.Count > 0 : Fail($"Opening and ending tag mismatch: {opened} line {line} and {name}");
    }

    private bool Reference()
    {
        _at++;
        if (Looking("#"))
        {
            var end = _xml[_at..].IndexOf(';');
            _at = end < 0 ? _xml.Length : _at + end + 1;
            return true;
        }

        var name = Name();
        if (name.Length == 0)
        {
            return Fail("xmlParseEntityRef: no name");
        }

        if (!Looking(";"))
        {
            return Fail("EntityRef: expecting ';'");
        }

        _at++;
        return name is "lt" or "gt" or "amp" or "apos" or "quot" || Fail($"Entity '{name}' not defined");
    }

    // What may stand before and behind the root element.
    private void Misc()
    {
        while (_reason is null)
        {
            Space();
            if (Looking("<!DOCTYPE"))
            {
                Fail("a document type declaration is not taken; leave it out");
            }
            else if (Looking("<!--"))
            {
                Skip("-->", "Comment not terminated");
            }
            else if (Looking("<?"))
            {
                Skip("?>", "ParsePI: PI never end ...");
            }
            else
            {
                return;
            }
        }
    }

    private bool Skip(string end, string reason)
    {
        var length = _xml[_at..].IndexOf(end);
        if (length < 0)
        {
            return Fail(reason, _xml.Length);
        }

        _at += length + end.Length;
        return true;
    }

    private string Name()
    {
        var start = _at;
        while (_at < _xml.Length && (char.IsLetterOrDigit(_xml[_at]) || _xml[_at] is '_' or ':' or '-' or '.')
            && (_at > start || char.IsLetter(_xml[_at]) || _xml[_at] is '_' or ':'))
        {
            _at++;
        }

        return _xml[start.._at].ToString();
    }

    private bool Space()
    {
        var start = _at;
        while (_at < _xml.Length && (_xml[_at] is ' ' or '\t' or '\n' or '\r'))
        {
            _at++;
        }

        return _at > start;
    }

    private readonly bool Looking(string text) => _xml[_at..].StartsWith(text);

    private readonly int Line(int at) => _xml[..at].Count('\n') + 1;

    private bool Fail(string reason, int? at = null)
    {
        _reason = reason;
        _at = at ?? _at;
        return false;
    }
}
