using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A disk.</summary>
[XmlDocument("disk", Source = "device_definition")]
public sealed partial record DiskConfig : DeviceConfig
{
    [XmlAttribute] public DiskType Type { get; init; }

    [XmlAttribute] public DiskDevice? Device { get; init; }

    [XmlAttribute] public VirtioModel? Model { get; init; }

    [XmlAttribute] public bool? Rawio { get; init; }

    [XmlAttribute] public Sgio? Sgio { get; init; }

    [XmlAttribute] public SnapshotLocation? Snapshot { get; init; }

    [XmlElement] public DiskDriver? Driver { get; init; }

    [XmlElement] public StorageAuth? Auth { get; init; }

    [XmlElement] public DiskSource? Source { get; init; }

    /// <summary>What the source lies on; an empty one says that there is nothing more.</summary>
    [XmlElement] public BackingStore? BackingStore { get; init; }

    [XmlElement("backenddomain", Value = "name")] public string? Backenddomain { get; init; }

    [XmlElement] public DiskGeometry? Geometry { get; init; }

    [XmlElement] public DiskBlockio? Blockio { get; init; }

    [XmlElement] public DiskMirror? Mirror { get; init; }

    [XmlElement] public DiskTarget? Target { get; init; }

    [XmlElement] public DiskIotune? Iotune { get; init; }

    /// <summary>The groups whose limits the disk shares, the one nearest to the image first; of later versions of libvirt.</summary>
    [XmlElement("throttlefilter", Wrapper = "throttlefilters")] public ConfigList<ThrottleFilter> Throttlefilters { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlPresence] public bool Shareable { get; init; }

    [XmlElement] public DiskTransient? Transient { get; init; }

    [XmlElement] public string? Serial { get; init; }

    [XmlElement(Invalid = "Malformed wwn: {0}", InvalidCode = XmlCode.Internal, Form = "Wwn")] public string? Wwn { get; init; }

    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public string? Product { get; init; }

    [XmlElement] public StorageEncryption? Encryption { get; init; }

    /// <summary>A driver's own records about the disk; in status documents.</summary>
    [XmlElement(Last = true)] public XmlFragment? PrivateData { get; init; }
}

/// <summary>Whether SCSI commands are filtered.</summary>
[XmlEnum]
public enum Sgio
{
    Filtered, Unfiltered,
}

/// <summary>The generation of a virtio device.</summary>
[XmlEnum]
public enum VirtioModel
{
    Virtio,
    [XmlName("virtio-transitional")] VirtioTransitional,
    [XmlName("virtio-non-transitional")] VirtioNonTransitional,
}

/// <summary>The kind of a disk's source.</summary>
[XmlEnum]
public enum DiskType
{
    File, Block, Dir, Network, Volume, Nvme,
    [XmlName("vhostuser")] VhostUser,
    [XmlName("vhostvdpa")] VhostVdpa,
    None,
}

/// <summary>What the guest sees the disk as.</summary>
[XmlEnum]
public enum DiskDevice
{
    Disk, Cdrom, Floppy, Lun,
}

/// <summary>The bus a disk is on.</summary>
[XmlEnum]
public enum DiskBus
{
    Ide, Fdc, Scsi, Virtio, Xen, Usb, Uml, Sata, Sd, None,
}

/// <summary>Where a snapshot of the disk lies.</summary>
[XmlEnum]
public enum SnapshotLocation
{
    Default, No, Internal, External, Manual,
}

/// <summary>How the hypervisor drives the disk.</summary>
[XmlRecord]
public sealed partial record DiskDriver
{
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>The image's format.</summary>
    [XmlAttribute(Invalid = "unknown driver format value '{0}'", InvalidCode = XmlCode.Unsupported, Form = "ImageFormat")] public string? Type { get; init; }

    [XmlAttribute] public DiskCache? Cache { get; init; }

    [XmlAttribute("error_policy")] public DiskErrorPolicy? ErrorPolicy { get; init; }

    [XmlAttribute("rerror_policy")] public DiskErrorPolicy? RerrorPolicy { get; init; }

    [XmlAttribute] public DiskIo? Io { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ioeventfd { get; init; }

    [XmlAttribute("event_idx", OnOff = true)] public bool? EventIdx { get; init; }

    [XmlAttribute("copy_on_read", OnOff = true)] public bool? CopyOnRead { get; init; }

    [XmlAttribute] public DiskDiscard? Discard { get; init; }

    [XmlAttribute] public uint? Iothread { get; init; }

    [XmlAttribute("detect_zeroes")] public DiskDetectZeroes? DetectZeroes { get; init; }

    [XmlAttribute] public uint? Queues { get; init; }

    [XmlAttribute("queue_size")] public uint? QueueSize { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }

    /// <summary>Whether clusters that are discarded keep their place in a qcow2 image; of later versions of libvirt.</summary>
    [XmlAttribute("discard_no_unref", OnOff = true)] public bool? DiscardNoUnref { get; init; }

    /// <summary>The I/O threads and their queues; of later versions of libvirt.</summary>
    [XmlElement("iothread", Wrapper = "iothreads")] public ConfigList<DiskIoThread> Iothreads { get; init; }

    [XmlElement("metadata_cache")] public MetadataCache? MetadataCache { get; init; }
}

/// <summary>An I/O thread and the queues it serves.</summary>
[XmlRecord]
public sealed partial record DiskIoThread
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlElement("queue", Value = "id")] public ConfigList<uint> Queues { get; init; }
}

/// <summary>The cache of an image's metadata.</summary>
[XmlRecord]
public sealed partial record MetadataCache
{
    [XmlElement("max_size", Unit = "bytes")] public DataSize? MaxSize { get; init; }
}

/// <summary>How the host's cache is used.</summary>
[XmlEnum]
public enum DiskCache
{
    Default, None, Writethrough, Writeback,
    [XmlName("directsync")] DirectSync,
    Unsafe,
}

/// <summary>What follows an I/O error.</summary>
[XmlEnum]
public enum DiskErrorPolicy
{
    Default, Stop, Report, Ignore, Enospace,
}

/// <summary>The host's I/O interface.</summary>
[XmlEnum]
public enum DiskIo
{
    Default, Native, Threads,
    [XmlName("io_uring")] IoUring,
}

/// <summary>What becomes of discards.</summary>
[XmlEnum]
public enum DiskDiscard
{
    Default, Unmap, Ignore,
}

/// <summary>Whether writes of zeroes are detected.</summary>
[XmlEnum]
public enum DiskDetectZeroes
{
    Default, Off, On, Unmap,
}

/// <summary>What the guest sees.</summary>
[XmlRecord]
public sealed partial record DiskTarget
{
    /// <summary>The name, unique in the domain: <c>vda</c>.</summary>
    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public DiskBus? Bus { get; init; }

    [XmlAttribute] public TrayState? Tray { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Removable { get; init; }

    [XmlAttribute("rotation_rate")] public uint? RotationRate { get; init; }
}

/// <summary>The state of a drive's tray.</summary>
[XmlEnum]
public enum TrayState
{
    Closed, Open,
}

/// <summary>The geometry shown to the guest.</summary>
[XmlRecord]
public sealed partial record DiskGeometry
{
    [XmlAttribute] public uint? Cyls { get; init; }

    [XmlAttribute] public uint? Heads { get; init; }

    [XmlAttribute] public uint? Secs { get; init; }

    [XmlAttribute] public GeometryTranslation? Trans { get; init; }
}

/// <summary>How the BIOS translates sectors.</summary>
[XmlEnum]
public enum GeometryTranslation
{
    None, Auto, Lba,
}

/// <summary>Block sizes shown to the guest.</summary>
[XmlRecord]
public sealed partial record DiskBlockio
{
    [XmlAttribute("logical_block_size")] public uint? LogicalBlockSize { get; init; }

    [XmlAttribute("physical_block_size")] public uint? PhysicalBlockSize { get; init; }

    /// <summary>Of later versions of libvirt.</summary>
    [XmlAttribute("discard_granularity")] public uint? DiscardGranularity { get; init; }
}

/// <summary>A disk whose changes are dropped at the end.</summary>
[XmlRecord]
public sealed partial record DiskTransient
{
    [XmlAttribute] public bool? ShareBacking { get; init; }
}
