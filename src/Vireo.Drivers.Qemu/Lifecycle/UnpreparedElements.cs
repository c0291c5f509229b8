using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Refuses to start what needs something done on the host that we do not do yet: a guest gets what its document says, or does not start. What QEMU itself
/// can be told is no matter for this class.
/// </summary>
internal static class UnpreparedElements
{
    private const string ResourceControl = "/sys/fs/resctrl/info";

    /// <summary>Checks the whole document.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, naming the element.</exception>
    public static void Refuse(DomainConfig config)
    {
        Unsupported.When(config.Memtune?.MinGuarantee is not null, "<min_guarantee>");
        if (config.Cputune is { Cachetunes.IsEmpty: false } or { Memorytunes.IsEmpty: false } && !Directory.Exists(ResourceControl))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Resctrl, "Resource control is not supported on this host");
        }

        Unsupported.WhenAny(config.Cputune?.Cachetunes ?? [], "<cachetune>");
        Unsupported.WhenAny(config.Cputune?.Memorytunes ?? [], "<memorytune>");
        Unsupported.When(config.Bootloader is not null, "<bootloader>");
        Unsupported.When(config.Idmap is not null, "<idmap>");
        Unsupported.When(config.LaunchSecurity?.Type == LaunchSecurityType.SevSnp, "<launchSecurity type='sev-snp'>", "needs a newer QEMU than this driver knows");
        Unsupported.When(config.QemuCapabilities is not null, "<qemu:capabilities>");
        Unsupported.When(config.OnReboot is not (LifecycleAction.Restart or LifecycleAction.Destroy), "<on_reboot>", "other than 'restart' or 'destroy' is not supported yet");
        Unsupported.When(config.Cpu?.DeprecatedFeatures is not null, "<cpu deprecated_features=…>");
        Os(config.Os);
        Features(config.Features, config.Type);
        Devices(config.Devices);
    }

    private static void Os(OsConfig os)
    {
        Unsupported.When(os.Init is not null, "<init>");
        Unsupported.When(os.Root is not null, "<root>");
        Unsupported.When(FirmwareArguments.IsFlash(os) && os.Nvram?.Source is not null && FirmwareVariables.LocationOf(os) is null, "<source> of <nvram>", "does not say where the variables lie");
    }

    private static void Features(FeaturesConfig? features, DomainType? type)
    {
        if (features is null)
        {
            return;
        }

        var other = type == DomainType.Kvm ? UnknownMsrs.Ignore : UnknownMsrs.Fault;
        Unsupported.When(features.Msrs?.Unknown == other, $"<msrs unknown='{other.ToXmlName()}'>", "is not what the hypervisor does");
        Unsupported.When(features.Viridian, "<viridian>");
        Unsupported.When(features.Privnet, "<privnet>");
        Unsupported.When(features.Xen is not null, "<xen>");
        Unsupported.When(features.Capabilities is not null, "<capabilities> in <features>");
        Unsupported.When(features.AsyncTeardown is { Enabled: not false }, "<async-teardown>", "needs a newer QEMU than this driver knows");
    }

    private static void Devices(DevicesConfig devices)
    {
        foreach (var disk in devices.Disks)
        {
            Disk(disk);
        }

        foreach (var card in devices.Interfaces)
        {
            Interface(card);
        }

        foreach (var tpm in devices.Tpms)
        {
            Unsupported.When(tpm.Backend is { Type: not TpmBackendType.External, Source: not null }, "<source> of <tpm>");
            Unsupported.When(tpm.Backend?.Profile is not null, "<profile> of <tpm>");
        }

        Unsupported.WhenAny(devices.Leases, "<lease>");
        Unsupported.When(devices.Hostdevs.Any(h => h.Source?.Auth is not null), "<auth> of <hostdev>");
        Unsupported.When(devices.Graphics.Any(g => g.Type is GraphicsType.Sdl), "graphics type 'sdl'");
    }

    private static void Disk(DiskConfig disk)
    {
        var name = $"of disk '{disk.Target?.Dev}'";
        Unsupported.When(disk.Type is not (DiskType.File or DiskType.Block or DiskType.Dir or DiskType.Network or DiskType.VhostUser or DiskType.Nvme), $"source type '{disk.Type.ToXmlName()}' {name}");
        Unsupported.When(disk.Rawio is not null || disk.Sgio is not null, $"rawio or sgio {name}");
        Unsupported.When(disk.Driver?.Name is not (null or "qemu"), $"driver name='{disk.Driver?.Name}' {name}");
        Unsupported.When(disk.Source?.Slices is not null && (disk.Format() != ImageFormat.Raw || (disk.Encryption ?? disk.Source.Encryption) is not null), $"<slices> {name}", "is for plain images of format 'raw'");
        Unsupported.When(disk.Source?.DataStore is not null, $"<dataStore> {name}");
        Unsupported.When(disk.Source?.Fdgroup is not null && (disk.Transient is not null || disk.Target?.Bus == DiskBus.Sd), $"fdgroup {name}", "is for disks that keep what is written, and not for the bus 'sd'");
        Unsupported.When(disk.Mirror is not null, $"<mirror> {name}");
    }

    private static void Interface(InterfaceConfig card)
    {
        var name = $"of interface '{card.Mac?.Address}'";
        var passt = NetworkArguments.IsPasst(card);
        Unsupported.When(card.Type is InterfaceType.Vds or InterfaceType.Internal, $"interface type '{card.Type?.ToXmlName()}'");
        Unsupported.When(card.Filterref is not null, $"<filterref> {name}");
        Unsupported.When(card.Bandwidth?.Inbound?.Floor > 0, $"<inbound floor=…> {name}");
        Unsupported.When(card.Virtualport is not null && !SwitchPorts.Has(card) && !PortProfiles.Has(card), $"<virtualport type='{card.Virtualport?.Type}'> {name}");
        Unsupported.When(!passt && !card.PortForwards.IsEmpty, $"<portForward> {name}", "is for the backend 'passt'");
        Unsupported.When(card.Backend?.Type is not (null or "default" or "passt"), $"<backend type='{card.Backend?.Type}'> {name}");
    }
}
