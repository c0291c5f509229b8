using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The clock and its timers.</summary>
[XmlRecord]
public sealed partial record ClockConfig
{
    [XmlAttribute(Invalid = "unknown clock offset '{0}'", InvalidCode = XmlCode.Unsupported)] public ClockOffset? Offset { get; init; }

    [XmlAttribute(Invalid = "unknown clock adjustment '{0}'", Form = "Adjustment")] public string? Adjustment { get; init; }

    [XmlAttribute(Invalid = "unknown clock basis '{0}'", InvalidCode = XmlCode.Unsupported)] public ClockBasis? Basis { get; init; }

    [XmlAttribute] public string? Timezone { get; init; }

    [XmlAttribute(Invalid = "missing 'start' attribute for clock with offset='absolute'", InvalidCode = XmlCode.Internal)] public ulong? Start { get; init; }

    [XmlElement("timer")] public ConfigList<TimerConfig> Timers { get; init; }
}

/// <summary>What a variable offset counts from.</summary>
[XmlEnum]
public enum ClockBasis
{
    Utc, Localtime,
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
    [XmlAttribute(Required = true)] public TimerName? Name { get; init; }

    [XmlAttribute] public bool? Present { get; init; }

    [XmlAttribute] public TimerTickPolicy? Tickpolicy { get; init; }

    [XmlAttribute] public TimerTrack? Track { get; init; }

    [XmlAttribute] public ulong? Frequency { get; init; }

    [XmlAttribute] public TimerMode? Mode { get; init; }

    [XmlElement] public TimerCatchup? Catchup { get; init; }
}

/// <summary>How the time stamp counter is made.</summary>
[XmlEnum]
public enum TimerMode
{
    Auto, Native, Emulate, Paravirt, Smpsafe,
}

/// <summary>What a timer follows.</summary>
[XmlEnum]
public enum TimerTrack
{
    Boot, Guest, Wall, Realtime,
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
    [XmlAttribute(Required = true)] public PerfEventName? Name { get; init; }

    [XmlAttribute(Required = true)] public bool? Enabled { get; init; }
}

/// <summary>A performance event's name.</summary>
[XmlEnum]
public enum PerfEventName
{
    Cmt, Mbmt, Mbml,
    [XmlName("cpu_cycles")] CpuCycles,
    Instructions,
    [XmlName("cache_references")] CacheReferences,
    [XmlName("cache_misses")] CacheMisses,
    [XmlName("branch_instructions")] BranchInstructions,
    [XmlName("branch_misses")] BranchMisses,
    [XmlName("bus_cycles")] BusCycles,
    [XmlName("stalled_cycles_frontend")] StalledCyclesFrontend,
    [XmlName("stalled_cycles_backend")] StalledCyclesBackend,
    [XmlName("ref_cpu_cycles")] RefCpuCycles,
    [XmlName("cpu_clock")] CpuClock,
    [XmlName("task_clock")] TaskClock,
    [XmlName("page_faults")] PageFaults,
    [XmlName("context_switches")] ContextSwitches,
    [XmlName("cpu_migrations")] CpuMigrations,
    [XmlName("page_faults_min")] PageFaultsMin,
    [XmlName("page_faults_maj")] PageFaultsMaj,
    [XmlName("alignment_faults")] AlignmentFaults,
    [XmlName("emulation_faults")] EmulationFaults,
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
    [XmlAttribute(Required = true)] public KeywrapCipherName? Name { get; init; }

    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }
}

/// <summary>A cipher of key wrapping.</summary>
[XmlEnum]
public enum KeywrapCipherName
{
    Aes, Dea,
}

/// <summary>Encrypted guest memory.</summary>
[XmlRecord]
public sealed partial record LaunchSecurityConfig
{
    [XmlAttribute(Required = true)] public LaunchSecurityType? Type { get; init; }

    [XmlAttribute] public bool? KernelHashes { get; init; }

    /// <summary>SEV-SNP; of later versions of libvirt, as what follows it.</summary>
    [XmlAttribute] public bool? AuthorKey { get; init; }

    [XmlAttribute] public bool? Vcek { get; init; }

    [XmlElement(Invalid = "Invalid format for launch security cbitpos")] public uint? Cbitpos { get; init; }

    [XmlElement(Invalid = "Invalid format for launch security reduced-phys-bits")] public uint? ReducedPhysBits { get; init; }

    [XmlElement(Hex = 4, Invalid = "failed to get launch security policy")] public uint? Policy { get; init; }

    [XmlElement] public uint? Handle { get; init; }

    [XmlElement] public string? DhCert { get; init; }

    [XmlElement] public string? Session { get; init; }

    [XmlElement] public string? GuestVisibleWorkarounds { get; init; }

    [XmlElement] public string? IdBlock { get; init; }

    [XmlElement] public string? IdAuth { get; init; }

    [XmlElement] public string? HostData { get; init; }
}

/// <summary>How guest memory is encrypted.</summary>
[XmlEnum]
public enum LaunchSecurityType
{
    Sev,
    [XmlName("sev-snp")] SevSnp,
    [XmlName("s390-pv")] S390Pv,
}
