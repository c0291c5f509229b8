using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;pool&gt;</c> document: a place volumes lie in.</summary>
[XmlDocument("pool", Source = "storage_pool_definition", Domain = XmlCode.StorageDocument)]
public sealed partial record StoragePoolConfig
{
    /// <summary>The kind of place.</summary>
    [XmlAttribute(Required = true)] public StoragePoolType? Type { get; init; }

    /// <summary>The name; that of the source, where the kind has one, when nothing is said.</summary>
    [XmlElement] public string? Name { get; init; }

    /// <summary>The identity.</summary>
    [XmlElement] public Guid? Uuid { get; init; }

    /// <summary>The room there is; told, never taken.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Capacity { get; init; }

    /// <summary>The room taken.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Allocation { get; init; }

    /// <summary>The room left.</summary>
    [XmlElement(Unit = "bytes")] public DataSize? Available { get; init; }

    [XmlElement] public StoragePoolFeatures? Features { get; init; }

    /// <summary>Where the room comes from.</summary>
    [XmlElement] public StoragePoolSource? Source { get; init; }

    /// <summary>Where the host sees it.</summary>
    [XmlElement] public StoragePoolTarget? Target { get; init; }

    /// <summary>How volumes are looked at.</summary>
    [XmlElement] public StoragePoolRefresh? Refresh { get; init; }

    /// <summary>Options of the mount.</summary>
    [XmlElement("mount_opts", Namespace = XmlNamespaces.PoolFs, Prefix = "fs")] public StoragePoolMountOptions? MountOptions { get; init; }

    /// <summary>Options of the RBD client.</summary>
    [XmlElement("config_opts", Namespace = XmlNamespaces.PoolRbd, Prefix = "rbd")] public StoragePoolRbdOptions? RbdOptions { get; init; }
}

/// <summary>Kinds of storage pools.</summary>
[XmlEnum]
public enum StoragePoolType
{
    Dir, Fs, Netfs, Logical, Disk, Iscsi,
    [XmlName("iscsi-direct")] IscsiDirect,
    Scsi, Mpath, Rbd, Sheepdog, Gluster, Zfs, Vstorage,
}

/// <summary>Features of a pool.</summary>
[XmlRecord]
public sealed partial record StoragePoolFeatures
{
    /// <summary>Whether new images are copied on write by the file system.</summary>
    [XmlElement("cow", Value = "state")] public bool? Cow { get; init; }
}

/// <summary>Where a pool's room comes from; which members count depends on the pool's type.</summary>
[XmlRecord(Open = true)]
public sealed partial record StoragePoolSource
{
    [XmlElement("host")] public ConfigList<StorageSourceHost> Hosts { get; init; }

    [XmlElement("device")] public ConfigList<StoragePoolDevice> Devices { get; init; }

    [XmlElement("dir", Value = "path")] public string? Dir { get; init; }

    [XmlElement] public StorageAdapter? Adapter { get; init; }

    /// <summary>The name at the source: a volume group, an RBD pool, a gluster volume.</summary>
    [XmlElement] public string? Name { get; init; }

    [XmlElement] public SourceInitiator? Initiator { get; init; }

    /// <summary>The kind of file system, partition table or volume group.</summary>
    [XmlElement("format", Value = "type")] public string? Format { get; init; }

    [XmlElement] public StorageAuth? Auth { get; init; }

    /// <summary>The version of the NFS protocol.</summary>
    [XmlElement("protocol", Value = "ver")] public string? ProtocolVersion { get; init; }

    [XmlElement("vendor", Value = "name")] public string? Vendor { get; init; }

    [XmlElement("product", Value = "name")] public string? Product { get; init; }
}

/// <summary>A storage server.</summary>
[XmlRecord]
public sealed partial record StorageSourceHost
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public int? Port { get; init; }
}

/// <summary>A device a pool is made from.</summary>
[XmlRecord]
public sealed partial record StoragePoolDevice
{
    [XmlAttribute] public string? Path { get; init; }

    /// <summary>Whether a <c>p</c> stands between the device's name and a partition's number.</summary>
    [XmlAttribute("part_separator")] public bool? PartSeparator { get; init; }

    /// <summary>Room on the device that is free; told, never taken.</summary>
    [XmlElement("freeExtent")] public ConfigList<StorageExtent> FreeExtents { get; init; }
}

/// <summary>A part of a device, in bytes.</summary>
[XmlRecord]
public sealed partial record StorageExtent
{
    [XmlAttribute] public ulong? Start { get; init; }

    [XmlAttribute] public ulong? End { get; init; }
}

/// <summary>A SCSI adapter.</summary>
[XmlRecord]
public sealed partial record StorageAdapter
{
    [XmlAttribute] public StorageAdapterType? Type { get; init; }

    /// <summary>The adapter's name: <c>host3</c>, <c>scsi_host3</c>.</summary>
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>The adapter a virtual one is made on.</summary>
    [XmlAttribute] public string? Parent { get; init; }

    [XmlAttribute("parent_wwnn")] public string? ParentWwnn { get; init; }

    [XmlAttribute("parent_wwpn")] public string? ParentWwpn { get; init; }

    [XmlAttribute("parent_fabric_wwn")] public string? ParentFabricWwn { get; init; }

    /// <summary>Whether the virtual adapter goes with the pool.</summary>
    [XmlAttribute] public bool? Managed { get; init; }

    [XmlAttribute] public string? Wwnn { get; init; }

    [XmlAttribute] public string? Wwpn { get; init; }

    /// <summary>The adapter named by its place.</summary>
    [XmlElement] public StorageAdapterPlace? Parentaddr { get; init; }
}

/// <summary>Kinds of SCSI adapters.</summary>
[XmlEnum]
public enum StorageAdapterType
{
    Default,
    [XmlName("scsi_host")] ScsiHost,
    [XmlName("fc_host")] FcHost,
}

/// <summary>The place of a SCSI adapter.</summary>
[XmlRecord]
public sealed partial record StorageAdapterPlace
{
    [XmlAttribute("unique_id")] public uint? UniqueId { get; init; }

    [XmlElement] public PciLocation? Address { get; init; }
}

/// <summary>Where the host sees a pool.</summary>
[XmlRecord]
public sealed partial record StoragePoolTarget
{
    [XmlElement] public string? Path { get; init; }

    [XmlElement] public StoragePermissions? Permissions { get; init; }

    /// <summary>What new volumes would be encrypted with; libvirt reads no such thing any more.</summary>
    [XmlElement] public StorageEncryption? Encryption { get; init; }
}

/// <summary>Who may use a file or directory.</summary>
[XmlRecord]
public sealed partial record StoragePermissions
{
    /// <summary>The mode in octal digits.</summary>
    [XmlElement] public string? Mode { get; init; }

    /// <summary>The user's number; -1 for whoever it is.</summary>
    [XmlElement] public string? Owner { get; init; }

    /// <summary>The group's number; -1 for whichever it is.</summary>
    [XmlElement] public string? Group { get; init; }

    /// <summary>The security label.</summary>
    [XmlElement] public string? Label { get; init; }
}

/// <summary>How volumes are looked at.</summary>
[XmlRecord]
public sealed partial record StoragePoolRefresh
{
    [XmlElement] public StoragePoolRefreshVolume? Volume { get; init; }
}

/// <summary>How a volume is looked at.</summary>
[XmlRecord]
public sealed partial record StoragePoolRefreshVolume
{
    /// <summary>Where the room taken comes from: <c>default</c> asks the storage, <c>capacity</c> takes the volume's size.</summary>
    [XmlAttribute(Invalid = "unknown storage pool volume refresh allocation type {0}", InvalidCode = XmlCode.Unsupported)] public VolumeAllocationRefresh? Allocation { get; init; }
}

/// <summary>Where a volume's allocation comes from.</summary>
[XmlEnum]
public enum VolumeAllocationRefresh
{
    Default, Capacity,
}

/// <summary>Options of a mount.</summary>
[XmlRecord]
public sealed partial record StoragePoolMountOptions
{
    [XmlElement("option", Namespace = XmlNamespaces.PoolFs, Prefix = "fs")] public ConfigList<StoragePoolMountOption> Options { get; init; }
}

/// <summary>One option, as <c>mount</c> takes it.</summary>
[XmlRecord]
public sealed partial record StoragePoolMountOption
{
    [XmlAttribute] public string? Name { get; init; }
}

/// <summary>Options of an RBD client.</summary>
[XmlRecord]
public sealed partial record StoragePoolRbdOptions
{
    [XmlElement("option", Namespace = XmlNamespaces.PoolRbd, Prefix = "rbd")] public ConfigList<StoragePoolRbdOption> Options { get; init; }
}

/// <summary>One option.</summary>
[XmlRecord]
public sealed partial record StoragePoolRbdOption
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}
