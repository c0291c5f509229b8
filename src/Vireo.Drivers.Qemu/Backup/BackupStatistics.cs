using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>What is told of a backup, in libvirt's terms.</summary>
internal static class BackupStatistics
{
    /// <summary>How far it is.</summary>
    public static async Task<JobStatistics> MeasureAsync(QemuProcess process, RunningBackup backup, CancellationToken cancellationToken)
    {
        var jobs = await process.Monitor.ExecuteAsync(Qmp.QueryJobs, cancellationToken).ConfigureAwait(false);
        var names = backup.Disks.Select(RunningBackup.JobOf).ToHashSet(StringComparer.Ordinal);
        var (total, current) = (0L, 0L);
        foreach (var job in jobs.Where(j => names.Contains(j.Id)))
        {
            total += job.Total;
            current += job.Current;
        }

        return Of(backup, DomainJobType.Unbounded, total, current);
    }

    /// <summary>How it ended.</summary>
    public static JobStatistics Ended(RunningBackup backup, LiveDisks disks)
    {
        var whole = backup.Disks.Where(d => d.Mode == BackupDiskMode.Full || backup.IsPull).Sum(d => disks.Find(d.Name!)?.Chain?.Top.VirtualSize ?? 0);
        var failed = backup.Disks.Any(d => d.State == RunningBackup.Failed);
        var cancelled = backup.Disks.Any(d => d.State == RunningBackup.Cancelled);
        return Of(backup, failed ? DomainJobType.Failed : DomainJobType.Completed, whole, backup.IsPull || failed || cancelled ? 0 : whole) with
        {
            Success = !failed,
            Error = cancelled && !failed ? "Operation canceled" : null,
        };
    }

    private static JobStatistics Of(RunningBackup backup, DomainJobType type, long total, long current) => new(
        type,
        DomainJobOperation.Backup,
        TimeSpan.FromMilliseconds(Math.Max(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - backup.Started)),
        backup.IsPull ? new JobProgress { Temporary = (total, current) } : new JobProgress { Disk = (total, current) });
}
