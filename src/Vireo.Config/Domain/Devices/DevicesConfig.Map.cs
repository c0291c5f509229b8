namespace Vireo.Config;

/// <content>Changing, adding and leaving out devices whatever their kind.</content>
public sealed partial record DevicesConfig
{
    /// <summary>Changes every device that can have a name and an address. Graphics, audio backends, leases and redirection filters are none.</summary>
    /// <param name="change">Gives what becomes of a device, which is of the same kind.</param>
    public DevicesConfig Map(Func<DeviceConfig, DeviceConfig> change)
    {
        ConfigList<T> Each<T>(ConfigList<T> devices)
            where T : DeviceConfig => devices.IsEmpty ? devices : devices.Map(device => (T)change(device));
        T? Perhaps<T>(T? device)
            where T : DeviceConfig => device is null ? null : (T)change(device);
        return this with
        {
            Disks = Each(Disks),
            Controllers = Each(Controllers),
            Filesystems = Each(Filesystems),
            Interfaces = Each(Interfaces),
            Smartcards = Each(Smartcards),
            Serials = Each(Serials),
            Parallels = Each(Parallels),
            Consoles = Each(Consoles),
            Channels = Each(Channels),
            Inputs = Each(Inputs),
            Tpms = Each(Tpms),
            Sounds = Each(Sounds),
            Videos = Each(Videos),
            Hostdevs = Each(Hostdevs),
            Redirdevs = Each(Redirdevs),
            Hubs = Each(Hubs),
            Watchdogs = Each(Watchdogs),
            Memballoon = Perhaps(Memballoon),
            Rngs = Each(Rngs),
            Nvram = Perhaps(Nvram),
            Panics = Each(Panics),
            Shmems = Each(Shmems),
            Memories = Each(Memories),
            Iommu = Perhaps(Iommu),
            Vsock = Perhaps(Vsock),
            Cryptos = Each(Cryptos),
            Pstore = Perhaps(Pstore),
        };
    }

    /// <summary>Goes to every device that can have a name and an address, as <see cref="Map"/> does.</summary>
    internal void Visit(Action<DeviceConfig> see) => Map(device =>
    {
        see(device);
        return device;
    });

    /// <summary>Every device that can have a name and an address.</summary>
    internal IEnumerable<DeviceConfig> All()
    {
        var all = new List<DeviceConfig>();
        Visit(all.Add);
        return all;
    }

    /// <summary>Those that fit, of the devices that can have a name; nothing else.</summary>
    internal DevicesConfig Only(Func<DeviceConfig, bool> match) => new DevicesConfig().Plus(Without(device => !match(device)));

    /// <summary>Leaves out those that fit, of the devices that can have a name.</summary>
    internal DevicesConfig Without(Func<DeviceConfig, bool> match)
    {
        ConfigList<T> Rest<T>(ConfigList<T> devices)
            where T : DeviceConfig => devices.Any(match) ? devices.Where(device => !match(device)).ToConfigList() : devices;
        T? Perhaps<T>(T? device)
            where T : DeviceConfig => device is null || match(device) ? null : device;
        return this with
        {
            Disks = Rest(Disks),
            Controllers = Rest(Controllers),
            Filesystems = Rest(Filesystems),
            Interfaces = Rest(Interfaces),
            Smartcards = Rest(Smartcards),
            Serials = Rest(Serials),
            Parallels = Rest(Parallels),
            Consoles = Rest(Consoles),
            Channels = Rest(Channels),
            Inputs = Rest(Inputs),
            Tpms = Rest(Tpms),
            Sounds = Rest(Sounds),
            Videos = Rest(Videos),
            Hostdevs = Rest(Hostdevs),
            Redirdevs = Rest(Redirdevs),
            Hubs = Rest(Hubs),
            Watchdogs = Rest(Watchdogs),
            Memballoon = Perhaps(Memballoon),
            Rngs = Rest(Rngs),
            Nvram = Perhaps(Nvram),
            Panics = Rest(Panics),
            Shmems = Rest(Shmems),
            Memories = Rest(Memories),
            Iommu = Perhaps(Iommu),
            Vsock = Perhaps(Vsock),
            Cryptos = Rest(Cryptos),
            Pstore = Perhaps(Pstore),
        };
    }

    /// <summary>Adds the devices of another document that can have a name, after one's own of their kind. Of a kind that there is once the other's counts.</summary>
    internal DevicesConfig Plus(DevicesConfig other)
    {
        static ConfigList<T> Both<T>(ConfigList<T> own, ConfigList<T> more) => more.IsEmpty ? own : [.. own, .. more];
        return this with
        {
            Disks = Both(Disks, other.Disks),
            Controllers = Both(Controllers, other.Controllers),
            Filesystems = Both(Filesystems, other.Filesystems),
            Interfaces = Both(Interfaces, other.Interfaces),
            Smartcards = Both(Smartcards, other.Smartcards),
            Serials = Both(Serials, other.Serials),
            Parallels = Both(Parallels, other.Parallels),
            Consoles = Both(Consoles, other.Consoles),
            Channels = Both(Channels, other.Channels),
            Inputs = Both(Inputs, other.Inputs),
            Tpms = Both(Tpms, other.Tpms),
            Sounds = Both(Sounds, other.Sounds),
            Videos = Both(Videos, other.Videos),
            Hostdevs = Both(Hostdevs, other.Hostdevs),
            Redirdevs = Both(Redirdevs, other.Redirdevs),
            Hubs = Both(Hubs, other.Hubs),
            Watchdogs = Both(Watchdogs, other.Watchdogs),
            Memballoon = other.Memballoon ?? Memballoon,
            Rngs = Both(Rngs, other.Rngs),
            Nvram = other.Nvram ?? Nvram,
            Panics = Both(Panics, other.Panics),
            Shmems = Both(Shmems, other.Shmems),
            Memories = Both(Memories, other.Memories),
            Iommu = other.Iommu ?? Iommu,
            Vsock = other.Vsock ?? Vsock,
            Cryptos = Both(Cryptos, other.Cryptos),
            Pstore = other.Pstore ?? Pstore,
        };
    }
}
