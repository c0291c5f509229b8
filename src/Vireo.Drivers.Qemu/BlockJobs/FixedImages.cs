using Vireo.Config;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Disks whose images stay as they are while the guest runs.</summary>
internal static class FixedImages
{
    /// <summary>Refuses to change the images of such a disk: what is made of a transient one's would go with the run, and a vhost-user one's are another process's.</summary>
    /// <param name="live">The running guest's document.</param>
    /// <param name="target">The disk.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED.</exception>
    public static void RefuseJob(DomainConfig live, string target)
    {
        var kind = live.Devices.Disks.Find(disk => disk.Target?.Dev == target) switch
        {
            { Transient: not null } => "transient",
            { Type: DiskType.VhostUser } => "vhostuser",
            _ => null,
        };
        if (kind is not null)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"block jobs are not supported on {kind} disk '{target}'");
        }
    }
}
