using System.Globalization;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Sets of CPUs: ranges in documents (<c>0-3,^2,8</c>), numbers in VMX files (<c>0,1,3,8</c>).</summary>
internal static class CpuSet
{
    /// <summary>How many CPUs a set can tell of.</summary>
    public const int MostCpus = 16384;

    /// <summary>The numbers of a document's set.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the text is no set.</exception>
    public static SortedSet<int> Parse(string text)
    {
        var set = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith('^'))
            {
                set.Remove(Number(part.AsSpan(1), text));
                continue;
            }

            var hyphen = part.IndexOf('-', StringComparison.Ordinal);
            var (first, last) = hyphen < 0 ? (Number(part, text), Number(part, text)) : (Number(part.AsSpan(0, hyphen), text), Number(part.AsSpan(hyphen + 1), text));
            for (var cpu = first; cpu <= last; cpu++)
                set.Add(cpu);
        }

        return set;
    }

    /// <summary>A document's text for a set.</summary>
    public static string Format(SortedSet<int> set)
    {
        var parts = new List<string>();
        foreach (var cpu in set)
        {
            if (set.Contains(cpu - 1))
                continue;
            var last = cpu;
            while (set.Contains(last + 1))
                last++;
            parts.Add(last == cpu ? $"{cpu}" : $"{cpu}-{last}");
        }

        return string.Join(',', parts);
    }

    private static int Number(ReadOnlySpan<char> part, string text) =>
        int.TryParse(part, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var cpu) && cpu < MostCpus
            ? cpu
            : throw VireoException.InvalidArgument(ErrorDomain.None, $"Failed to parse bitmap '{text}'");
}
