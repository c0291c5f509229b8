using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>What is told of a backup that has ended, in libvirt's terms.</summary>
internal static class BackupResult
{
    /// <summary>The parameters of the event.</summary>
    public static TypedParam[] Describe(RunningBackup backup, LiveDisks disks, DateTimeOffset now)
    {
        var whole = (ulong)backup.Disks.Where(d => d.Mode == BackupDiskMode.Full || backup.IsPull).Sum(d => disks.Find(d.Name!)?.Chain?.Top.VirtualSize ?? 0);
        var elapsed = (ulong)Math.Max(0, now.ToUnixTimeMilliseconds() - backup.Started);
        var failed = backup.Disks.Any(d => d.State == RunningBackup.Failed);
        var cancelled = backup.Disks.Any(d => d.State == RunningBackup.Cancelled);
        List<TypedParam> told = [TypedParam.Of("operation", (int)DomainJobOperation.Backup), TypedParam.Of("time_elapsed", elapsed)];
        if (backup.IsPull)
        {
            told.Add(TypedParam.Of("disk_temp_used", 0UL));
            told.Add(TypedParam.Of("disk_temp_total", whole));
        }
        else if (whole > 0)
        {
            told.Add(TypedParam.Of("disk_total", whole));
            told.Add(TypedParam.Of("disk_processed", failed || cancelled ? 0UL : whole));
            told.Add(TypedParam.Of("disk_remaining", failed || cancelled ? whole : 0UL));
        }

        told.Add(TypedParam.Of("success", !failed));
        if (cancelled && !failed)
        {
            told.Add(TypedParam.Of("errmsg", "Operation canceled"));
        }

        return [.. told];
    }
}
