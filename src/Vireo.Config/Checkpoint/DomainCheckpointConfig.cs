using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;domaincheckpoint&gt;</c> document.</summary>
[XmlDocument("domaincheckpoint", Source = "domain_checkpoint", Domain = XmlCode.CheckpointDocument)]
public sealed partial record DomainCheckpointConfig
{
    [XmlElement] public string? Name { get; init; }

    [XmlElement] public string? Description { get; init; }

    [XmlElement] public SnapshotParent? Parent { get; init; }

    /// <summary>When it was made, in seconds since 1970.</summary>
    [XmlElement] public long? CreationTime { get; init; }

    [XmlElement("disk", Wrapper = "disks")] public ConfigList<CheckpointDisk> Disks { get; init; }

    /// <summary>The domain as it was then.</summary>
    [XmlElement] public DomainConfig? Domain { get; init; }
}

/// <summary>One disk's part.</summary>
[XmlRecord]
public sealed partial record CheckpointDisk
{
    /// <summary>The disk's target name, or the path of its source.</summary>
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public CheckpointMode? Checkpoint { get; init; }

    /// <summary>The name of the dirty bitmap.</summary>
    [XmlAttribute] public string? Bitmap { get; init; }

    /// <summary>How much has changed since, in bytes; only where it was asked for.</summary>
    [XmlAttribute] public ulong? Size { get; init; }
}

/// <summary>What a checkpoint keeps of a disk.</summary>
[XmlEnum]
public enum CheckpointMode
{
    /// <summary>Nothing.</summary>
    No,

    /// <summary>A dirty bitmap.</summary>
    Bitmap,
}
