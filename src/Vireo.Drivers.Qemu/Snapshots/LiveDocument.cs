using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>The live document with its disks as the hypervisor has them open.</summary>
internal static class LiveDocument
{
    /// <summary>The document with every disk's chain and numbers.</summary>
    public static DomainConfig Show(DomainConfig live, LiveDisks disks) => live with
    {
        Devices = live.Devices with { Disks = [.. live.Devices.Disks.Select(d => d.Target?.Dev is { } target && disks.Find(target) is { } open ? d.Show(open) with { Mirror = MirrorElement.Of(disks.JobOf(target), open) } : d)] },
    };
}
