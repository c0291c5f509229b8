using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;volume&gt;</c> document: an image in a storage pool.</summary>
[XmlDocument("volume", Source = "storage_volume_definition", Domain = XmlCode.StorageDocument)]
public sealed partial record StorageVolumeConfig
{
    /// <summary>What the volume is; told, and taken where a pool can hold several kinds.</summary>
    [XmlAttribute(Invalid = "unknown volume type '{0}'", InvalidCode = XmlCode.Unsupported)] public StorageVolumeType? Type { get; init; }

    [XmlElement] public string? Name { get; init; }

    /// <summary>What names it among all volumes; told, never taken.</summary>
    [XmlElement] public string? Key { get; init; }

    /// <summary>The parts of devices it lies on.</summary>
    [XmlElement] public StorageVolumeSource? Source { get; init; }

    /// <summary>The size the guest sees.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Capacity { get; init; }

    /// <summary>The room it takes in the pool.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Allocation { get; init; }

    /// <summary>The size of the file or device; told, never taken.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Physical { get; init; }

    [XmlElement] public StorageVolumeTarget? Target { get; init; }

    /// <summary>The image it stands on.</summary>
    [XmlElement] public StorageVolumeBacking? BackingStore { get; init; }
}

/// <summary>Kinds of volumes.</summary>
[XmlEnum]
public enum StorageVolumeType
{
    File, Block, Dir, Network, Netdir, Ploop,
}

/// <summary>The parts of devices a volume lies on.</summary>
[XmlRecord(Open = true)]
public sealed partial record StorageVolumeSource
{
    [XmlElement("device")] public ConfigList<StorageVolumeDevice> Devices { get; init; }
}

/// <summary>The parts of one device.</summary>
[XmlRecord]
public sealed partial record StorageVolumeDevice
{
    [XmlAttribute] public string? Path { get; init; }

    [XmlElement("extent")] public ConfigList<StorageExtent> Extents { get; init; }
}

/// <summary>The image of a volume.</summary>
[XmlRecord(Open = true)]
public sealed partial record StorageVolumeTarget
{
    [XmlElement] public string? Path { get; init; }

    /// <summary>The image's format; its names depend on the pool's type.</summary>
    [XmlElement("format", Value = "type")] public string? Format { get; init; }

    [XmlElement] public StoragePermissions? Permissions { get; init; }

    [XmlElement] public StorageTimestamps? Timestamps { get; init; }

    [XmlElement] public StorageEncryption? Encryption { get; init; }

    /// <summary>The version of the qcow2 format: <c>0.10</c>, <c>1.1</c>.</summary>
    [XmlElement] public string? Compat { get; init; }

    /// <summary>The size of a qcow2 image's clusters.</summary>
    [XmlElement(Unit = "B")] public DataSize? ClusterSize { get; init; }

    /// <summary>Whether the file system is to write the image in place.</summary>
    [XmlPresence] public bool Nocow { get; init; }

    [XmlElement] public StorageVolumeFeatures? Features { get; init; }
}

/// <summary>When an image was read, written and made: seconds, with a point and nanoseconds.</summary>
[XmlRecord]
public sealed partial record StorageTimestamps
{
    [XmlElement] public string? Atime { get; init; }

    [XmlElement] public string? Mtime { get; init; }

    [XmlElement] public string? Ctime { get; init; }

    [XmlElement] public string? Btime { get; init; }
}

/// <summary>Features of a qcow2 image.</summary>
[XmlRecord]
public sealed partial record StorageVolumeFeatures
{
    [XmlPresence("lazy_refcounts")] public bool LazyRefcounts { get; init; }

    [XmlPresence("extended_l2")] public bool ExtendedL2 { get; init; }
}

/// <summary>The image a volume stands on.</summary>
[XmlRecord]
public sealed partial record StorageVolumeBacking
{
    [XmlElement] public string? Path { get; init; }

    [XmlElement("format", Value = "type")] public string? Format { get; init; }

    [XmlElement] public StoragePermissions? Permissions { get; init; }

    [XmlElement] public StorageTimestamps? Timestamps { get; init; }
}
