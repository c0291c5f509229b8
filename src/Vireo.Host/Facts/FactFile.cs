using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>Reads the kernel's one-line files.</summary>
internal static class FactFile
{
    /// <summary>The line; null when the file is not there or cannot be read, as is usual for what a host does not have.</summary>
    public static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The kernel's lists of numbers: <c>0-3,8,10-11</c>.</summary>
public static class NumberList
{
    /// <summary>The numbers of a list in its order; what is no number ends it.</summary>
    public static IEnumerable<uint> Parse(string list)
    {
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2);
            if (!uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !uint.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                yield break;
            for (var number = first; number <= last; number++)
                yield return number;
        }
    }
}
