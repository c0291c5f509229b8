using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;snapshotarchive&gt;</c> document, Vireo's own: what lies in an archive of a domain with its snapshots. It is the archive's last entry.</summary>
[XmlDocument("snapshotarchive", Source = "snapshot_archive")]
public sealed partial record SnapshotArchiveConfig
{
    /// <summary>Version of the archive's form.</summary>
    [XmlAttribute] public int? Version { get; init; }

    /// <summary>Name of the current snapshot; null for none.</summary>
    [XmlElement] public string? CurrentSnapshot { get; init; }

    /// <summary>Name of the current checkpoint; null for none.</summary>
    [XmlElement] public string? CurrentCheckpoint { get; init; }

    /// <summary>Every other entry, in the archive's order: an image comes after the one it stands on, a snapshot after its parent.</summary>
    [XmlElement("entry")] public ConfigList<SnapshotArchiveEntry> Entries { get; init; }
}

/// <summary>One entry of an archive.</summary>
[XmlRecord]
public sealed partial record SnapshotArchiveEntry
{
    /// <summary>Its name in the archive.</summary>
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>What it is.</summary>
    [XmlAttribute] public SnapshotArchiveKind? Kind { get; init; }

    /// <summary>Length of the file in bytes, holes included.</summary>
    [XmlAttribute] public ulong? Size { get; init; }

    /// <summary>SHA-256 of the entry's bytes in the archive, in hexadecimal digits.</summary>
    [XmlAttribute] public string? Sha256 { get; init; }

    /// <summary>An image's format.</summary>
    [XmlAttribute] public string? Format { get; init; }

    /// <summary>The entry of the image that it stands on; null for none.</summary>
    [XmlAttribute] public string? Base { get; init; }

    /// <summary>Where the file lay, by every path that documents call it by; none for documents.</summary>
    [XmlElement("path")] public ConfigList<string> Paths { get; init; }
}

/// <summary>What an entry of an archive is.</summary>
[XmlEnum]
public enum SnapshotArchiveKind
{
    /// <summary>The domain's persistent definition.</summary>
    Domain,

    /// <summary>A snapshot's metadata.</summary>
    Snapshot,

    /// <summary>A checkpoint's metadata.</summary>
    Checkpoint,

    /// <summary>An image.</summary>
    Image,

    /// <summary>A guest's memory.</summary>
    Memory,

    /// <summary>The variables of the guest's firmware.</summary>
    Variables,
}
