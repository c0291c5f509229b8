using System.Xml.Linq;
using Vireo.Config;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members that say nothing where they stand: libvirt reads them elsewhere only, and so they are forgotten when a domain is defined.</summary>
internal static class UnreadMembers
{
    /// <summary>Forgets what a QEMU guest has no use for, and elements that are left with nothing in them.</summary>
    public static DomainConfig Drop(DomainConfig config) => config with
    {
        Metadata = config.Metadata is { } metadata ? Metadata(metadata) : null,
        Blkiotune = config.Blkiotune is { } tune ? Blkio(tune) : null,
        Memtune = config.Memtune is { } limits ? Some(limits with { MinGuarantee = limits.MinGuarantee is { Bytes: 0 } ? null : limits.MinGuarantee }) : null,
        Throttlegroups = config.Throttlegroups.Map(DiskThrottle.WithoutZeros),
        Seclabels = config.Seclabels.Where(label => label.Type is not null || label.Label is not null || label.Model is null or "none").ToConfigList().Map(label => label.Model == "none" && label.Type is null or SeclabelType.Dynamic ? new SeclabelConfig { Type = SeclabelType.None, Model = "none" } : label),
        Cpu = config.Cpu is { } cpu ? Cpu(cpu) : null,
        MaxMemory = config.MaxMemory is { Size.Bytes: 0, Slots: null or 0 } ? null : config.MaxMemory,
        Cputune = config.Cputune is { } cputune ? Some(cputune with
        {
            Cachetunes = cputune.Cachetunes.Where(c => !c.Caches.IsEmpty || !c.Monitors.IsEmpty).ToConfigList(),
            Memorytunes = cputune.Memorytunes.Where(m => !m.Nodes.IsEmpty || !m.Monitors.IsEmpty).ToConfigList(),
        }) : null,
        Numatune = config.Numatune is { } numatune ? Some(numatune with
        {
            Memory = numatune.Memory is { Mode: null, Nodeset: null, Placement: null } ? null : numatune.Memory,
            Memnodes = numatune.Memnodes.Map(n => n with { Placement = null }),
        }) : null,
        MemoryBacking = config.MemoryBacking is { } backing ? Some(backing with { Allocation = Some(backing.Allocation) }) : null,
        Defaultiothread = Some(config.Defaultiothread),
        Idmap = Some(config.Idmap),
        Pm = Some(config.Pm),
        Sysinfos = config.Sysinfos.Map(Sysinfo),
        Bootloader = config.Bootloader is { Length: > 0 } ? config.Bootloader : null,
        Os = config.Os with
        {
            FirmwareDetails = Some(config.Os.FirmwareDetails),
            Init = null,
            Initargs = [],
            Initenvs = [],
            Initdir = null,
            Inituser = null,
            Initgroup = null,
            Kernel = config.Os.Kernel is { Length: > 0 } kernel ? kernel : null,
            Bootmenu = config.Os.Bootmenu is { } menu ? Some(menu with { Timeout = menu.Enable == true ? menu.Timeout : null }) : null,
            SmbiosMode = config.Os.SmbiosMode == SmbiosMode.None ? null : config.Os.SmbiosMode,
            Bios = Some(config.Os.Bios),
        },
        Features = config.Features is { } features ? Some(features with
        {
            Capabilities = features.Capabilities is { } capabilities ? Some(capabilities with { Policy = capabilities.Policy ?? CapabilityPolicy.Default }) : null,
            Ioapic = Some(features.Ioapic),
            Hpt = Some(features.Hpt),
            Tcg = Some(features.Tcg),
        }) : null,
        OnLockfailure = config.OnLockfailure == LockFailureAction.Default ? null : config.OnLockfailure,
        Clock = config.Clock is { } clock ? Clock(clock) : null,
        Devices = Devices(config.Devices),
        QemuCommandline = Some(config.QemuCommandline),
        QemuCapabilities = Some(config.QemuCapabilities),
        QemuOverride = Some(config.QemuOverride),
        QemuDeprecation = Some(config.QemuDeprecation),
        LxcNamespaces = null,
        BhyveCommandline = null,
        XenCommandline = null,
        VmwareDatacenterPath = null,
        VmwareMoref = null,
    };

    /// <summary>The record, unless nothing is said in it.</summary>
    public static T? Some<T>(T? record)
        where T : class, IEquatable<T>, new() => record is null || record.Equals(new T()) ? null : record;

    private static DevicesConfig Devices(DevicesConfig all)
    {
        var devices = all.Map(Common);
        return devices with
        {
            Controllers = devices.Controllers.Map(UnreadDeviceMembers.Drop),
            Inputs = devices.Inputs.Map(UnreadDeviceMembers.Drop),
            Tpms = devices.Tpms.Map(UnreadDeviceMembers.Drop),
            Rngs = devices.Rngs.Map(UnreadDeviceMembers.Drop),
            Smartcards = devices.Smartcards.Map(UnreadCharacterMembers.Drop),
            Serials = devices.Serials.Map(static d => UnreadCharacterMembers.Drop(d)),
            Parallels = devices.Parallels.Map(static d => UnreadCharacterMembers.Drop(d with { Target = d.Target is { } target ? target with { Type = null, Model = null } : null })),
            Consoles = devices.Consoles.Map(static d => UnreadCharacterMembers.Drop(d, console: true)),
            Channels = devices.Channels.Map(static d => UnreadCharacterMembers.Drop(d)),
            Redirdevs = devices.Redirdevs.Map(UnreadCharacterMembers.Drop),
            Redirfilter = devices.Redirfilter is { UsbDevices.IsEmpty: false } filter ? UnreadDeviceMembers.Drop(filter) : null,
            Disks = devices.Disks.Map(UnreadDiskMembers.Drop),
            Interfaces = devices.Interfaces.Map(UnreadInterfaceMembers.Drop),
            Memories = devices.Memories.Map(UnreadDeviceMembers.Drop),
            Iommu = devices.Iommu is { } iommu ? iommu with { Driver = Some(iommu.Driver) } : null,
            Vsock = devices.Vsock is { } vsock ? vsock with { Driver = UnreadDeviceMembers.Drop(vsock.Driver) } : null,
            Sounds = devices.Sounds.Map(UnreadDisplayMembers.Drop),
            Hostdevs = devices.Hostdevs.Map(UnreadHostdevMembers.Drop),
            Filesystems = devices.Filesystems.Map(UnreadDeviceMembers.Drop),
            Graphics = devices.Graphics.Map(UnreadDisplayMembers.Drop),
            Audios = devices.Audios.Map(UnreadDisplayMembers.Drop),
            Videos = devices.Videos.Map(UnreadDisplayMembers.Drop),
            Memballoon = devices.Memballoon is { } balloon ? UnreadDeviceMembers.Drop(balloon) : null,
        };
    }

    // Most devices say nothing of the kind, and are left as they are.
    private static DeviceConfig Common(DeviceConfig device)
    {
        var boot = device is DiskConfig or InterfaceConfig or HostdevConfig or RedirdevConfig ? device.Boot : null;
        var rom = device is InterfaceConfig or HostdevConfig ? Some(device.Rom) : null;

        // A slot that is not said is to be given; 0 is none.
        var address = device.Address is PciAddress { Domain: null or 0, Bus: null or 0, Slot: null or 0, Zpci: null } ? null : device.Address;
        var master = device.Master is { Startport: null } first ? first with { Startport = 0 } : device.Master;
        return ReferenceEquals(boot, device.Boot) && ReferenceEquals(rom, device.Rom) && ReferenceEquals(address, device.Address) && ReferenceEquals(master, device.Master)
            ? device : device with { Boot = boot, Rom = rom, Address = address, Master = master };
    }

    private static SysinfoConfig Sysinfo(SysinfoConfig sysinfo) => sysinfo.Type switch
    {
        SysinfoType.Smbios => sysinfo with
        {
            Bios = Told(sysinfo.Bios),
            System = Told(sysinfo.System),
            BaseBoards = sysinfo.BaseBoards.Map(b => b with { Entries = Told(b.Entries) }).Where(b => !b.Entries.IsEmpty).ToConfigList(),
            Chassis = Told(sysinfo.Chassis),
            Entries = [],
        },
        _ => new SysinfoConfig { Type = sysinfo.Type, Entries = sysinfo.Entries },
    };

    private static ConfigList<NamedText> Told(ConfigList<NamedText> entries) => entries.Where(e => e.Text is { Length: > 0 }).ToConfigList();

    // What a guest's CPU is is said by its model and features; the rest is told of a host's.
    private static CpuConfig Cpu(CpuConfig cpu) => cpu with
    {
        HostFeatures = null,
        Microcode = null,
        Signature = null,
        Counter = null,
        Pages = [],
        Match = cpu.Mode is null or CpuMode.Custom ? cpu.Match : null,
        Arch = null,
        Model = cpu.Mode is CpuMode.HostPassthrough or CpuMode.Maximum ? null : cpu.Model,
        Vendor = cpu.Mode is CpuMode.HostPassthrough or CpuMode.Maximum or CpuMode.HostModel ? null : cpu.Vendor,
    };

    private static BlkioTuneConfig? Blkio(BlkioTuneConfig tune) => Some(tune with
    {
        Weight = tune.Weight is 0 ? null : tune.Weight,
        Devices = tune.Devices.Where(d => d is { Weight: > 0 } or { ReadIopsSec: > 0 } or { WriteIopsSec: > 0 } or { ReadBytesSec: > 0 } or { WriteBytesSec: > 0 }).Select(d => d with
        {
            Weight = d.Weight is 0 ? null : d.Weight,
            ReadIopsSec = d.ReadIopsSec is 0 ? null : d.ReadIopsSec,
            WriteIopsSec = d.WriteIopsSec is 0 ? null : d.WriteIopsSec,
            ReadBytesSec = d.ReadBytesSec is 0 ? null : d.ReadBytesSec,
            WriteBytesSec = d.WriteBytesSec is 0 ? null : d.WriteBytesSec,
        }).ToConfigList(),
    });

    // A clock that is put right is a variable one.
    private static ClockConfig Clock(ClockConfig clock)
    {
        var own = new ClockConfig { Offset = clock.Offset ?? ClockOffset.Utc, Timers = clock.Timers, Extras = clock.Extras };
        return own.Offset switch
        {
            ClockOffset.Utc or ClockOffset.Localtime when clock.Adjustment is null or "reset" => own with { Adjustment = clock.Adjustment },
            ClockOffset.Utc or ClockOffset.Localtime => own with
            {
                Offset = ClockOffset.Variable,
                Adjustment = clock.Adjustment,
                Basis = own.Offset == ClockOffset.Utc ? ClockBasis.Utc : ClockBasis.Localtime,
            },
            ClockOffset.Variable => own with { Adjustment = clock.Adjustment is null or "reset" ? "0" : clock.Adjustment, Basis = clock.Basis ?? ClockBasis.Utc },
            ClockOffset.Timezone => own with { Timezone = clock.Timezone },
            _ => own with { Start = clock.Start },
        };
    }

    // Each application has one element, in a namespace of its own.
    private static XmlFragment Metadata(XmlFragment metadata)
    {
        var root = XElement.Parse(metadata.Xml, LoadOptions.PreserveWhitespace);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var dropped = root.Nodes().Where(n => n is XText { Value: var text } ? !string.IsNullOrWhiteSpace(text) : n is XElement e && (e.Name.NamespaceName.Length == 0 || !seen.Add(e.Name.NamespaceName))).ToList();
        if (dropped.Count == 0)
        {
            return metadata;
        }

        dropped.ForEach(n => n.Remove());
        var text = root.HasElements ? root.ToString(SaveOptions.DisableFormatting) : "<metadata/>";
        return new XmlFragment(root.DescendantNodes().Any(n => n is XCData or XComment or XProcessingInstruction) ? text : text.Replace(" />", "/>", StringComparison.Ordinal));
    }
}
