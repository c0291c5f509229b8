using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A directory or image shown to the guest as a file system.</summary>
[XmlRecord]
public sealed partial record FilesystemConfig : DeviceConfig
{
    [XmlAttribute] public FilesystemType? Type { get; init; }

    [XmlAttribute] public FilesystemAccess? Accessmode { get; init; }

    [XmlAttribute] public VirtioModel? Model { get; init; }

    [XmlAttribute] public FilesystemMultidevs? Multidevs { get; init; }

    [XmlAttribute(Form = "Octal")] public string? Fmode { get; init; }

    [XmlAttribute(Form = "Octal")] public string? Dmode { get; init; }

    [XmlElement] public FilesystemDriver? Driver { get; init; }

    [XmlElement] public FilesystemBinary? Binary { get; init; }

    [XmlElement] public FilesystemSource? Source { get; init; }

    [XmlElement("target", Value = "dir")] public string? Target { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlElement("space_hard_limit", Unit = "bytes", Last = true)] public DataSize? SpaceHardLimit { get; init; }

    [XmlElement("space_soft_limit", Unit = "bytes", Last = true)] public DataSize? SpaceSoftLimit { get; init; }
}

/// <summary>What becomes of files on several devices.</summary>
[XmlEnum]
public enum FilesystemMultidevs
{
    Default, Remap, Forbid, Warn,
}

/// <summary>Whose rights count.</summary>
[XmlEnum]
public enum FilesystemAccess
{
    Passthrough, Mapped, Squash,
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
    [XmlAttribute] public FilesystemDriverType? Type { get; init; }

    [XmlAttribute] public string? Format { get; init; }

    [XmlAttribute] public FilesystemWritePolicy? Wrpolicy { get; init; }

    [XmlAttribute(Invalid = "cannot parse queue size '{0}' for virtiofs")] public uint? Queue { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }
}

/// <summary>When writes reach the disk.</summary>
[XmlEnum]
public enum FilesystemWritePolicy
{
    Immediate,
}

/// <summary>What serves a file system.</summary>
[XmlEnum]
public enum FilesystemDriverType
{
    Path, Handle, Loop, Nbd, Ploop, Virtiofs, Mtp,
}

/// <summary>The server of a virtio file system.</summary>
[XmlRecord]
public sealed partial record FilesystemBinary
{
    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Xattr { get; init; }

    [XmlElement("cache", Value = "mode")] public FilesystemCache? Cache { get; init; }

    [XmlElement("sandbox", Value = "mode")] public FilesystemSandbox? Sandbox { get; init; }

    [XmlElement] public FilesystemLock? Lock { get; init; }

    [XmlElement("thread_pool", Value = "size")] public int? ThreadPoolSize { get; init; }
}

/// <summary>Whether a file system's server trusts its cache.</summary>
[XmlEnum]
public enum FilesystemCache
{
    Default, None, Always,
}

/// <summary>How a file system's server is confined.</summary>
[XmlEnum]
public enum FilesystemSandbox
{
    Default, Namespace, Chroot,
}

/// <summary>Which locks of the guest reach the host.</summary>
[XmlRecord]
public sealed partial record FilesystemLock
{
    [XmlAttribute(OnOff = true)] public bool? Posix { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Flock { get; init; }
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

    [XmlAttribute(Invalid = "cannot parse usage '{0}' for RAM filesystem")] public ulong? Usage { get; init; }

    [XmlAttribute(Form = "DataUnit")] public string? Units { get; init; }

    [XmlAttribute] public string? Socket { get; init; }
}
