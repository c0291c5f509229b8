using System.Text;

namespace Vireo.Cli.Output;

/// <summary>Trees as virsh draws them.</summary>
internal static class TreeText
{
    public static void Append(StringBuilder text, string root, Func<string, List<string>> children) => Append(text, root, children, new StringBuilder(), isRoot: true, isLast: true);

    private static void Append(StringBuilder text, string name, Func<string, List<string>> children, StringBuilder indent, bool isRoot, bool isLast)
    {
        text.Append(indent).Append(isRoot ? "" : "+- ").Append(name).Append('\n');
        var length = indent.Length;
        if (!isRoot)
        {
            indent.Append(isLast ? "  " : "| ");
        }
        var below = children(name);
        if (below.Count > 0)
        {
            text.Append(indent).Append("  |\n");
        }
        indent.Append("  ");
        for (var i = 0; i < below.Count; i++)
        {
            Append(text, below[i], children, indent, isRoot: false, i == below.Count - 1);
        }
        indent.Length -= 2;
        if (below.Count == 0 && isLast)
        {
            text.Append(indent).Append('\n');
        }
        indent.Length = length;
    }
}
