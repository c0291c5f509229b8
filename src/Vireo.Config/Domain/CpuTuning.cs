using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The number of virtual CPUs.</summary>
[XmlRecord]
public sealed partial record VcpuConfig
{
    [XmlAttribute] public CpuPlacement? Placement { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Cpuset { get; init; }

    /// <summary>How many are plugged in; all when not said.</summary>
    [XmlAttribute] public uint? Current { get; init; }

    /// <summary>How many there may be.</summary>
    [XmlText(Invalid = "maximum vcpus count must be an integer")] public uint? Count { get; init; }

    /// <summary>So many virtual CPUs.</summary>
    public static implicit operator VcpuConfig(uint count) => new() { Count = count };
}

/// <summary>Who places virtual CPUs.</summary>
[XmlEnum]
public enum CpuPlacement
{
    Static, Auto,
}

/// <summary>One virtual CPU's state.</summary>
[XmlRecord]
public sealed partial record VcpuState
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public bool? Enabled { get; init; }

    [XmlAttribute] public bool? Hotpluggable { get; init; }

    [XmlAttribute] public uint? Order { get; init; }
}

/// <summary>One I/O thread.</summary>
[XmlRecord]
public sealed partial record IoThreadConfig
{
    [XmlAttribute(Required = true)] public uint? Id { get; init; }

    [XmlAttribute("thread_pool_min", NonNegative = true)] public int? ThreadPoolMin { get; init; }

    [XmlAttribute("thread_pool_max", NonNegative = true)] public int? ThreadPoolMax { get; init; }
}

/// <summary>The main loop's thread pool.</summary>
[XmlRecord]
public sealed partial record DefaultIoThreadConfig
{
    [XmlAttribute("thread_pool_min", NonNegative = true)] public int? ThreadPoolMin { get; init; }

    [XmlAttribute("thread_pool_max", NonNegative = true)] public int? ThreadPoolMax { get; init; }
}

/// <summary>CPU pinning and shares.</summary>
[XmlRecord]
public sealed partial record CputuneConfig
{
    [XmlElement] public ulong? Shares { get; init; }

    [XmlElement] public ulong? Period { get; init; }

    [XmlElement] public long? Quota { get; init; }

    [XmlElement("global_period")] public ulong? GlobalPeriod { get; init; }

    [XmlElement("global_quota")] public long? GlobalQuota { get; init; }

    [XmlElement("emulator_period")] public ulong? EmulatorPeriod { get; init; }

    [XmlElement("emulator_quota")] public long? EmulatorQuota { get; init; }

    [XmlElement("iothread_period")] public ulong? IothreadPeriod { get; init; }

    [XmlElement("iothread_quota")] public long? IothreadQuota { get; init; }

    [XmlElement("vcpupin")] public ConfigList<VcpuPin> Vcpupins { get; init; }

    [XmlElement("emulatorpin", Value = "cpuset", Form = "Bitmap")] public string? Emulatorpin { get; init; }

    [XmlElement("iothreadpin")] public ConfigList<IoThreadPin> Iothreadpins { get; init; }

    [XmlElement] public SchedulerConfig? Emulatorsched { get; init; }

    [XmlElement("vcpusched")] public ConfigList<SchedulerConfig> Vcpuscheds { get; init; }

    [XmlElement("iothreadsched")] public ConfigList<SchedulerConfig> Iothreadscheds { get; init; }

    [XmlElement("cachetune")] public ConfigList<CachetuneConfig> Cachetunes { get; init; }

    [XmlElement("memorytune")] public ConfigList<MemorytuneConfig> Memorytunes { get; init; }
}

/// <summary>The host CPUs of one virtual CPU.</summary>
[XmlRecord]
public sealed partial record VcpuPin
{
    [XmlAttribute(Required = true)] public uint? Vcpu { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Cpuset { get; init; }
}

/// <summary>The host CPUs of one I/O thread.</summary>
[XmlRecord]
public sealed partial record IoThreadPin
{
    [XmlAttribute] public uint? Iothread { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Cpuset { get; init; }
}

/// <summary>The scheduling class of some threads.</summary>
[XmlRecord]
public sealed partial record SchedulerConfig
{
    [XmlAttribute(Form = "Bitmap")] public string? Vcpus { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Iothreads { get; init; }

    [XmlAttribute(Required = true)] public SchedulerPolicy? Scheduler { get; init; }

    [XmlAttribute] public int? Priority { get; init; }
}

/// <summary>A scheduling class.</summary>
[XmlEnum]
public enum SchedulerPolicy
{
    Batch, Idle, Fifo, Rr,
}

/// <summary>Shares of the host's caches.</summary>
[XmlRecord]
public sealed partial record CachetuneConfig
{
    [XmlAttribute(Invalid = "Invalid cachetune attribute 'vcpus' value '{0}'", Form = "Bitmap", Missing = "Missing cachetune attribute 'vcpus'")] public string? Vcpus { get; init; }

    [XmlAttribute] public string? Id { get; init; }

    [XmlElement("cache")] public ConfigList<CacheShare> Caches { get; init; }

    [XmlElement("monitor")] public ConfigList<CacheMonitor> Monitors { get; init; }
}

/// <summary>A share of one cache; its size is written in the unit the document used.</summary>
[XmlRecord]
public sealed partial record CacheShare
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public uint? Level { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public ulong? Size { get; init; }

    [XmlAttribute] public string? Unit { get; init; }
}

/// <summary>Counting the use of a cache or of memory bandwidth.</summary>
[XmlRecord]
public sealed partial record CacheMonitor
{
    [XmlAttribute] public uint? Level { get; init; }

    [XmlAttribute] public string? Vcpus { get; init; }
}

/// <summary>Shares of memory bandwidth.</summary>
[XmlRecord]
public sealed partial record MemorytuneConfig
{
    [XmlAttribute(Invalid = "Invalid memorytune attribute 'vcpus' value '{0}'", Form = "Bitmap", Missing = "Missing memorytune attribute 'vcpus'")] public string? Vcpus { get; init; }

    [XmlAttribute] public string? Id { get; init; }

    [XmlElement("node")] public ConfigList<MemorytuneNode> Nodes { get; init; }

    [XmlElement("monitor")] public ConfigList<CacheMonitor> Monitors { get; init; }
}

/// <summary>The bandwidth of one memory node.</summary>
[XmlRecord]
public sealed partial record MemorytuneNode
{
    [XmlAttribute] public uint? Id { get; init; }

    [XmlAttribute] public uint? Bandwidth { get; init; }
}

/// <summary>NUMA placement on the host.</summary>
[XmlRecord]
public sealed partial record NumatuneConfig
{
    [XmlElement] public NumaMemory? Memory { get; init; }

    [XmlElement("memnode")] public ConfigList<NumaMemory> Memnodes { get; init; }
}

/// <summary>The host nodes that memory comes from.</summary>
[XmlRecord]
public sealed partial record NumaMemory
{
    [XmlAttribute] public uint? Cellid { get; init; }

    [XmlAttribute(Invalid = "Unsupported NUMA memory tuning mode '{0}'", InvalidCode = XmlCode.Unsupported)] public NumaMemoryMode? Mode { get; init; }

    [XmlAttribute(Form = "Bitmap")] public string? Nodeset { get; init; }

    [XmlAttribute(Invalid = "Unsupported NUMA memory placement mode '{0}'", InvalidCode = XmlCode.Unsupported)] public NumaPlacement? Placement { get; init; }
}

/// <summary>How strictly memory keeps to its nodes.</summary>
[XmlEnum]
public enum NumaMemoryMode
{
    Strict, Preferred, Interleave, Restrictive,
}

/// <summary>Who places memory.</summary>
[XmlEnum]
public enum NumaPlacement
{
    Static, Auto,
}

/// <summary>The control group.</summary>
[XmlRecord]
public sealed partial record ResourceConfig
{
    [XmlElement] public string? Partition { get; init; }

    [XmlElement("fibrechannel", Value = "appid")] public string? FibrechannelAppid { get; init; }
}

/// <summary>Weights and limits of block I/O.</summary>
[XmlRecord]
public sealed partial record BlkioTuneConfig
{
    [XmlElement] public uint? Weight { get; init; }

    [XmlElement("device")] public ConfigList<BlkioDevice> Devices { get; init; }
}

/// <summary>Limits of one host device.</summary>
[XmlRecord]
public sealed partial record BlkioDevice
{
    [XmlElement(Missing = "missing per-device path", MissingCode = XmlCode.Unsupported)] public string? Path { get; init; }

    [XmlElement(Invalid = "could not parse weight {0}", InvalidCode = XmlCode.Unsupported)] public uint? Weight { get; init; }

    [XmlElement("read_iops_sec", Invalid = "could not parse read iops sec {0}", InvalidCode = XmlCode.Unsupported)] public uint? ReadIopsSec { get; init; }

    [XmlElement("write_iops_sec", Invalid = "could not parse write iops sec {0}", InvalidCode = XmlCode.Unsupported)] public uint? WriteIopsSec { get; init; }

    [XmlElement("read_bytes_sec", Invalid = "could not parse read bytes sec {0}", InvalidCode = XmlCode.Unsupported)] public ulong? ReadBytesSec { get; init; }

    [XmlElement("write_bytes_sec", Invalid = "could not parse write bytes sec {0}", InvalidCode = XmlCode.Unsupported)] public ulong? WriteBytesSec { get; init; }
}
