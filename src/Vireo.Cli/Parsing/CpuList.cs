using Vireo.Config;

namespace Vireo.Cli.Parsing;

/// <summary>Sets of host CPUs as users write them, and the maps they are on the wire.</summary>
internal static class CpuList
{
    private const string Everything = "r";

    /// <summary>How many bytes the map of so many CPUs takes.</summary>
    public static int MapLength(int cpus) => (cpus + 7) / 8;

    /// <summary>The map of <c>0-3,^2</c>, or of all with <c>r</c>.</summary>
    /// <param name="text">The list.</param>
    /// <param name="cpus">How many CPUs the host has.</param>
    /// <exception cref="CommandException">It is no list, names none, or one that the host has not.</exception>
    public static byte[] Map(string text, int cpus)
    {
        if (text == Everything)
        {
            return NumberSet.Of(Enumerable.Range(0, cpus)).ToMap(MapLength(cpus));
        }
        if (!NumberSet.TryParse(text, out var set))
        {
            throw new CommandException($"Invalid cpulist '{text}'", VireoException.InvalidArgument(ErrorDomain.None, $"Failed to parse bitmap '{text}'"));
        }
        return set.Count == 0 ? throw new CommandException($"Invalid cpulist '{text}'")
            : set.Max >= cpus ? throw new CommandException($"CPU {set.Max} in cpulist '{text}' exceed the maxcpu {cpus}")
            : set.ToMap(MapLength(cpus));
    }

    /// <summary>The list that a map means.</summary>
    public static string Text(ReadOnlySpan<byte> map) => NumberSet.OfMap(map).ToString();

    /// <summary>A letter a CPU: <c>yy-y</c>.</summary>
    public static string Marks(ReadOnlySpan<byte> map, int cpus)
    {
        var set = NumberSet.OfMap(map).ToHashSet();
        return string.Concat(Enumerable.Range(0, cpus).Select(cpu => set.Contains(cpu) ? 'y' : '-'));
    }
}
