using System.Collections.Concurrent;
using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Inspection;

/// <summary>The last trouble that a hypervisor had with each of its disks. Noted by its events, read by whoever asks.</summary>
internal sealed class DiskErrors
{
    private const int LongestReason = 256;
    private readonly ConcurrentDictionary<string, string> _last = new(StringComparer.Ordinal);

    /// <summary>Notes one.</summary>
    /// <param name="disk">The disk, as the live document shows it.</param>
    /// <param name="reason">What the hypervisor says of it.</param>
    /// <param name="at">When it was.</param>
    public void Note(DiskConfig disk, string reason, DateTimeOffset at)
    {
        if (disk.Target?.Dev is { } target)
        {
            _last[target] = string.Create(
                CultureInfo.InvariantCulture, $"I/O error: disk='{target}', index='{disk.Source?.Index}', path='{disk.SourcePath()}', timestamp='{at.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}+0000', message='{Bounded(reason)}'");
        }
    }

    /// <summary>Those of the disks that the domain still has, in its document's order.</summary>
    /// <param name="live">The live document.</param>
    public IEnumerable<string> Messages(DomainConfig live) => live.Devices.Disks.Select(disk => _last.GetValueOrDefault(disk.Target?.Dev ?? "")).OfType<string>();

    private static string Bounded(string reason) => new([.. reason.Take(LongestReason).Select(static c => char.IsControl(c) ? ' ' : c)]);
}
