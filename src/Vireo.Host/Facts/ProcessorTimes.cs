using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>What the kernel counts of a processor's time, in nanoseconds.</summary>
/// <param name="Kernel">In the kernel, interrupts included.</param>
/// <param name="User">In programs.</param>
/// <param name="Idle">Doing nothing.</param>
/// <param name="Waiting">Doing nothing while something waits for a device.</param>
public sealed record ProcessorTimes(ulong Kernel, ulong User, ulong Idle, ulong Waiting)
{
    private const ulong NanosecondsPerTick = 10_000_000;

    /// <summary>All processors together.</summary>
    public static ProcessorTimes? Read() => Find("cpu");

    /// <summary>One processor's; null when there is none of that number, or it is switched off.</summary>
    public static ProcessorTimes? Read(int processor) => Find(string.Create(CultureInfo.InvariantCulture, $"cpu{processor}"));

    private static ProcessorTimes? Find(string name)
    {
        var line = (FactFile.Text("/proc/stat") ?? "").Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(fields => fields.Length > 7 && fields[0] == name);
        if (line is null)
            return null;
        ulong[] ticks = [.. line.Skip(1).Take(7).Select(static field => ulong.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * NanosecondsPerTick : 0)];
        return new(ticks[2] + ticks[5] + ticks[6], ticks[0] + ticks[1], ticks[3], ticks[4]);
    }
}
