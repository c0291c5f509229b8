using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>All devices of a domain, grouped by kind as libvirt groups them.</summary>
[XmlRecord(Open = true)]
public sealed partial record DevicesConfig
{
    [XmlElement] public string? Emulator { get; init; }

    [XmlElement("disk")] public ConfigList<DiskConfig> Disks { get; init; }

    [XmlElement("controller")] public ConfigList<ControllerConfig> Controllers { get; init; }

    [XmlElement("lease")] public ConfigList<LeaseConfig> Leases { get; init; }

    [XmlElement("filesystem")] public ConfigList<FilesystemConfig> Filesystems { get; init; }

    [XmlElement("interface")] public ConfigList<InterfaceConfig> Interfaces { get; init; }

    [XmlElement("smartcard")] public ConfigList<SmartcardConfig> Smartcards { get; init; }

    [XmlElement("serial")] public ConfigList<CharDevice> Serials { get; init; }

    [XmlElement("parallel")] public ConfigList<CharDevice> Parallels { get; init; }

    [XmlElement("console")] public ConfigList<CharDevice> Consoles { get; init; }

    [XmlElement("channel")] public ConfigList<CharDevice> Channels { get; init; }

    [XmlElement("input")] public ConfigList<InputConfig> Inputs { get; init; }

    [XmlElement("tpm")] public ConfigList<TpmConfig> Tpms { get; init; }

    [XmlElement("graphics")] public ConfigList<GraphicsConfig> Graphics { get; init; }

    [XmlElement("sound")] public ConfigList<SoundConfig> Sounds { get; init; }

    [XmlElement("audio")] public ConfigList<AudioConfig> Audios { get; init; }

    [XmlElement("video")] public ConfigList<VideoConfig> Videos { get; init; }

    [XmlElement("hostdev")] public ConfigList<HostdevConfig> Hostdevs { get; init; }

    [XmlElement("redirdev")] public ConfigList<RedirdevConfig> Redirdevs { get; init; }

    [XmlElement] public RedirfilterConfig? Redirfilter { get; init; }

    [XmlElement("hub")] public ConfigList<HubConfig> Hubs { get; init; }

    [XmlElement("watchdog")] public ConfigList<WatchdogConfig> Watchdogs { get; init; }

    [XmlElement] public MemballoonConfig? Memballoon { get; init; }

    [XmlElement("rng")] public ConfigList<RngConfig> Rngs { get; init; }

    [XmlElement] public NvramDevice? Nvram { get; init; }

    [XmlElement("panic")] public ConfigList<PanicConfig> Panics { get; init; }

    [XmlElement("shmem")] public ConfigList<ShmemConfig> Shmems { get; init; }

    [XmlElement("memory")] public ConfigList<MemoryDevice> Memories { get; init; }

    [XmlElement] public IommuConfig? Iommu { get; init; }

    [XmlElement] public VsockConfig? Vsock { get; init; }

    [XmlElement("crypto")] public ConfigList<CryptoConfig> Cryptos { get; init; }

    [XmlElement] public PstoreConfig? Pstore { get; init; }
}

/// <summary>What every device may say of itself: its place in the boot order, its name, where it is plugged in.</summary>
[XmlRecord]
public abstract partial record DeviceConfig
{
    [XmlElement] public DeviceBoot? Boot { get; init; }

    /// <summary>The device's name, unique in the domain; made up by the driver or <c>ua-…</c> by the user.</summary>
    [XmlElement("alias", Value = "name")] public string? Alias { get; init; }

    [XmlElement] public DeviceMaster? Master { get; init; }

    [XmlElement] public DeviceRom? Rom { get; init; }

    [XmlElement("acpi", Value = "index")] public uint? AcpiIndex { get; init; }

    [XmlElement] public DeviceAddress? Address { get; init; }
}

/// <summary>A device's place in the boot order.</summary>
[XmlRecord]
public sealed partial record DeviceBoot
{
    [XmlAttribute(Required = true)] public uint? Order { get; init; }

    [XmlAttribute(Form = "LoadParameter")] public string? Loadparm { get; init; }
}

/// <summary>The master of a USB companion controller.</summary>
[XmlRecord]
public sealed partial record DeviceMaster
{
    [XmlAttribute] public uint? Startport { get; init; }
}

/// <summary>A PCI device's ROM.</summary>
[XmlRecord]
public sealed partial record DeviceRom
{
    [XmlAttribute] public bool? Enabled { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Bar { get; init; }

    [XmlAttribute] public string? File { get; init; }
}

/// <summary>Settings common to virtio devices.</summary>
[XmlRecord]
public sealed partial record VirtioDriver
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }
}

/// <summary>A lease of a lock manager.</summary>
[XmlRecord]
public sealed partial record LeaseConfig
{
    [XmlElement] public string? Lockspace { get; init; }

    [XmlElement(Missing = "Missing 'key' element for lease")] public string? Key { get; init; }

    [XmlElement(Missing = "Missing 'target' element for lease")] public LeaseTarget? Target { get; init; }
}

/// <summary>A lease's file.</summary>
[XmlRecord]
public sealed partial record LeaseTarget
{
    [XmlAttribute(Missing = "Missing 'path' attribute to 'target' element for lease")] public string? Path { get; init; }

    [XmlAttribute] public ulong? Offset { get; init; }
}
