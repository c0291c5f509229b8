using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>What is told of a job under way.</summary>
internal static class BlockJobProgress
{
    /// <summary>How far it is. A job that goes on never looks finished: clients that poll take equal numbers for its end.</summary>
    /// <param name="type">What it does.</param>
    /// <param name="told">What the hypervisor says of it.</param>
    /// <param name="inBytes">Whether the limit is told in bytes a second; else in MiB.</param>
    public static DomainGetBlockJobInfoResult Of(DomainBlockJobType type, QmpBlockJob told, bool inBytes)
    {
        var (at, end) = ((ulong)told.Offset, (ulong)told.Length);
        if (at == 0 && end == 0)
        {
            (at, end) = told.Ready ? (1UL, 1UL) : (0UL, 1UL);
        }
        else if (at == end && !told.Ready)
        {
            at--;
        }

        const ulong mebibyte = 1 << 20;
        var speed = (ulong)told.Speed;
        return new DomainGetBlockJobInfoResult(1, (int)type, inBytes ? speed : (speed + mebibyte - 1) / mebibyte, at, end);
    }

    /// <summary>Refuses a change of a disk on which a job works.</summary>
    /// <exception cref="VireoException">VIR_ERR_BLOCK_COPY_ACTIVE, VIR_ERR_OPERATION_UNSUPPORTED.</exception>
    public static void RefuseBusy(LiveDisks disks, string target)
    {
        var job = disks.JobOf(target);
        if (job is null && disks.Backup?.DiskOf(target) is null)
        {
            return;
        }

        throw new VireoException(
            job?.Mirrors == true ? ErrorCode.BlockCopyActive : ErrorCode.OperationUnsupported,
            ErrorDomain.Qemu,
            $"disk '{target}' already in active block job");
    }
}
