using System.Globalization;
using Vireo.Host.Facts;

namespace Vireo.Host.Processes;

/// <summary>What the kernel counts of a process or one of its threads.</summary>
/// <param name="UserNanoseconds">Time in user mode.</param>
/// <param name="SystemNanoseconds">Time in the kernel.</param>
/// <param name="Processor">The processor it last ran on.</param>
/// <param name="ResidentKiB">Memory that is in RAM, of the whole process.</param>
public sealed record ProcessFigures(ulong UserNanoseconds, ulong SystemNanoseconds, int Processor, ulong ResidentKiB)
{
    // The kernel's USER_HZ is 100 on every architecture that .NET has.
    private const ulong NanosecondsPerTick = 10_000_000;

    /// <summary>Both modes.</summary>
    public ulong Nanoseconds => UserNanoseconds + SystemNanoseconds;

    /// <summary>A process's; null when there is none.</summary>
    public static ProcessFigures? Of(int pid) => Parse(FactFile.Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));

    /// <summary>A thread's; null when there is none.</summary>
    public static ProcessFigures? Of(int pid, int thread) => Parse(FactFile.Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{thread}/stat")));

    /// <summary>How long a thread was ready and had no processor, in nanoseconds; null where the kernel does not count it.</summary>
    public static ulong? Delay(int pid, int thread) =>
        FactFile.Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{thread}/schedstat"))?.Split(' ') is [_, var delay, ..]
            && ulong.TryParse(delay, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>How long a thread waited, in nanoseconds; 0 where the kernel has not been told to count it.</summary>
    public static ulong Wait(int pid, int thread)
    {
        foreach (var line in (FactFile.Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{thread}/sched")) ?? "").Split('\n'))
        {
            if (line.Split(':', 2) is [var name, var value] && name.TrimEnd() is "wait_sum" or "se.statistics.wait_sum" or "se.statistics->wait_sum" && decimal.TryParse(value.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds))
                return (ulong)(milliseconds * 1_000_000);
        }

        return 0;
    }

    /// <summary>Reads a line of <c>/proc/PID/stat</c>. The name in it may hold anything, brackets and blanks included.</summary>
    internal static ProcessFigures? Parse(string? line)
    {
        if (line?.LastIndexOf(')') is not (> 0 and var end))
            return null;
        var fields = line[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 36 && Number(fields[11]) is { } user && Number(fields[12]) is { } system && Number(fields[21]) is { } pages && Number(fields[36]) is { } processor
            ? new(user * NanosecondsPerTick, system * NanosecondsPerTick, (int)processor, pages * (ulong)Environment.SystemPageSize / 1024)
            : null;
    }

    private static ulong? Number(string field) => ulong.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
