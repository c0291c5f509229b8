using Vireo.Config;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>How much memory a guest's process may keep from being swapped out: what an encrypted guest, or one with devices of the host, is made of must stay where it is.</summary>
internal static class MemoryLockLimit
{
    private static readonly DataSize s_forDevices = DataSize.FromGiB(1);

    /// <summary>The limit in bytes; null where the daemon's own holds.</summary>
    public static ulong? Of(DomainConfig config) => config switch
    {
        { Memtune.HardLimit: { } hard } when hard.KiB < MemoryLimits.Unlimited => hard.Bytes,
        { MemoryBacking.Locked: true } => LockedMemory.Unlimited,
        _ when HasHostMemory(config.Devices) => TotalOf(config) + s_forDevices.Bytes,
        _ => null,
    };

    /// <summary>Lets a process that was just started lock so much. A daemon that may not allow it leaves the limit as it is: QEMU tells when that is too little.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Apply(int pid, ulong bytes)
    {
        const int notPermitted = 1;
        try
        {
            LockedMemory.Limit(pid, bytes);
        }
        catch (VireoException e) when (e.Number1 == notPermitted)
        {
            return;
        }
    }

    private static ulong TotalOf(DomainConfig config) =>
        (config.Memory?.Size.Bytes ?? 0) + (config.Devices.Memories.IsEmpty ? 0 : config.Devices.Memories.Aggregate(0UL, static (sum, memory) => sum + (memory.Target?.Size?.Bytes ?? 0)));

    private static bool HasHostMemory(DevicesConfig devices) =>
        devices.Hostdevs.Any(device => device.Type is HostdevType.Pci or HostdevType.Mdev) || devices.Interfaces.Any(card => card.Type is InterfaceType.Hostdev or InterfaceType.Vdpa)
        || devices.Disks.Any(disk => disk.Type == DiskType.Nvme);
}
