using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A keyboard, mouse, tablet or the host's input device.</summary>
[XmlRecord]
public sealed partial record InputConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown input device type '{0}'", InvalidCode = XmlCode.Unsupported)] public InputType? Type { get; init; }

    [XmlAttribute] public string? Bus { get; init; }

    [XmlAttribute] public string? Model { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }

    [XmlElement] public InputSource? Source { get; init; }
}

/// <summary>The kind of an input device.</summary>
[XmlEnum]
public enum InputType
{
    Mouse, Tablet, Keyboard, Passthrough, Evdev,
}

/// <summary>The host's input device.</summary>
[XmlRecord]
public sealed partial record InputSource
{
    [XmlAttribute] public string? Evdev { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public string? Grab { get; init; }

    [XmlAttribute] public string? GrabToggle { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Repeat { get; init; }
}

/// <summary>A trusted platform module.</summary>
[XmlRecord]
public sealed partial record TpmConfig : DeviceConfig
{
    [XmlAttribute] public TpmModel? Model { get; init; }

    [XmlElement] public TpmBackend? Backend { get; init; }
}

/// <summary>How the guest reaches its TPM.</summary>
[XmlEnum]
public enum TpmModel
{
    [XmlName("tpm-tis")] Tis,
    [XmlName("tpm-crb")] Crb,
    [XmlName("tpm-spapr")] Spapr,
    [XmlName("spapr-tpm-proxy")] SpaprProxy,
}

/// <summary>What serves the TPM.</summary>
[XmlRecord]
public sealed partial record TpmBackend
{
    [XmlAttribute(Required = true)] public TpmBackendType? Type { get; init; }

    [XmlAttribute] public TpmVersion? Version { get; init; }

    /// <summary>The state outlives a domain that is undefined or transient.</summary>
    [XmlAttribute("persistent_state", Invalid = "Invalid persistent_state value, either 'yes' or 'no'", InvalidCode = XmlCode.Internal)]
    public bool? PersistentState { get; init; }

    [XmlElement("encryption", Value = "secret")] public string? EncryptionSecret { get; init; }

    [XmlElement("device", Value = "path")] public string? DevicePath { get; init; }

    [XmlElement] public XmlFragment? Source { get; init; }

    [XmlElement("active_pcr_banks")] public XmlFragment? ActivePcrBanks { get; init; }
}

/// <summary>What serves a TPM.</summary>
[XmlEnum]
public enum TpmBackendType
{
    Passthrough, Emulator, External,
}

/// <summary>The version of the TPM's specification.</summary>
[XmlEnum]
public enum TpmVersion
{
    [XmlName("1.2")] V12,
    [XmlName("2.0")] V20,
}

/// <summary>A watchdog.</summary>
[XmlRecord]
public sealed partial record WatchdogConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute(Invalid = "unknown watchdog action '{0}'", InvalidCode = XmlCode.Unsupported)] public WatchdogAction? Action { get; init; }
}

/// <summary>What a watchdog does.</summary>
[XmlEnum]
public enum WatchdogAction
{
    Reset, Shutdown, Poweroff, Pause, Dump, None,
    [XmlName("inject-nmi")] InjectNmi,
}

/// <summary>The memory balloon.</summary>
[XmlRecord]
public sealed partial record MemballoonConfig : DeviceConfig
{
    [XmlAttribute] public MemballoonModel? Model { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Autodeflate { get; init; }

    [XmlAttribute(OnOff = true)] public bool? FreePageReporting { get; init; }

    [XmlElement("stats", Value = "period")] public uint? StatsPeriod { get; init; }

    [XmlElement(Last = true)] public VirtioDriver? Driver { get; init; }
}

/// <summary>A balloon's model.</summary>
[XmlEnum]
public enum MemballoonModel
{
    Virtio, Xen, None,
    [XmlName("virtio-transitional")] VirtioTransitional,
    [XmlName("virtio-non-transitional")] VirtioNonTransitional,
}

/// <summary>A source of random numbers.</summary>
[XmlRecord]
public sealed partial record RngConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlElement] public RngRate? Rate { get; init; }

    [XmlElement] public RngBackend? Backend { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>Bytes for each period, in milliseconds.</summary>
[XmlRecord]
public sealed partial record RngRate
{
    [XmlAttribute] public uint? Bytes { get; init; }

    [XmlAttribute] public uint? Period { get; init; }
}

/// <summary>Where the numbers come from.</summary>
[XmlRecord]
public sealed partial record RngBackend
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    /// <summary>The device of a <c>random</c> backend.</summary>
    [XmlText] public string? Path { get; init; }

    [XmlElement("source")] public ConfigList<CharSource> Sources { get; init; }

    [XmlElement("protocol", Value = "type")] public string? Protocol { get; init; }
}

/// <summary>POWER's NVRAM.</summary>
[XmlRecord]
public sealed partial record NvramDevice : DeviceConfig;

/// <summary>A device that tells of the guest's panic.</summary>
[XmlRecord]
public sealed partial record PanicConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }
}

/// <summary>Memory shared between guests.</summary>
[XmlRecord]
public sealed partial record ShmemConfig : DeviceConfig
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Role { get; init; }

    [XmlElement("model", Value = "type")] public string? Model { get; init; }

    [XmlElement("size", Unit = "M")] public DataSize? Size { get; init; }

    [XmlElement] public ShmemServer? Server { get; init; }

    [XmlElement] public ShmemMsi? Msi { get; init; }
}

/// <summary>The server that hands the memory out.</summary>
[XmlRecord]
public sealed partial record ShmemServer
{
    [XmlAttribute] public string? Path { get; init; }
}

/// <summary>Interrupts of shared memory.</summary>
[XmlRecord]
public sealed partial record ShmemMsi
{
    [XmlAttribute] public uint? Vectors { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ioeventfd { get; init; }
}

/// <summary>A memory module.</summary>
[XmlRecord]
public sealed partial record MemoryDevice : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public string? Access { get; init; }

    [XmlAttribute] public bool? Discard { get; init; }

    [XmlElement] public string? Uuid { get; init; }

    [XmlElement] public MemoryDeviceSource? Source { get; init; }

    [XmlElement] public MemoryDeviceTarget? Target { get; init; }
}

/// <summary>What backs a memory module.</summary>
[XmlRecord]
public sealed partial record MemoryDeviceSource
{
    [XmlElement] public string? Nodemask { get; init; }

    [XmlElement] public string? Path { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Alignsize { get; init; }

    [XmlPresence] public bool Pmem { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Pagesize { get; init; }
}

/// <summary>A memory module as the guest sees it.</summary>
[XmlRecord]
public sealed partial record MemoryDeviceTarget
{
    [XmlElement(Unit = "KiB")] public DataSize? Size { get; init; }

    [XmlElement] public uint? Node { get; init; }

    [XmlElement("size", Wrapper = "label", Unit = "KiB")] public ConfigList<DataSize> Label { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Block { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Requested { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Current { get; init; }

    [XmlElement("address", Value = "base", Hex = 1)] public ulong? AddressBase { get; init; }
}

/// <summary>An IOMMU.</summary>
[XmlRecord]
public sealed partial record IommuConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlElement] public IommuDriver? Driver { get; init; }
}

/// <summary>An IOMMU's settings.</summary>
[XmlRecord]
public sealed partial record IommuDriver
{
    [XmlAttribute(OnOff = true)] public bool? Intremap { get; init; }

    [XmlAttribute("caching_mode", OnOff = true)] public bool? CachingMode { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Eim { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iotlb { get; init; }

    [XmlAttribute("aw_bits")] public uint? AwBits { get; init; }
}

/// <summary>Sockets between guest and host.</summary>
[XmlRecord]
public sealed partial record VsockConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlElement] public VsockCid? Cid { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>The guest's context id.</summary>
[XmlRecord]
public sealed partial record VsockCid
{
    [XmlAttribute] public bool? Auto { get; init; }

    [XmlAttribute] public uint? Address { get; init; }
}

/// <summary>A crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlElement] public CryptoBackend? Backend { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>What serves a crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoBackend
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public uint? Queues { get; init; }
}

/// <summary>A directory or image shown to the guest as a file system.</summary>
[XmlRecord]
public sealed partial record FilesystemConfig : DeviceConfig
{
    [XmlAttribute] public FilesystemType? Type { get; init; }

    [XmlAttribute] public string? Accessmode { get; init; }

    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public string? Multidevs { get; init; }

    [XmlAttribute] public string? Fmode { get; init; }

    [XmlAttribute] public string? Dmode { get; init; }

    [XmlElement] public FilesystemDriver? Driver { get; init; }

    [XmlElement] public XmlFragment? Binary { get; init; }

    [XmlElement] public FilesystemSource? Source { get; init; }

    [XmlElement("target", Value = "dir")] public string? Target { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlElement("space_hard_limit", Unit = "bytes", Last = true)] public DataSize? SpaceHardLimit { get; init; }

    [XmlElement("space_soft_limit", Unit = "bytes", Last = true)] public DataSize? SpaceSoftLimit { get; init; }
}

/// <summary>The kind of a file system's source.</summary>
[XmlEnum]
public enum FilesystemType
{
    Mount, Block, File, Template, Ram, Bind, Volume,
}

/// <summary>How the hypervisor serves a file system.</summary>
[XmlRecord]
public sealed partial record FilesystemDriver
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Format { get; init; }

    [XmlAttribute] public string? Wrpolicy { get; init; }

    [XmlAttribute] public uint? Queue { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }
}

/// <summary>A file system's source.</summary>
[XmlRecord]
public sealed partial record FilesystemSource
{
    [XmlAttribute] public string? Dir { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public string? File { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Pool { get; init; }

    [XmlAttribute] public string? Volume { get; init; }

    [XmlAttribute] public ulong? Usage { get; init; }

    [XmlAttribute] public string? Units { get; init; }

    [XmlAttribute] public string? Socket { get; init; }
}
