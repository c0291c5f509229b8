using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Memory that guests share.</summary>
internal sealed class ShmemKind() : DeviceKind("shmem")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (live && wanted.Shmems[0].Model is null or ShmemModel.Ivshmem)
        {
            throw Unpluggable($"live attach of shmem model '{ShmemModel.Ivshmem.ToXmlName()}' is not supported");
        }

        if (!live && Match(wanted, config) is not null)
        {
            throw Present("device is already in the domain configuration");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => Match(wanted, config)
        ?? throw Missing(live ? $"model '{wanted.Shmems[0].Model?.ToXmlName()}' shmem device not present in domain configuration" : "matching shmem device was not found");

    private static ShmemConfig? Match(DevicesConfig wanted, DomainConfig config)
    {
        var shared = wanted.Shmems[0];
        return config.Devices.Shmems.Find(other => other.Name == shared.Name && (shared.Size is null || other.Size == shared.Size) && (shared.Model is null || other.Model == shared.Model)
            && other.Server == shared.Server && IsAt(shared, other));
    }
}
