using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;domainbackup&gt;</c> document.</summary>
[XmlDocument("domainbackup", Source = "domain_backup", Domain = XmlCode.DomainDocument)]
public sealed partial record DomainBackupConfig
{
    [XmlAttribute] public BackupMode? Mode { get; init; }

    /// <summary>The checkpoint since which changes are backed up.</summary>
    [XmlElement] public string? Incremental { get; init; }

    /// <summary>Where a pull backup is served.</summary>
    [XmlElement] public BackupServer? Server { get; init; }

    [XmlElement("disk", Wrapper = "disks")] public ConfigList<BackupDisk> Disks { get; init; }
}

/// <summary>Who moves the data of a backup.</summary>
[XmlEnum]
public enum BackupMode
{
    /// <summary>The hypervisor writes it to its target.</summary>
    Push,

    /// <summary>A client reads it by NBD.</summary>
    Pull,
}

/// <summary>Whether a backup of a disk is whole.</summary>
[XmlEnum]
public enum BackupDiskMode
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>What has changed since a checkpoint.</summary>
    Incremental,
}

/// <summary>The NBD server of a pull backup.</summary>
[XmlRecord]
public sealed partial record BackupServer
{
    /// <summary><c>tcp</c> or <c>unix</c>.</summary>
    [XmlAttribute] public string? Transport { get; init; }

    [XmlAttribute] public bool? Tls { get; init; }

    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public uint? Port { get; init; }

    [XmlAttribute] public string? Socket { get; init; }
}

/// <summary>One disk's part.</summary>
[XmlRecord]
public sealed partial record BackupDisk
{
    /// <summary>The disk's target name.</summary>
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public bool? Backup { get; init; }

    /// <summary>How far its job has come; only in live states.</summary>
    [XmlAttribute] public string? State { get; init; }

    [XmlAttribute] public DiskType? Type { get; init; }

    [XmlAttribute("backupmode")] public BackupDiskMode? Mode { get; init; }

    /// <summary>The checkpoint since which this disk's changes are backed up.</summary>
    [XmlAttribute] public string? Incremental { get; init; }

    [XmlAttribute("exportname")] public string? ExportName { get; init; }

    [XmlAttribute("exportbitmap")] public string? ExportBitmap { get; init; }

    /// <summary>The number of the target's block node; only in live documents.</summary>
    [XmlAttribute] public uint? Index { get; init; }

    [XmlElement] public BackupFormat? Driver { get; init; }

    /// <summary>Where a push backup goes.</summary>
    [XmlElement] public DiskSource? Target { get; init; }

    /// <summary>What a pull backup keeps the overwritten data in.</summary>
    [XmlElement] public DiskSource? Scratch { get; init; }
}

/// <summary>The format of a target.</summary>
[XmlRecord]
public sealed partial record BackupFormat
{
    [XmlAttribute] public string? Type { get; init; }
}
