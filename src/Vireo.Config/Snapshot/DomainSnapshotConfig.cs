using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;domainsnapshot&gt;</c> document.</summary>
[XmlDocument("domainsnapshot", Source = "domain_snapshot", Domain = XmlCode.SnapshotDocument)]
public sealed partial record DomainSnapshotConfig
{
    [XmlElement] public string? Name { get; init; }

    [XmlElement] public string? Description { get; init; }

    /// <summary>The domain's state when it was taken: <c>running</c>, <c>paused</c>, <c>shutoff</c>, <c>disk-snapshot</c>, …</summary>
    [XmlElement] public string? State { get; init; }

    [XmlElement] public SnapshotParent? Parent { get; init; }

    /// <summary>When it was taken, in seconds since 1970.</summary>
    [XmlElement] public long? CreationTime { get; init; }

    [XmlElement] public SnapshotMemory? Memory { get; init; }

    [XmlElement("disk", Wrapper = "disks")] public ConfigList<SnapshotDisk> Disks { get; init; }

    /// <summary>The domain as it was then; the live definition of a running one.</summary>
    [XmlElement] public DomainConfig? Domain { get; init; }

    /// <summary>The persistent definition of a domain that was running.</summary>
    [XmlElement] public DomainConfig? InactiveDomain { get; init; }

    /// <summary>Whether it is the current one; in stored metadata: 1 or 0.</summary>
    [XmlElement] public int? Active { get; init; }

    /// <summary>What the hypervisor needs to bring the saved state back; in stored metadata.</summary>
    [XmlElement] public XmlFragment? Cookie { get; init; }

    /// <summary>The overlays made when this external snapshot was reverted to; in stored metadata.</summary>
    [XmlElement("disk", Wrapper = "revertDisks")] public ConfigList<SnapshotDisk> RevertDisks { get; init; }

    /// <summary>The variables that the guest's firmware had, packed; in stored metadata of Vireo's.</summary>
    [XmlElement] public string? FirmwareVariables { get; init; }

    /// <summary>The files that the guest's TPM kept its state in; in stored metadata of Vireo's.</summary>
    [XmlElement("file", Wrapper = "tpmState")] public ConfigList<CapturedFile> TpmState { get; init; }
}

/// <summary>A file as a snapshot has captured it.</summary>
[XmlRecord]
public sealed partial record CapturedFile
{
    /// <summary>Its name within its directory.</summary>
    [XmlAttribute(Required = true)] public string? Name { get; init; }

    /// <summary>Its content, packed.</summary>
    [XmlText] public string? Content { get; init; }
}

/// <summary>The snapshot before it.</summary>
[XmlRecord]
public sealed partial record SnapshotParent
{
    [XmlElement] public string? Name { get; init; }
}

/// <summary>Where the guest's memory is saved.</summary>
[XmlRecord]
public sealed partial record SnapshotMemory
{
    [XmlAttribute] public SnapshotLocation? Snapshot { get; init; }

    [XmlAttribute] public string? File { get; init; }
}

/// <summary>One disk's part.</summary>
[XmlRecord]
public sealed partial record SnapshotDisk
{
    /// <summary>The disk's target name, or the path of its source.</summary>
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public SnapshotLocation? Snapshot { get; init; }

    [XmlAttribute] public DiskType? Type { get; init; }

    [XmlElement] public DiskDriver? Driver { get; init; }

    /// <summary>The overlay.</summary>
    [XmlElement] public DiskSource? Source { get; init; }

    /// <summary>In stored metadata: its data is being merged and may be gone already.</summary>
    [XmlPresence("snapshotDeleteInProgress")] public bool DeleteInProgress { get; init; }
}
