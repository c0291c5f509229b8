using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vireo.Config.Tests.Grammar;

/// <summary>A short text that matches a regular expression of the kind the grammars use.</summary>
internal sealed class PatternSample
{
    private static readonly string s_candidates = "1a0/" + string.Concat(Enumerable.Range(' ', 95).Select(c => (char)c));

    private readonly string _pattern;
    private int _at;

    private PatternSample(string pattern) => _pattern = pattern;

    public static string Of(string pattern)
    {
        var sample = new PatternSample(pattern).Alternatives();
        Regex.IsMatch(sample, $"^(?:{pattern.Replace("^[0", "\\^[0", StringComparison.Ordinal)})$").ShouldBeTrue($"'{sample}' is no sample of {pattern}");
        return sample;
    }

    private string Alternatives()
    {
        var first = Sequence();
        while (_at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            Sequence();
        }

        return first;
    }

    private string Sequence()
    {
        var text = new StringBuilder();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            var atom = Atom();
            for (var count = Repetitions(); count > 0; count--)
            {
                text.Append(atom);
            }
        }

        return text.ToString();
    }

    private string Atom()
    {
        switch (_pattern[_at])
        {
            case '(':
                _at++;
                var inner = Alternatives();
                _at++;
                return inner;
            case '[':
                var start = _at++;
                while (_pattern[_at] != ']')
                {
                    _at += _pattern[_at] == '\\' ? 2 : 1;
                }

                var set = _pattern[start..++_at];
                return s_candidates.First(c => Regex.IsMatch(c.ToString(), set)).ToString();
            case '.':
                _at++;
                return "a";
            case '\\':
                _at++;
                return _pattern[_at++].ToString();
            default:
                return _pattern[_at++].ToString();
        }
    }

    private int Repetitions()
    {
        switch (_at < _pattern.Length ? _pattern[_at] : ' ')
        {
            case '*' or '?':
                _at++;
                return 0;
            case '+':
                _at++;
                return 1;
            case '{':
                var end = _pattern.IndexOf('}', _at);
                var least = _pattern[(_at + 1)..end].Split(',')[0];
                _at = end + 1;
                return int.Parse(least, CultureInfo.InvariantCulture);
            default:
                return 1;
        }
    }
}
