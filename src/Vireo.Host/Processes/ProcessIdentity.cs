using System.Globalization;

namespace Vireo.Host.Processes;

/// <summary>A process beyond doubt: a pid alone may have been given to another since.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot, as the kernel has it.</param>
/// <param name="BootId">The boot of the host it runs in.</param>
public sealed record ProcessIdentity(int Pid, ulong StartTicks, string BootId)
{
    private static string? s_bootId;

    /// <summary>The kernel's id of this boot of the host.</summary>
    public static string CurrentBootId => s_bootId ??= File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The identity of the process that has <paramref name="pid"/> now; null when there is none.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException)
        {
            // Gone before or while it was read: both mean there is no such process.
            return null;
        }

        // The name, field 2, may hold spaces and brackets; the start time is field 22.
        var fields = stat.AsSpan(stat.LastIndexOf(')') + 2);
        for (var field = 3; field < 22; field++)
            fields = fields[(fields.IndexOf(' ') + 1)..];
        return new(pid, ulong.Parse(fields[..fields.IndexOf(' ')], CultureInfo.InvariantCulture), CurrentBootId);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is no such text.</summary>
    public static ProcessIdentity? Parse(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        return text.Trim().Split(parts, ' ') == 3
            && int.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0
            && ulong.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new(pid, ticks, text[parts[2]].Trim().ToString())
            : null;
    }

    /// <summary>Pid, start and boot, with spaces between.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {StartTicks} {BootId}");
}
