using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The clock and its timers.</summary>
[XmlRecord]
public sealed partial record ClockConfig
{
    [XmlAttribute(Invalid = "unknown clock offset '{0}'", InvalidCode = XmlCode.Unsupported)] public ClockOffset? Offset { get; init; }

    [XmlAttribute] public string? Adjustment { get; init; }

    [XmlAttribute] public string? Basis { get; init; }

    [XmlAttribute] public string? Timezone { get; init; }

    [XmlAttribute] public ulong? Start { get; init; }

    [XmlElement("timer")] public ConfigList<TimerConfig> Timers { get; init; }
}

/// <summary>What the clock is set from.</summary>
[XmlEnum]
public enum ClockOffset
{
    Utc, Localtime, Variable, Timezone, Absolute,
}

/// <summary>One timer.</summary>
[XmlRecord]
public sealed partial record TimerConfig
{
    [XmlAttribute] public TimerName? Name { get; init; }

    [XmlAttribute] public bool? Present { get; init; }

    [XmlAttribute] public TimerTickPolicy? Tickpolicy { get; init; }

    [XmlAttribute] public string? Track { get; init; }

    [XmlAttribute] public ulong? Frequency { get; init; }

    [XmlAttribute] public string? Mode { get; init; }

    [XmlElement] public TimerCatchup? Catchup { get; init; }
}

/// <summary>A timer's name.</summary>
[XmlEnum]
public enum TimerName
{
    Platform, Pit, Rtc, Hpet, Tsc, Kvmclock, Hypervclock, Armvtimer,
}

/// <summary>What becomes of missed ticks.</summary>
[XmlEnum]
public enum TimerTickPolicy
{
    Delay, Catchup, Merge, Discard,
}

/// <summary>How missed ticks are caught up.</summary>
[XmlRecord]
public sealed partial record TimerCatchup
{
    [XmlAttribute] public ulong? Threshold { get; init; }

    [XmlAttribute] public ulong? Slew { get; init; }

    [XmlAttribute] public ulong? Limit { get; init; }
}

/// <summary>Whether the guest may sleep.</summary>
[XmlRecord]
public sealed partial record PmConfig
{
    [XmlElement("suspend-to-mem", Value = "enabled")] public bool? SuspendToMem { get; init; }

    [XmlElement("suspend-to-disk", Value = "enabled")] public bool? SuspendToDisk { get; init; }
}

/// <summary>A performance event.</summary>
[XmlRecord]
public sealed partial record PerfEvent
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public bool? Enabled { get; init; }
}

/// <summary>A security label.</summary>
[XmlRecord]
public sealed partial record SeclabelConfig
{
    [XmlAttribute] public SeclabelType? Type { get; init; }

    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public bool? Relabel { get; init; }

    [XmlAttribute] public bool? Labelskip { get; init; }

    [XmlElement] public string? Label { get; init; }

    [XmlElement] public string? Imagelabel { get; init; }

    [XmlElement] public string? Baselabel { get; init; }
}

/// <summary>How a label is come by.</summary>
[XmlEnum]
public enum SeclabelType
{
    None, Dynamic, Static,
}

/// <summary>A cipher of key wrapping.</summary>
[XmlRecord]
public sealed partial record KeywrapCipher
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute(OnOff = true)] public bool? State { get; init; }
}

/// <summary>Encrypted guest memory.</summary>
[XmlRecord]
public sealed partial record LaunchSecurityConfig
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public bool? KernelHashes { get; init; }

    [XmlElement] public uint? Cbitpos { get; init; }

    [XmlElement] public uint? ReducedPhysBits { get; init; }

    [XmlElement(Hex = 4)] public uint? Policy { get; init; }

    [XmlElement] public uint? Handle { get; init; }

    [XmlElement] public string? DhCert { get; init; }

    [XmlElement] public string? Session { get; init; }
}
