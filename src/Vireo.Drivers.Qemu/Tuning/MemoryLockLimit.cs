using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.HostDevices;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>How much memory a guest's process may keep from being swapped out: what an encrypted guest, or one with devices of the host, is made of must stay where it is.</summary>
internal static partial class MemoryLockLimit
{
    private const int NotPermitted = 1;
    private static readonly DataSize s_forDevices = DataSize.FromGiB(1);

    /// <summary>The limit in bytes; null where the daemon's own holds.</summary>
    public static ulong? Of(DomainConfig config) => config switch
    {
        { Memtune.HardLimit: { } hard } when hard.KiB < MemoryLimits.Unlimited => hard.Bytes,
        { MemoryBacking.Locked: true } => LockedMemory.Unlimited,
        _ when HasHostMemory(config.Devices) => (config.Memory?.Size.Bytes ?? 0) + s_forDevices.Bytes,
        _ => null,
    };

    /// <summary>Has a process that was started with its limit keep to it, whatever it does. Where the daemon may not allow so much, the log says so, and QEMU tells when what it has is too little.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="config">Its document.</param>
    /// <param name="log">Told.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Settle(int pid, DomainConfig config, ILogger log)
    {
        if (Of(config) is { } bytes && !TryLimit(pid, bytes, bytes) && LockedMemory.Most < bytes)
        {
            LogRefused(log, config.Name!, pid, Text(bytes));
        }
    }

    /// <summary>Lets a process lock what its document is about to ask for, or as much of it as the daemon may allow, which the log says; what it may lock already it may go on to.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="next">What the document is going to be.</param>
    /// <param name="log">Told.</param>
    /// <returns>Takes it back; null when nothing has changed.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static Action? Raise(int pid, DomainConfig next, ILogger log)
    {
        if (Of(next) is not { } bytes || LimitsOf(pid) is var (present, most) && present >= bytes)
        {
            return null;
        }

        if (TryLimit(pid, bytes, Math.Max(bytes, most)))
        {
            return TakeBack;
        }

        LogRefused(log, next.Name!, pid, Text(bytes));
        return most > present && TryLimit(pid, most, most) ? TakeBack : null;

        void TakeBack() => LockedMemory.Limit(pid, present, most);
    }

    // What may not be seen may not be raised either.
    private static (ulong Bytes, ulong Most) LimitsOf(int pid)
    {
        try
        {
            return LockedMemory.LimitsOf(pid);
        }
        catch (VireoException e) when (e.Number1 == NotPermitted)
        {
            return default;
        }
    }

    private static bool TryLimit(int pid, ulong bytes, ulong most)
    {
        try
        {
            LockedMemory.Limit(pid, bytes, most);
            return true;
        }
        catch (VireoException e) when (e.Number1 == NotPermitted)
        {
            return false;
        }
    }

    private static string Text(ulong bytes) => bytes == LockedMemory.Unlimited ? "any amount" : $"{bytes} bytes";

    private static bool HasHostMemory(DevicesConfig devices) =>
        devices.Hostdevs.Any(device => device.Type is HostdevType.Pci or HostdevType.Mdev) || devices.Interfaces.Any(card => card.Type is InterfaceType.Hostdev or InterfaceType.Vdpa)
        || NvmeControllers.Has(devices);

    [LoggerMessage(80, LogLevel.Warning, "domain '{Name}': its process {Pid} is to lock {Amount} of memory, and the daemon may not allow it so much")]
    private static partial void LogRefused(ILogger log, string name, int pid, string amount);
}
