using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;snapshotplan&gt;</c> document, Vireo's own: what taking, reverting to or deleting a snapshot would do.</summary>
[XmlDocument("snapshotplan", Source = "snapshot_plan")]
public sealed partial record SnapshotPlanConfig
{
    /// <summary>What is planned: <c>create</c>, <c>revert</c> or <c>delete</c>.</summary>
    [XmlAttribute] public string? Operation { get; init; }

    /// <summary>The domain's name.</summary>
    [XmlAttribute] public string? Domain { get; init; }

    /// <summary>The snapshot's name.</summary>
    [XmlAttribute] public string? Snapshot { get; init; }

    /// <summary>How long the guest stands still: <c>no</c>, <c>moment</c> (the switch itself) or <c>memory</c> (as long as its memory is saved), <c>stays</c> (it is left paused).</summary>
    [XmlAttribute] public string? Pause { get; init; }

    /// <summary>What becomes of the hypervisor process: <c>kept</c>, <c>ended</c>, <c>started</c> or <c>replaced</c>; <c>none</c> when there is none.</summary>
    [XmlAttribute] public string? Process { get; init; }

    /// <summary>What is done, in order.</summary>
    [XmlElement("step")] public ConfigList<SnapshotPlanStep> Steps { get; init; }

    /// <summary>Why it would be refused; none when it would not.</summary>
    [XmlElement("refusal")] public ConfigList<SnapshotPlanRefusal> Refusals { get; init; }
}

/// <summary>One step of a plan.</summary>
[XmlRecord]
public sealed partial record SnapshotPlanStep
{
    /// <summary>What is done: <c>make</c>, <c>copy</c>, <c>save-memory</c>, <c>switch</c>, <c>start</c>, <c>commit</c>, <c>pull</c>, <c>write</c>, <c>remove</c>; of a snapshot within an image <c>take</c>, <c>apply</c> or <c>drop</c>; <c>keep</c> for an image left as it is to a snapshot.</summary>
    [XmlAttribute] public string? Action { get; init; }

    /// <summary>The disk it is about.</summary>
    [XmlAttribute] public string? Disk { get; init; }

    /// <summary>The file that it makes, writes or removes.</summary>
    [XmlAttribute] public string? File { get; init; }

    /// <summary>The file it takes data from, or stands on.</summary>
    [XmlAttribute] public string? From { get; init; }

    /// <summary>Bytes that are written at most, or set free.</summary>
    [XmlAttribute] public ulong? Bytes { get; init; }
}

/// <summary>A reason against a plan.</summary>
[XmlRecord]
public sealed partial record SnapshotPlanRefusal
{
    /// <summary>The error's number (<c>virErrorNumber</c>).</summary>
    [XmlAttribute] public int? Code { get; init; }

    /// <summary>The error's message.</summary>
    [XmlAttribute] public string? Message { get; init; }
}
