using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;snapshotusage&gt;</c> document, Vireo's own: what the snapshots of a domain take on disk.</summary>
[XmlDocument("snapshotusage", Source = "snapshot_usage")]
public sealed partial record SnapshotUsageConfig
{
    /// <summary>The domain's name.</summary>
    [XmlAttribute] public string? Domain { get; init; }

    /// <summary>Its snapshots.</summary>
    [XmlElement("snapshot")] public ConfigList<SnapshotUsageEntry> Snapshots { get; init; }
}

/// <summary>What one snapshot takes.</summary>
[XmlRecord]
public sealed partial record SnapshotUsageEntry
{
    /// <summary>The snapshot's name.</summary>
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>Bytes of the images that it froze; null when it froze none or they cannot be looked at. What an internal snapshot holds of its image is not told apart.</summary>
    [XmlAttribute] public ulong? Disks { get; init; }

    /// <summary>Bytes of the guest's memory, in a file or within an image; null when it holds none.</summary>
    [XmlAttribute] public ulong? Memory { get; init; }
}
