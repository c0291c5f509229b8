namespace Vireo.Config.Defaults;

/// <summary>A domain's devices while defaults are filled in: the same lists, but changeable in place.</summary>
internal sealed class DeviceDraft
{
    private readonly DevicesConfig _from;

    /// <summary>A draft of what the document says.</summary>
    public DeviceDraft(DevicesConfig from)
    {
        _from = from;
        Emulator = from.Emulator;
        Disks = from.Disks.ToList();
        Controllers = from.Controllers.ToList();
        Filesystems = from.Filesystems.ToList();
        Interfaces = from.Interfaces.ToList();
        Serials = from.Serials.ToList();
        Parallels = from.Parallels.ToList();
        Consoles = from.Consoles.ToList();
        Channels = from.Channels.ToList();
        Inputs = from.Inputs.ToList();
        Graphics = from.Graphics.ToList();
        Sounds = from.Sounds.ToList();
        Audios = from.Audios.ToList();
        Videos = from.Videos.ToList();
        Redirdevs = from.Redirdevs.ToList();
        Tpms = from.Tpms.ToList();
        Hubs = from.Hubs.ToList();
        Watchdogs = from.Watchdogs.ToList();
        Rngs = from.Rngs.ToList();
        Panics = from.Panics.ToList();
        Shmems = from.Shmems.ToList();
        Hostdevs = from.Hostdevs.ToList();
        Smartcards = from.Smartcards.ToList();
        Memories = from.Memories.ToList();
        Iommu = from.Iommu;
        Memballoon = from.Memballoon;
        Vsock = from.Vsock;
        Nvram = from.Nvram;
    }

    /// <summary>The hypervisor's path.</summary>
    public string? Emulator { get; set; }

    public List<DiskConfig> Disks { get; set; }

    public List<ControllerConfig> Controllers { get; set; }

    public List<FilesystemConfig> Filesystems { get; }

    public List<InterfaceConfig> Interfaces { get; }

    public List<CharDevice> Serials { get; }

    public List<CharDevice> Parallels { get; }

    public List<CharDevice> Consoles { get; }

    public List<CharDevice> Channels { get; }

    public List<InputConfig> Inputs { get; }

    public List<GraphicsConfig> Graphics { get; }

    public List<SoundConfig> Sounds { get; }

    public List<AudioConfig> Audios { get; }

    public List<VideoConfig> Videos { get; }

    public List<RedirdevConfig> Redirdevs { get; }

    public List<TpmConfig> Tpms { get; }

    public List<HubConfig> Hubs { get; }

    public List<WatchdogConfig> Watchdogs { get; }

    public List<RngConfig> Rngs { get; }

    public List<PanicConfig> Panics { get; }

    public List<ShmemConfig> Shmems { get; }

    public List<HostdevConfig> Hostdevs { get; }

    public List<SmartcardConfig> Smartcards { get; }

    public List<MemoryDevice> Memories { get; }

    public IommuConfig? Iommu { get; set; }

    public MemballoonConfig? Memballoon { get; set; }

    public VsockConfig? Vsock { get; set; }

    public NvramDevice? Nvram { get; set; }

    /// <summary>The devices as they stand now.</summary>
    public DevicesConfig ToConfig() => _from with
    {
        Emulator = Emulator,
        Disks = Disks.ToConfigList(),
        Controllers = Controllers.ToConfigList(),
        Filesystems = Filesystems.ToConfigList(),
        Interfaces = Interfaces.ToConfigList(),
        Serials = Serials.ToConfigList(),
        Parallels = Parallels.ToConfigList(),
        Consoles = Consoles.ToConfigList(),
        Channels = Channels.ToConfigList(),
        Inputs = Inputs.ToConfigList(),
        Graphics = Graphics.ToConfigList(),
        Sounds = Sounds.ToConfigList(),
        Audios = Audios.ToConfigList(),
        Videos = Videos.ToConfigList(),
        Redirdevs = Redirdevs.ToConfigList(),
        Tpms = Tpms.ToConfigList(),
        Hubs = Hubs.ToConfigList(),
        Watchdogs = Watchdogs.ToConfigList(),
        Rngs = Rngs.ToConfigList(),
        Panics = Panics.ToConfigList(),
        Shmems = Shmems.ToConfigList(),
        Hostdevs = Hostdevs.ToConfigList(),
        Smartcards = Smartcards.ToConfigList(),
        Memories = Memories.ToConfigList(),
        Iommu = Iommu,
        Memballoon = Memballoon,
        Vsock = Vsock,
        Nvram = Nvram,
    };

    /// <summary>Changes every item of a list.</summary>
    public static void Each<T>(List<T> list, Func<T, T> change)
    {
        for (var i = 0; i < list.Count; i++)
        {
            list[i] = change(list[i]);
        }
    }
}
