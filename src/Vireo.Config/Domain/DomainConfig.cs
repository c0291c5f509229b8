using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;domain&gt;</c> document: everything a guest is made of.</summary>
[XmlDocument("domain", Source = "domain_definition")]
public sealed partial record DomainConfig
{
    /// <summary>The kind of hypervisor.</summary>
    [XmlAttribute(Invalid = "invalid domain type {0}", InvalidCode = XmlCode.Unsupported)] public DomainType? Type { get; init; }

    /// <summary>The running domain's number; only in live documents.</summary>
    [XmlAttribute] public int? Id { get; init; }

    /// <summary>The name, one for each host.</summary>
    [XmlElement] public string? Name { get; init; }

    /// <summary>The identity that no rename changes.</summary>
    [XmlElement(Invalid = "malformed uuid element", InvalidCode = XmlCode.Internal)] public Guid? Uuid { get; init; }

    /// <summary>The generation id shown to the guest; empty text asks for a new one.</summary>
    [XmlElement(Invalid = "malformed genid element", InvalidCode = XmlCode.Internal, Form = "Uuid")] public string? Genid { get; init; }

    /// <summary>A short description.</summary>
    [XmlElement] public string? Title { get; init; }

    /// <summary>A description.</summary>
    [XmlElement] public string? Description { get; init; }

    /// <summary>Applications' own data, kept as it is.</summary>
    [XmlElement(DoubleQuoted = true)] public XmlFragment? Metadata { get; init; }

    /// <summary>How far memory may grow by hotplug.</summary>
    [XmlElement] public MaxMemoryConfig? MaxMemory { get; init; }

    /// <summary>The memory at boot.</summary>
    [XmlElement] public DomainMemory? Memory { get; init; }

    /// <summary>The memory the guest uses now (the balloon's target).</summary>
    [XmlElement(Unit = "KiB")] public DataSize? CurrentMemory { get; init; }

    /// <summary>Weights and limits of block I/O.</summary>
    [XmlElement] public BlkioTuneConfig? Blkiotune { get; init; }

    /// <summary>Limits of memory use.</summary>
    [XmlElement] public MemtuneConfig? Memtune { get; init; }

    /// <summary>What backs the guest's memory.</summary>
    [XmlElement] public MemoryBackingConfig? MemoryBacking { get; init; }

    /// <summary>The number of virtual CPUs.</summary>
    [XmlElement] public VcpuConfig? Vcpu { get; init; }

    /// <summary>The state of each virtual CPU.</summary>
    [XmlElement("vcpu", Wrapper = "vcpus")] public ConfigList<VcpuState> Vcpus { get; init; }

    /// <summary>How many I/O threads there are.</summary>
    [XmlElement(Invalid = "invalid iothreads count '{0}'")] public uint? Iothreads { get; init; }

    /// <summary>The I/O threads by number.</summary>
    [XmlElement("iothread", Wrapper = "iothreadids")] public ConfigList<IoThreadConfig> Iothreadids { get; init; }

    /// <summary>The sizes of the main loop's thread pool.</summary>
    [XmlElement] public DefaultIoThreadConfig? Defaultiothread { get; init; }

    /// <summary>Limits that disks share; of later versions of libvirt.</summary>
    [XmlElement("throttlegroup", Wrapper = "throttlegroups")] public ConfigList<ThrottleGroup> Throttlegroups { get; init; }

    /// <summary>CPU pinning and shares.</summary>
    [XmlElement] public CputuneConfig? Cputune { get; init; }

    /// <summary>NUMA placement on the host.</summary>
    [XmlElement] public NumatuneConfig? Numatune { get; init; }

    /// <summary>The control group.</summary>
    [XmlElement] public ResourceConfig? Resource { get; init; }

    /// <summary>SMBIOS and firmware configuration tables.</summary>
    [XmlElement("sysinfo")] public ConfigList<SysinfoConfig> Sysinfos { get; init; }

    /// <summary>A paravirtual guest's boot loader.</summary>
    [XmlElement] public string? Bootloader { get; init; }

    /// <summary>Its arguments.</summary>
    [XmlElement("bootloader_args")] public string? BootloaderArgs { get; init; }

    /// <summary>What is booted and how.</summary>
    [XmlElement] public OsConfig Os { get; init; } = new();

    /// <summary>User and group id maps of containers.</summary>
    [XmlElement] public IdmapConfig? Idmap { get; init; }

    /// <summary>Hypervisor features.</summary>
    [XmlElement] public FeaturesConfig? Features { get; init; }

    /// <summary>The virtual CPU's model.</summary>
    [XmlElement] public CpuConfig? Cpu { get; init; }

    /// <summary>The clock and its timers.</summary>
    [XmlElement] public ClockConfig? Clock { get; init; }

    /// <summary>What follows the guest's powering off.</summary>
    [XmlElement("on_poweroff", Invalid = "unknown on_poweroff action: {0}", InvalidCode = XmlCode.Unsupported)] public LifecycleAction? OnPoweroff { get; init; }

    /// <summary>What follows the guest's reboot.</summary>
    [XmlElement("on_reboot", Invalid = "unknown on_reboot action: {0}", InvalidCode = XmlCode.Unsupported)] public LifecycleAction? OnReboot { get; init; }

    /// <summary>What follows the guest's crash.</summary>
    [XmlElement("on_crash", Invalid = "unknown on_crash action: {0}", InvalidCode = XmlCode.Unsupported)] public LifecycleAction? OnCrash { get; init; }

    /// <summary>What follows the loss of a resource lock.</summary>
    [XmlElement("on_lockfailure", Invalid = "unknown on_lockfailure action: {0}", InvalidCode = XmlCode.Unsupported)] public LockFailureAction? OnLockfailure { get; init; }

    /// <summary>Whether the guest may sleep.</summary>
    [XmlElement] public PmConfig? Pm { get; init; }

    /// <summary>Performance events to count.</summary>
    [XmlElement("event", Wrapper = "perf")] public ConfigList<PerfEvent> Perf { get; init; }

    /// <summary>All devices.</summary>
    [XmlElement] public DevicesConfig Devices { get; init; } = new();

    /// <summary>Security labels of the guest's process.</summary>
    [XmlElement("seclabel")] public ConfigList<SeclabelConfig> Seclabels { get; init; }

    /// <summary>Key wrapping (s390).</summary>
    [XmlElement("cipher", Wrapper = "keywrap")] public ConfigList<KeywrapCipher> Keywrap { get; init; }

    /// <summary>Encrypted guest memory.</summary>
    [XmlElement] public LaunchSecurityConfig? LaunchSecurity { get; init; }

    /// <summary>Arguments and environment passed to QEMU as they are.</summary>
    [XmlElement("commandline", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public QemuCommandline? QemuCommandline { get; init; }

    /// <summary>QEMU capabilities added and taken away.</summary>
    [XmlElement("capabilities", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public QemuCapabilitiesOverride? QemuCapabilities { get; init; }

    /// <summary>Properties of QEMU devices overridden.</summary>
    [XmlElement("override", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public QemuOverride? QemuOverride { get; init; }

    /// <summary>Deprecated features allowed or not.</summary>
    [XmlElement("deprecation", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public QemuDeprecation? QemuDeprecation { get; init; }

    /// <summary>Namespaces a container shares with others.</summary>
    [XmlElement("namespace", Namespace = XmlNamespaces.Lxc, Prefix = "lxc")] public LxcNamespaces? LxcNamespaces { get; init; }

    /// <summary>Arguments passed to bhyve as they are.</summary>
    [XmlElement("commandline", Namespace = XmlNamespaces.Bhyve, Prefix = "bhyve")] public BhyveCommandline? BhyveCommandline { get; init; }

    /// <summary>Arguments passed to Xen's device model as they are.</summary>
    [XmlElement("commandline", Namespace = XmlNamespaces.Xen, Prefix = "xen")] public XenCommandline? XenCommandline { get; init; }

    /// <summary>Where VMware keeps the guest.</summary>
    [XmlElement("datacenterpath", Namespace = XmlNamespaces.Vmware, Prefix = "vmware")] public string? VmwareDatacenterPath { get; init; }

    /// <summary>The name that VMware's management has for the guest.</summary>
    [XmlElement("moref", Namespace = XmlNamespaces.Vmware, Prefix = "vmware")] public string? VmwareMoref { get; init; }
}

/// <summary>The kind of hypervisor.</summary>
[XmlEnum]
public enum DomainType
{
    None, Qemu, Kqemu, Kvm, Hvf, Xen, Lxc, Uml, Openvz, Test, Vmware, Hyperv, Vbox, Phyp, Parallels, Bhyve, Vz,
}

/// <summary>What follows a change of the guest's life.</summary>
[XmlEnum]
public enum LifecycleAction
{
    Destroy,
    Restart,
    [XmlName("rename-restart")] RenameRestart,
    Preserve,
    [XmlName("coredump-destroy")] CoredumpDestroy,
    [XmlName("coredump-restart")] CoredumpRestart,
}

/// <summary>What follows the loss of a resource lock.</summary>
[XmlEnum]
public enum LockFailureAction
{
    Default, Poweroff, Restart, Pause, Ignore,
}
