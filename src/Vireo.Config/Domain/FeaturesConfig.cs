using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Hypervisor features.</summary>
[XmlRecord]
public sealed partial record FeaturesConfig
{
    [XmlPresence] public bool Acpi { get; init; }

    [XmlElement] public ApicFeature? Apic { get; init; }

    [XmlPresence] public bool Pae { get; init; }

    [XmlElement] public StateFeature? Hap { get; init; }

    [XmlPresence] public bool Viridian { get; init; }

    [XmlPresence] public bool Privnet { get; init; }

    [XmlElement] public HypervFeatures? Hyperv { get; init; }

    [XmlElement] public KvmFeatures? Kvm { get; init; }

    [XmlElement] public StateFeature? Pvspinlock { get; init; }

    [XmlElement] public ContainerCapabilities? Capabilities { get; init; }

    [XmlElement] public StateFeature? Pmu { get; init; }

    [XmlElement] public StateFeature? Vmport { get; init; }

    [XmlElement] public GicFeature? Gic { get; init; }

    [XmlElement] public SmmFeature? Smm { get; init; }

    [XmlElement] public DriverFeature? Ioapic { get; init; }

    [XmlElement] public HptFeature? Hpt { get; init; }

    [XmlElement] public StateFeature? Vmcoreinfo { get; init; }

    [XmlElement] public SwitchFeature? Htm { get; init; }

    [XmlElement("nested-hv")] public SwitchFeature? NestedHv { get; init; }

    [XmlElement] public MsrsFeature? Msrs { get; init; }

    [XmlElement("ccf-assist")] public SwitchFeature? CcfAssist { get; init; }

    [XmlElement] public XenFeatures? Xen { get; init; }

    [XmlElement("cfpc", Value = "value")] public PowerMitigation? Cfpc { get; init; }

    [XmlElement("sbbc", Value = "value")] public PowerMitigation? Sbbc { get; init; }

    [XmlElement("ibs", Value = "value")] public IndirectBranchMitigation? Ibs { get; init; }

    [XmlElement] public TcgFeature? Tcg { get; init; }

    [XmlElement("async-teardown")] public EnabledFeature? AsyncTeardown { get; init; }

    [XmlElement] public StateFeature? Ras { get; init; }

    [XmlElement] public StateFeature? Ps2 { get; init; }
}

/// <summary>How far indirect branches of POWER are dealt with.</summary>
[XmlEnum]
public enum IndirectBranchMitigation
{
    Broken, Workaround,
    [XmlName("fixed-ibs")] FixedIbs,
    [XmlName("fixed-ccd")] FixedCcd,
    [XmlName("fixed-na")] FixedNa,
}

/// <summary>How far a weakness of POWER is dealt with.</summary>
[XmlEnum]
public enum PowerMitigation
{
    Broken, Workaround, Fixed,
}

/// <summary>A feature switched on or off.</summary>
[XmlRecord]
public sealed partial record StateFeature
{
    [XmlAttribute(OnOff = true)] public bool? State { get; init; }
}

/// <summary>Registers of the CPU that the hypervisor does not know.</summary>
[XmlRecord]
public sealed partial record MsrsFeature
{
    /// <summary>What follows a guest's access to one.</summary>
    [XmlAttribute(Required = true)] public UnknownMsrs? Unknown { get; init; }
}

/// <summary>What follows a guest's access to an unknown register.</summary>
[XmlEnum]
public enum UnknownMsrs
{
    Ignore, Fault,
}

/// <summary>A feature that says whether it is on.</summary>
[XmlRecord]
public sealed partial record SwitchFeature
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }
}

/// <summary>A feature enabled or not.</summary>
[XmlRecord]
public sealed partial record EnabledFeature
{
    [XmlAttribute] public bool? Enabled { get; init; }
}

/// <summary>Xen's own features.</summary>
[XmlRecord]
public sealed partial record XenFeatures
{
    [XmlElement("e820_host")] public SwitchFeature? E820Host { get; init; }

    [XmlElement] public XenPassthrough? Passthrough { get; init; }
}

/// <summary>IOMMU mappings for devices passed through.</summary>
[XmlRecord]
public sealed partial record XenPassthrough
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }

    [XmlAttribute] public XenPassthroughMode? Mode { get; init; }
}

/// <summary>Whose page tables the IOMMU uses.</summary>
[XmlEnum]
public enum XenPassthroughMode
{
    Default,
    [XmlName("sync_pt")] SyncPt,
    [XmlName("share_pt")] SharePt,
}

/// <summary>The APIC.</summary>
[XmlRecord]
public sealed partial record ApicFeature
{
    [XmlAttribute(OnOff = true)] public bool? Eoi { get; init; }
}

/// <summary>The interrupt controller of ARM.</summary>
[XmlRecord]
public sealed partial record GicFeature
{
    [XmlAttribute] public GicVersion? Version { get; init; }
}

/// <summary>The version of the interrupt controller.</summary>
[XmlEnum]
public enum GicVersion
{
    Host,
    [XmlName("2")] V2,
    [XmlName("3")] V3,
}

/// <summary>System management mode.</summary>
[XmlRecord]
public sealed partial record SmmFeature
{
    [XmlAttribute(OnOff = true)] public bool? State { get; init; }

    [XmlElement] public UnitSize? Tseg { get; init; }
}

/// <summary>A size in the unit the document uses.</summary>
[XmlRecord]
public sealed partial record UnitSize
{
    [XmlAttribute(Form = "DataUnit")] public string? Unit { get; init; }

    [XmlText] public ulong? Value { get; init; }

    /// <summary>The size whatever its unit, which is MiB when none is given; null when there is no value.</summary>
    /// <exception cref="VireoException">VIR_ERR_OVERFLOW: it is 16 EiB or more.</exception>
    public DataSize? Size
    {
        get
        {
            if (Value is not { } count)
            {
                return null;
            }

            var factor = DataSize.TryUnit(Unit ?? "MiB", out var known) ? known : 1;
            return count <= ulong.MaxValue / factor ? new DataSize(count * factor) : throw new VireoException(ErrorCode.Overflow, ErrorDomain.Domain, $"value too large: {count}{Unit ?? "MiB"}");
        }
    }
}

/// <summary>A feature given by a driver.</summary>
[XmlRecord]
public sealed partial record DriverFeature
{
    [XmlAttribute] public IoapicDriver? Driver { get; init; }
}

/// <summary>Who emulates the I/O APIC.</summary>
[XmlEnum]
public enum IoapicDriver
{
    Qemu, Kvm,
}

/// <summary>The hash page table of POWER.</summary>
[XmlRecord]
public sealed partial record HptFeature
{
    [XmlAttribute] public HptResizing? Resizing { get; init; }

    [XmlElement("maxpagesize", Unit = "KiB")] public DataSize? MaxPageSize { get; init; }
}

/// <summary>Whether the table may be resized.</summary>
[XmlEnum]
public enum HptResizing
{
    Enabled, Disabled, Required,
}

/// <summary>Settings of the software CPU.</summary>
[XmlRecord]
public sealed partial record TcgFeature
{
    [XmlElement("tb-cache", Unit = "KiB")] public DataSize? TbCache { get; init; }
}

/// <summary>KVM's own features.</summary>
[XmlRecord]
public sealed partial record KvmFeatures
{
    [XmlElement] public SwitchFeature? Hidden { get; init; }

    [XmlElement("hint-dedicated")] public SwitchFeature? HintDedicated { get; init; }

    [XmlElement("poll-control")] public SwitchFeature? PollControl { get; init; }

    [XmlElement("pv-ipi")] public SwitchFeature? PvIpi { get; init; }

    [XmlElement("dirty-ring")] public DirtyRingFeature? DirtyRing { get; init; }
}

/// <summary>The dirty ring.</summary>
[XmlRecord]
public sealed partial record DirtyRingFeature
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }

    [XmlAttribute] public uint? Size { get; init; }
}

/// <summary>Hyper-V enlightenments.</summary>
[XmlRecord(Open = true)]
public sealed partial record HypervFeatures
{
    [XmlAttribute] public HypervMode? Mode { get; init; }

    [XmlElement] public SwitchFeature? Relaxed { get; init; }

    [XmlElement] public SwitchFeature? Vapic { get; init; }

    [XmlElement] public HypervSpinlocks? Spinlocks { get; init; }

    [XmlElement] public SwitchFeature? Vpindex { get; init; }

    [XmlElement] public SwitchFeature? Runtime { get; init; }

    [XmlElement] public SwitchFeature? Synic { get; init; }

    [XmlElement] public HypervStimer? Stimer { get; init; }

    [XmlElement] public SwitchFeature? Reset { get; init; }

    [XmlElement("vendor_id")] public HypervVendor? VendorId { get; init; }

    [XmlElement] public SwitchFeature? Frequencies { get; init; }

    [XmlElement] public SwitchFeature? Reenlightenment { get; init; }

    [XmlElement] public SwitchFeature? Tlbflush { get; init; }

    [XmlElement] public SwitchFeature? Ipi { get; init; }

    [XmlElement] public SwitchFeature? Evmcs { get; init; }

    [XmlElement] public SwitchFeature? Avic { get; init; }

    [XmlElement("emsr_bitmap")] public SwitchFeature? EmsrBitmap { get; init; }

    [XmlElement("xmm_input")] public SwitchFeature? XmmInput { get; init; }
}

/// <summary>Whether the enlightenments are the host's.</summary>
[XmlEnum]
public enum HypervMode
{
    Custom, Passthrough,
}

/// <summary>Spinlock retries.</summary>
[XmlRecord]
public sealed partial record HypervSpinlocks
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }

    [XmlAttribute] public uint? Retries { get; init; }
}

/// <summary>Synthetic timers.</summary>
[XmlRecord]
public sealed partial record HypervStimer
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }

    [XmlElement] public StateFeature? Direct { get; init; }
}

/// <summary>The hypervisor's vendor shown to the guest.</summary>
[XmlRecord]
public sealed partial record HypervVendor
{
    [XmlAttribute(OnOff = true, Required = true)] public bool? State { get; init; }

    [XmlAttribute(Form = "HypervVendor")] public string? Value { get; init; }
}
