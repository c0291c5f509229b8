using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Where an image lies; which members count depends on the type of what holds it.</summary>
[XmlRecord]
public sealed partial record DiskSource
{
    /// <summary>In a mirror or a driver's own records: the source's own kind.</summary>
    [XmlAttribute] public string? Type { get; init; }

    /// <summary>The path of a file.</summary>
    [XmlAttribute] public string? File { get; init; }

    /// <summary>The name of file descriptors that a client has passed for it.</summary>
    [XmlAttribute] public string? Fdgroup { get; init; }

    /// <summary>The path of a block device.</summary>
    [XmlAttribute] public string? Dev { get; init; }

    /// <summary>The path of a directory.</summary>
    [XmlAttribute] public string? Dir { get; init; }

    /// <summary>The network protocol.</summary>
    [XmlAttribute] public DiskProtocol? Protocol { get; init; }

    /// <summary>The name at the network server.</summary>
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Query { get; init; }

    [XmlAttribute] public bool? Tls { get; init; }

    [XmlAttribute] public string? TlsHostname { get; init; }

    /// <summary>The storage pool of a volume.</summary>
    [XmlAttribute] public string? Pool { get; init; }

    [XmlAttribute] public string? Volume { get; init; }

    [XmlAttribute] public string? Mode { get; init; }

    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute(Invalid = "malformed namespace '{0}'")] public ulong? Namespace { get; init; }

    /// <summary>The path of a vhost-user socket.</summary>
    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute] public StartupPolicy? StartupPolicy { get; init; }

    /// <summary>The number that names the image within its disk's chain; only in live documents.</summary>
    [XmlAttribute] public uint? Index { get; init; }

    [XmlElement("host")] public ConfigList<SourceHost> Hosts { get; init; }

    [XmlElement] public SourceIdentity? Identity { get; init; }

    [XmlElement("snapshot", Value = "name")] public string? Snapshot { get; init; }

    [XmlElement("config", Value = "file")] public string? ConfigFile { get; init; }

    [XmlElement] public SourceInitiator? Initiator { get; init; }

    [XmlElement] public NvmeSourceAddress? Address { get; init; }

    [XmlElement] public SourceSsl? Ssl { get; init; }

    [XmlElement("cookie", Wrapper = "cookies")] public ConfigList<NamedText> Cookies { get; init; }

    [XmlElement("readahead", Value = "size", Invalid = "invalid readahead size or timeout")] public ulong? Readahead { get; init; }

    [XmlElement("timeout", Value = "seconds", Invalid = "invalid readahead size or timeout")] public ulong? Timeout { get; init; }

    [XmlElement] public ReconnectConfig? Reconnect { get; init; }

    [XmlElement] public StorageSlices? Slices { get; init; }

    [XmlElement("seclabel")] public ConfigList<SeclabelConfig> Seclabels { get; init; }

    [XmlElement] public StorageAuth? Auth { get; init; }

    [XmlElement] public StorageEncryption? Encryption { get; init; }

    [XmlElement] public ReservationsConfig? Reservations { get; init; }

    /// <summary>The hosts whose keys are known, a file; of later versions of libvirt.</summary>
    [XmlElement("knownHosts", Value = "path")] public string? KnownHosts { get; init; }

    /// <summary>The file that a qcow2 image keeps its data in; of later versions of libvirt.</summary>
    [XmlElement] public DataStore? DataStore { get; init; }

    /// <summary>A driver's own records about the image; in status documents.</summary>
    [XmlElement] public XmlFragment? PrivateData { get; init; }
}

/// <summary>A network protocol of disks.</summary>
[XmlEnum]
public enum DiskProtocol
{
    Nbd, Rbd, Sheepdog, Gluster, Iscsi, Http, Https, Ftp, Ftps, Tftp, Ssh, Vxhs, Nfs,
}

/// <summary>What follows when the source is not there.</summary>
[XmlEnum]
public enum StartupPolicy
{
    Mandatory, Requisite, Optional,
}

/// <summary>A network server.</summary>
[XmlRecord]
public sealed partial record SourceHost
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute(Form = "Port")] public string? Port { get; init; }

    [XmlAttribute(Invalid = "unknown protocol transport type '{0}'", InvalidCode = XmlCode.Unsupported)] public SourceTransport? Transport { get; init; }

    [XmlAttribute] public string? Socket { get; init; }
}

/// <summary>How a server is reached.</summary>
[XmlEnum]
public enum SourceTransport
{
    Tcp, Unix, Rdma,
}

/// <summary>The iSCSI initiator.</summary>
[XmlRecord]
public sealed partial record SourceInitiator
{
    [XmlElement("iqn", Value = "name")] public string? Iqn { get; init; }
}

/// <summary>The PCI address of an NVMe drive.</summary>
[XmlRecord]
public sealed partial record NvmeSourceAddress
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute(Hex = 4)] public uint? Domain { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Bus { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Slot { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Function { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }
}

/// <summary>Whether a lost connection is taken up again.</summary>
[XmlRecord]
public sealed partial record ReconnectConfig
{
    [XmlAttribute] public bool? Enabled { get; init; }

    /// <summary>Seconds between attempts.</summary>
    [XmlAttribute] public uint? Timeout { get; init; }

    [XmlAttribute] public uint? Delay { get; init; }
}

/// <summary>A part of a larger file.</summary>
[XmlRecord]
public sealed partial record StorageSlices
{
    [XmlElement("slice")] public ConfigList<StorageSlice> Slices { get; init; }
}

/// <summary>One part.</summary>
[XmlRecord]
public sealed partial record StorageSlice
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute(Invalid = "malformed value '{0}' of 'offset' attribute of slice", Missing = "missing offset or size attribute of slice")] public ulong? Offset { get; init; }

    [XmlAttribute(Invalid = "malformed value '{0}' of 'size' attribute of slice", Missing = "missing offset or size attribute of slice")] public ulong? Size { get; init; }
}

/// <summary>How a server's certificate is treated.</summary>
[XmlRecord]
public sealed partial record SourceSsl
{
    [XmlAttribute] public bool? Verify { get; init; }
}

/// <summary>Who accesses a network file system.</summary>
[XmlRecord]
public sealed partial record SourceIdentity
{
    [XmlAttribute] public string? User { get; init; }

    [XmlAttribute] public string? Group { get; init; }

    [XmlAttribute] public string? Username { get; init; }

    [XmlAttribute] public string? Keyfile { get; init; }

    /// <summary>The socket of an agent; of later versions of libvirt.</summary>
    [XmlAttribute] public string? Agentsock { get; init; }
}

/// <summary>The file that an image keeps its data in.</summary>
[XmlRecord]
public sealed partial record DataStore
{
    [XmlAttribute] public DiskType? Type { get; init; }

    [XmlElement] public BackingFormat? Format { get; init; }

    [XmlElement] public DiskSource? Source { get; init; }
}

/// <summary>Who logs in at a storage server.</summary>
[XmlRecord]
public sealed partial record StorageAuth
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute(Missing = "missing username for auth")] public string? Username { get; init; }

    [XmlElement] public StorageSecret? Secret { get; init; }
}

/// <summary>A secret named by its use or its identity.</summary>
[XmlRecord]
public sealed partial record StorageSecret
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Usage { get; init; }

    [XmlAttribute(Invalid = "invalid secret uuid '{0}'", Form = "Uuid")] public string? Uuid { get; init; }
}

/// <summary>An image's encryption.</summary>
[XmlRecord(Open = true)]
public sealed partial record StorageEncryption
{
    [XmlAttribute] public string? Format { get; init; }

    [XmlAttribute] public EncryptionEngine? Engine { get; init; }

    [XmlElement("secret")] public ConfigList<StorageSecret> Secrets { get; init; }

    [XmlElement] public StorageCipher? Cipher { get; init; }

    [XmlElement] public StorageIvgen? Ivgen { get; init; }
}

/// <summary>Who encrypts.</summary>
[XmlEnum]
public enum EncryptionEngine
{
    Qemu, Librbd,
}

/// <summary>How an image is encrypted.</summary>
[XmlRecord]
public sealed partial record StorageCipher
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>The key's size in bits.</summary>
    [XmlAttribute] public uint? Size { get; init; }

    [XmlAttribute] public string? Mode { get; init; }

    [XmlAttribute] public string? Hash { get; init; }
}

/// <summary>How initialization vectors are made.</summary>
[XmlRecord]
public sealed partial record StorageIvgen
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Hash { get; init; }
}

/// <summary>Persistent reservations of a LUN.</summary>
[XmlRecord]
public sealed partial record ReservationsConfig
{
    /// <summary>Whether the hypervisor's driver runs the helper.</summary>
    [XmlAttribute(Required = true)] public bool? Managed { get; init; }

    /// <summary>The helper's socket.</summary>
    [XmlElement] public ReservationsSource? Source { get; init; }
}

/// <summary>The socket of a helper for persistent reservations.</summary>
[XmlRecord]
public sealed partial record ReservationsSource
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute] public string? Mode { get; init; }
}

/// <summary>What an image lies on; an empty one ends the chain.</summary>
[XmlRecord]
public sealed partial record BackingStore
{
    [XmlAttribute(Invalid = "unknown storage source type '{0}'")] public DiskType? Type { get; init; }

    /// <summary>The number that names the image within its disk's chain.</summary>
    [XmlAttribute] public uint? Index { get; init; }

    [XmlElement] public BackingFormat? Format { get; init; }

    [XmlElement] public DiskSource? Source { get; init; }

    [XmlElement("backingStore")] public BackingStore? Backing { get; init; }
}

/// <summary>A backing image's format.</summary>
[XmlRecord]
public sealed partial record BackingFormat
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlElement("metadata_cache")] public MetadataCache? MetadataCache { get; init; }
}

/// <summary>The destination of a copy or commit job; only in live documents.</summary>
[XmlRecord]
public sealed partial record DiskMirror
{
    [XmlAttribute(Invalid = "unknown mirror backing store type '{0}'")] public DiskType? Type { get; init; }

    [XmlAttribute] public string? File { get; init; }

    /// <summary>The old form's format attribute.</summary>
    [XmlAttribute("format")] public string? LegacyFormat { get; init; }

    [XmlAttribute] public string? Job { get; init; }

    [XmlAttribute] public string? Ready { get; init; }

    [XmlElement] public BackingFormat? Format { get; init; }

    [XmlElement] public DiskSource? Source { get; init; }

    [XmlElement] public BackingStore? BackingStore { get; init; }
}
