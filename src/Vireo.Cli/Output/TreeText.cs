using System.Text;

namespace Vireo.Cli.Output;

/// <summary>Trees as virsh draws them.</summary>
internal static class TreeText
{
    public static void Append(StringBuilder text, string root, Func<string, List<string>> children)
    {
        foreach (var (branch, name) in Lines(root, children))
        {
            text.Append(branch).Append(name).Append('\n');
        }
    }

    /// <summary>The lines of a tree: what is drawn, and the name behind it; null where branches only go on.</summary>
    public static List<(string Branch, string? Name)> Lines(string root, Func<string, List<string>> children)
    {
        var lines = new List<(string, string?)>();
        Append(lines, root, children, new StringBuilder(), isRoot: true, isLast: true);
        return lines;
    }

    private static void Append(List<(string, string?)> lines, string name, Func<string, List<string>> children, StringBuilder indent, bool isRoot, bool isLast)
    {
        lines.Add((indent + (isRoot ? "" : "+- "), name));
        var length = indent.Length;
        if (!isRoot)
        {
            indent.Append(isLast ? "  " : "| ");
        }
        var below = children(name);
        if (below.Count > 0)
        {
            lines.Add((indent + "  |", null));
        }
        indent.Append("  ");
        for (var i = 0; i < below.Count; i++)
        {
            Append(lines, below[i], children, indent, isRoot: false, i == below.Count - 1);
        }
        indent.Length -= 2;
        if (below.Count == 0 && isLast)
        {
            lines.Add((indent.ToString(), null));
        }
        indent.Length = length;
    }
}
