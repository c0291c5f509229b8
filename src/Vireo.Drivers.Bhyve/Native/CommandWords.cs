using System.Text;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Reads commands as they are typed: a line each, words parted by spaces, with quotes where a word holds some.</summary>
internal static class CommandWords
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MostCharacters = 1 << 20;

    /// <summary>The commands' words. A backslash at a line's end joins the next line to it.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: too long, or a quote that does not end.</exception>
    public static List<List<string>> Read(string text)
    {
        if (text.Length > MostCharacters)
            throw NativeErrors.NoCommands("longer than 1 MiB");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw NativeErrors.NoCommands("NUL character");
        var joined = text.Replace("\\\r\n", "", StringComparison.Ordinal).Replace("\\\n", "", StringComparison.Ordinal).Replace("\\\r", "", StringComparison.Ordinal);
        return [.. joined.Split('\n', '\r').Select(Words).Where(words => words.Count > 0)];
    }

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        for (var at = 0; at < line.Length; at++)
        {
            switch (line[at])
            {
                case ' ' or '\t':
                    if (isWord)
                        words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                    continue;
                case '\'' or '"':
                    var end = line.IndexOf(line[at], at + 1);
                    if (end < 0)
                        throw NativeErrors.NoCommands("a quote does not end");
                    word.Append(line, at + 1, end - at - 1);
                    at = end;
                    break;
                case '\\' when at + 1 < line.Length && line[at + 1] is '\'' or '"' or '\\' or ' ':
                    word.Append(line[++at]);
                    break;
                default:
                    word.Append(line[at]);
                    break;
            }

            isWord = true;
        }

        if (isWord)
            words.Add(word.ToString());
        return words;
    }
}
