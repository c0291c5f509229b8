using System.Globalization;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Sets of CPUs and nodes, which documents write <c>0-3,8</c>.</summary>
internal static class NumberSet
{
    /// <summary>The numbers of a set; the parser has seen to it that there are not many and that they are in order.</summary>
    public static SortedSet<int> Parse(string text)
    {
        var numbers = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var first = int.Parse(dash < 0 ? part : part[..dash], CultureInfo.InvariantCulture);
            var last = dash < 0 ? first : int.Parse(part[(dash + 1)..], CultureInfo.InvariantCulture);
            for (var i = first; i <= last; i++)
            {
                numbers.Add(i);
            }
        }

        return numbers;
    }
}
