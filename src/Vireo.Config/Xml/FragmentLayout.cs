using System.Text;

namespace Vireo.Config.Xml;

/// <summary>
/// The layout of kept subtrees, as libxml2 does it for libvirt: space between elements is no content and is laid out anew, space beside
/// text is left alone.
/// </summary>
internal static class FragmentLayout
{
    private enum TokenKind
    {
        Open,
        Close,
        Empty,
        Text,
        Other,
    }

    /// <summary>The subtree without the space between its elements.</summary>
    public static string Compact(string xml)
    {
        var output = new StringBuilder(xml.Length);
        Write(output, xml, -1);
        return output.ToString();
    }

    /// <summary>Writes the subtree, its first line excepted indented from <paramref name="depth"/> on; -1 for no line breaks at all.</summary>
    public static void Write(StringBuilder output, string xml, int depth)
    {
        var tokens = Tokens(xml);
        var keeps = new Stack<bool>();
        var level = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            var keep = keeps.Count > 0 && keeps.Peek();
            if (token.Kind == TokenKind.Close)
            {
                keeps.Pop();
                level--;
            }

            if (token.Kind == TokenKind.Text && !keep)
            {
                continue;
            }

            var follows = token.Kind == TokenKind.Close ? keep || tokens[i - 1].Kind == TokenKind.Open : keep;
            if (depth >= 0 && i > 0 && !follows)
            {
                output.Append('\n').Append(' ', (depth + level) * 2);
            }

            output.Append(xml, token.Start, token.Length);
            if (token.Kind == TokenKind.Open)
            {
                // Within text everything is text: once kept, kept all the way down.
                keeps.Push(keep || token.HasText);
                level++;
            }
        }
    }

    private static List<Token> Tokens(string xml)
    {
        var tokens = new List<Token>();
        var open = new Stack<(int Token, int Children, bool Blank, bool Text)>();
        for (var at = 0; at < xml.Length;)
        {
            var end = End(xml, at, out var kind);
            var (parent, children, blank, text) = open.Count > 0 ? open.Pop() : (-1, 0, false, false);
            if (kind == TokenKind.Text)
            {
                var isBlank = xml.AsSpan(at, end - at).IsWhiteSpace();
                (blank, text) = (blank || isBlank, text || !isBlank);
            }
            else if (kind != TokenKind.Close)
            {
                children++;
            }

            if (kind == TokenKind.Close && parent >= 0)
            {
                tokens[parent] = tokens[parent] with { HasText = text || (blank && children == 0) };
            }
            else if (parent >= 0)
            {
                open.Push((parent, children, blank, text));
            }

            if (kind == TokenKind.Open)
            {
                open.Push((tokens.Count, 0, false, false));
            }

            tokens.Add(new(kind, at, end - at, false));
            at = end;
        }

        return tokens;
    }

    private static int End(string xml, int at, out TokenKind kind)
    {
        if (xml[at] != '<')
        {
            kind = TokenKind.Text;
            return xml.IndexOf('<', at) is >= 0 and var next ? next : xml.Length;
        }

        var rest = xml.AsSpan(at);
        if (rest.StartsWith("<![CDATA["))
        {
            kind = TokenKind.Text;
            return After(xml, at, "]]>");
        }

        if (rest.StartsWith("<!--") || rest.StartsWith("<?"))
        {
            kind = TokenKind.Other;
            return After(xml, at, rest[1] == '?' ? "?>" : "-->");
        }

        var quote = '\0';
        var i = at + 1;
        for (; i < xml.Length && (quote != '\0' || xml[i] != '>'); i++)
        {
            if (quote == '\0' ? xml[i] is '"' or '\'' : xml[i] == quote)
            {
                quote = quote == '\0' ? xml[i] : '\0';
            }
        }

        kind = rest.StartsWith("</") ? TokenKind.Close : i > 0 && xml[i - 1] == '/' ? TokenKind.Empty : TokenKind.Open;
        return Math.Min(i + 1, xml.Length);
    }

    private static int After(string xml, int at, string end) =>
        xml.IndexOf(end, at, StringComparison.Ordinal) is >= 0 and var found ? found + end.Length : xml.Length;

    private readonly record struct Token(TokenKind Kind, int Start, int Length, bool HasText);
}
