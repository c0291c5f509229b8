using System.Text;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>One command of a shell script, taken apart as the shell would: nothing is substituted or run.</summary>
/// <param name="Environment">The variables set for it, in order.</param>
/// <param name="Program">What is run.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ShellLine(IReadOnlyList<KeyValuePair<string, string>> Environment, string Program, IReadOnlyList<string> Arguments)
{
    private const int MostCharacters = 1 << 20;
    private const int MostWords = 1 << 14;
    private const string CephMonitors = "CEPH_ARGS=-m";

    /// <summary>Takes a line apart. Line ends are space, as libvirt has it; a number sign before a word begins a comment.</summary>
    /// <param name="text">The script.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a quote is not closed, there is no program or a second command, or it is longer than any command line.</exception>
    public static ShellLine Parse(string text)
    {
        if (text.Length > MostCharacters)
        {
            throw Malformed($"command line is longer than {MostCharacters} characters");
        }

        var words = Words(text);
        var environment = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == CephMonitors && i + 1 < words.Count)
            {
                // libvirt wrote this one, and reads it, without the quotes that it would need.
                word = $"{word} {words[++i]}";
            }

            if (VariableLength(word) is var length and > 0)
            {
                environment.Add(new(word[..length], word[(length + 1)..]));
            }
            else if (word is not ("exec" or "env" or "export"))
            {
                return new ShellLine(environment, word, words[(i + 1)..]);
            }
        }

        throw Malformed("no emulator path found");
    }

    /// <summary>What a command line is refused with: libvirt's code for all of it.</summary>
    public static VireoException Malformed(string detail) => VireoException.Internal(ErrorDomain.Qemu, detail);

    private static int VariableLength(string word)
    {
        var length = 0;
        while (length < word.Length && (char.IsAsciiLetter(word[length]) || word[length] == '_' || (length > 0 && char.IsAsciiDigit(word[length]))))
        {
            length++;
        }

        return length < word.Length && word[length] == '=' ? length : 0;
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var begun = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\0':
                    throw Malformed("command line has a NUL character in it");
                case '\'':
                    begun = true;
                    i = Quoted(text, i, word);
                    break;
                case '"':
                    begun = true;
                    i = DoublyQuoted(text, i, word);
                    break;
                case '\\':
                    i++;
                    if (i < text.Length && text[i] is '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                    {
                        i++;
                    }

                    if (i < text.Length && text[i] != '\n')
                    {
                        begun = true;
                        word.Append(text[i]);
                    }

                    break;
                case '#' when !begun:
                    i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
                    break;
                case var c when char.IsWhiteSpace(c):
                    End(words, word, ref begun);
                    break;
                case '&' or ';' or '|' when !begun:
                    // The shell would go on with something else, or, as after most command lines, with nothing.
                    return words.Count == 0 || string.IsNullOrWhiteSpace(text[(i + 1)..]) ? words : throw Malformed("command line has a second command behind the first");
                case var c:
                    begun = true;
                    word.Append(c);
                    break;
            }
        }

        End(words, word, ref begun);
        return words;
    }

    private static void End(List<string> words, StringBuilder word, ref bool begun)
    {
        if (!begun)
        {
            return;
        }

        if (words.Count == MostWords)
        {
            throw Malformed($"command line has more than {MostWords} words");
        }

        words.Add(word.ToString());
        word.Clear();
        begun = false;
    }

    private static int Quoted(string text, int open, StringBuilder into)
    {
        var close = text.IndexOf('\'', open + 1);
        if (close < 0)
        {
            throw Malformed("command line has a quote that is not closed");
        }

        into.Append(text, open + 1, close - open - 1);
        return close;
    }

    private static int DoublyQuoted(string text, int open, StringBuilder into)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i;
            }

            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                if (text[++i] != '\n')
                {
                    into.Append(text[i]);
                }
            }
            else
            {
                into.Append(text[i]);
            }
        }

        throw Malformed("command line has a quote that is not closed");
    }
}
