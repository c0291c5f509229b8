namespace Vireo.TestKit;

/// <summary>The lines that one text has and another has not, wherever they stand.</summary>
public static class LineDifference
{
    /// <summary>Tells them apart.</summary>
    /// <param name="first">The text as it should be.</param>
    /// <param name="second">The text as it is.</param>
    /// <returns>Those of the first with a minus before them, then those of the second with a plus.</returns>
    public static List<string> Between(string first, string second)
    {
        var (left, right) = (Split(first), Split(second));
        return [.. Rest(left, right).Select(line => "-" + line), .. Rest(right, left).Select(line => "+" + line)];
    }

    private static List<string> Split(string text) => [.. text.Split('\n').Where(line => line.Length > 0)];

    private static IEnumerable<string> Rest(List<string> lines, List<string> others)
    {
        var left = others.ToList();
        return lines.Where(line => !left.Remove(line)).ToList();
    }
}
