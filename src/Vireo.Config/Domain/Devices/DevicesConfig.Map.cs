namespace Vireo.Config;

/// <content>Changing every device.</content>
public sealed partial record DevicesConfig
{
    /// <summary>Changes every device that can have a name and an address. Graphics, audio backends, leases and redirection filters are none.</summary>
    /// <param name="change">Gives what becomes of a device, which is of the same kind.</param>
    public DevicesConfig Map(Func<DeviceConfig, DeviceConfig> change)
    {
        T One<T>(T device)
            where T : DeviceConfig => (T)change(device);
        T? Perhaps<T>(T? device)
            where T : DeviceConfig => device is null ? null : One(device);
        return this with
        {
            Disks = Disks.Map(One),
            Controllers = Controllers.Map(One),
            Filesystems = Filesystems.Map(One),
            Interfaces = Interfaces.Map(One),
            Smartcards = Smartcards.Map(One),
            Serials = Serials.Map(One),
            Parallels = Parallels.Map(One),
            Consoles = Consoles.Map(One),
            Channels = Channels.Map(One),
            Inputs = Inputs.Map(One),
            Tpms = Tpms.Map(One),
            Sounds = Sounds.Map(One),
            Videos = Videos.Map(One),
            Hostdevs = Hostdevs.Map(One),
            Redirdevs = Redirdevs.Map(One),
            Hubs = Hubs.Map(One),
            Watchdogs = Watchdogs.Map(One),
            Memballoon = Perhaps(Memballoon),
            Rngs = Rngs.Map(One),
            Nvram = Perhaps(Nvram),
            Panics = Panics.Map(One),
            Shmems = Shmems.Map(One),
            Memories = Memories.Map(One),
            Iommu = Perhaps(Iommu),
            Vsock = Perhaps(Vsock),
            Cryptos = Cryptos.Map(One),
            Pstore = Perhaps(Pstore),
        };
    }
}
