using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;snapshotdiff&gt;</c> document, Vireo's own: what differs between two snapshots of a domain.</summary>
[XmlDocument("snapshotdiff", Source = "snapshot_diff")]
public sealed partial record SnapshotDiffConfig
{
    /// <summary>The domain's name.</summary>
    [XmlAttribute] public string? Domain { get; init; }

    /// <summary>The snapshot that is compared.</summary>
    [XmlAttribute] public string? From { get; init; }

    /// <summary>The snapshot it is compared with; null for the present state.</summary>
    [XmlAttribute] public string? To { get; init; }

    /// <summary>The disks that either has.</summary>
    [XmlElement("disk")] public ConfigList<SnapshotDiffDisk> Disks { get; init; }

    /// <summary>What differs in the domain's document.</summary>
    [XmlElement("change")] public ConfigList<SnapshotDiffChange> Changes { get; init; }

    /// <summary>How many changes of the document there are, when not all are told; null when they are.</summary>
    [XmlAttribute] public ulong? ChangeCount { get; init; }
}

/// <summary>One disk.</summary>
[XmlRecord]
public sealed partial record SnapshotDiffDisk
{
    /// <summary>Name within the domain: vda.</summary>
    [XmlAttribute] public string? Name { get; init; }

    /// <summary><c>same</c>, <c>changed</c>, <c>added</c> (the second alone has it), <c>removed</c> (the first alone), or <c>unknown</c>: it could not be compared.</summary>
    [XmlAttribute] public string? State { get; init; }

    /// <summary>Size of the first in bytes.</summary>
    [XmlAttribute] public ulong? FromSize { get; init; }

    /// <summary>Size of the second in bytes.</summary>
    [XmlAttribute] public ulong? ToSize { get; init; }

    /// <summary>Bytes that differ, in whole sectors of 512; what only the larger has counts as different.</summary>
    [XmlAttribute] public ulong? Bytes { get; init; }

    /// <summary>How many extents differ.</summary>
    [XmlAttribute] public ulong? ExtentCount { get; init; }

    /// <summary>Why it could not be compared.</summary>
    [XmlAttribute] public string? Reason { get; init; }

    /// <summary>The extents that differ, from the lowest; fewer than there are when they are very many.</summary>
    [XmlElement("extent")] public ConfigList<SnapshotDiffExtent> Extents { get; init; }
}

/// <summary>An extent that differs.</summary>
[XmlRecord]
public sealed partial record SnapshotDiffExtent
{
    /// <summary>Where it begins, in bytes.</summary>
    [XmlAttribute] public ulong? Offset { get; init; }

    /// <summary>Its length in bytes.</summary>
    [XmlAttribute] public ulong? Length { get; init; }
}

/// <summary>One difference of the domain's document.</summary>
[XmlRecord]
public sealed partial record SnapshotDiffChange
{
    /// <summary>What differs: elements from the root down, each with what tells it from its like; <c>@name</c> for an attribute.</summary>
    [XmlAttribute] public string? Path { get; init; }

    /// <summary>The first's value, or the whole element; null when it has none.</summary>
    [XmlAttribute] public string? From { get; init; }

    /// <summary>The second's; null when it has none.</summary>
    [XmlAttribute] public string? To { get; init; }
}
