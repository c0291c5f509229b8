using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;snapshotverification&gt;</c> document, Vireo's own: what is wrong with the snapshots of a domain.</summary>
[XmlDocument("snapshotverification", Source = "snapshot_verification")]
public sealed partial record SnapshotVerificationConfig
{
    /// <summary>The domain's name.</summary>
    [XmlAttribute] public string? Domain { get; init; }

    /// <summary>How many images were looked at.</summary>
    [XmlAttribute] public int? Images { get; init; }

    /// <summary>What was found, metadata first.</summary>
    [XmlElement("finding")] public ConfigList<SnapshotFinding> Findings { get; init; }
}

/// <summary>One thing that a verification found.</summary>
[XmlRecord]
public sealed partial record SnapshotFinding
{
    /// <summary><c>error</c>: data or metadata is lost or damaged; <c>warning</c>: something is not as it should be; <c>note</c>: something was not checked.</summary>
    [XmlAttribute] public string? Severity { get; init; }

    /// <summary>The disk it is about; null for none or several.</summary>
    [XmlAttribute] public string? Disk { get; init; }

    /// <summary>The file it is about.</summary>
    [XmlAttribute] public string? File { get; init; }

    /// <summary>Whether it was put right.</summary>
    [XmlAttribute] public bool? Repaired { get; init; }

    /// <summary>The snapshots that it touches, the first of them when they are many.</summary>
    [XmlElement("snapshot")] public ConfigList<string> Snapshots { get; init; }

    /// <summary>What is wrong.</summary>
    [XmlElement] public string? What { get; init; }

    /// <summary>What to do about it.</summary>
    [XmlElement] public string? Advice { get; init; }
}
