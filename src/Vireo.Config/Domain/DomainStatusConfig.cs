using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>
/// A <c>&lt;domstatus&gt;</c> document: a running domain's live definition with what a restarted daemon needs to take it up again. The
/// hypervisor driver's own elements are unknown parts to it, or stand in <see cref="Private"/>.
/// </summary>
[XmlDocument("domstatus", Source = "domain_status")]
public sealed partial record DomainStatusConfig
{
    /// <summary>The state: <c>running</c>, <c>paused</c>, …</summary>
    [XmlAttribute] public string? State { get; init; }

    /// <summary>Why it is in that state: <c>booted</c>, <c>user</c>, <c>snapshot</c>, …</summary>
    [XmlAttribute] public string? Reason { get; init; }

    /// <summary>The hypervisor's process.</summary>
    [XmlAttribute] public int? Pid { get; init; }

    /// <summary>What makes the domain's support doubtful.</summary>
    [XmlElement("taint", Value = "flag")] public ConfigList<string> Taints { get; init; }

    /// <summary>The monitor's socket.</summary>
    [XmlElement] public MonitorStatus? Monitor { get; init; }

    /// <summary>The driver's own state.</summary>
    [XmlElement] public XmlFragment? Private { get; init; }

    /// <summary>The live definition.</summary>
    [XmlElement] public DomainConfig? Domain { get; init; }
}

/// <summary>The monitor's socket.</summary>
[XmlRecord]
public sealed partial record MonitorStatus
{
    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute] public string? Type { get; init; }
}
