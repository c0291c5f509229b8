using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Refuses every element that would have to be dropped: a guest gets what its document says, or does not start.</summary>
internal static class UnsupportedElements
{
    /// <summary>Checks the whole document.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, naming the element.</exception>
    public static void Refuse(DomainConfig config)
    {
        Unsupported.When(config.MaxMemory is not null, "<maxMemory>");
        Unsupported.When(config.Blkiotune is not null, "<blkiotune>");
        Unsupported.When(config.Memtune is not null, "<memtune>");
        Unsupported.When(config.Cputune is not null, "<cputune>");
        Unsupported.When(config.Numatune is not null, "<numatune>");
        Unsupported.When(config.Vcpu?.Cpuset is not null, "<vcpu cpuset=…>");
        Unsupported.When(config.Defaultiothread is not null, "<defaultiothread>");
        Unsupported.WhenAny(config.Sysinfos, "<sysinfo>");
        Unsupported.When(config.Bootloader is not null, "<bootloader>");
        Unsupported.When(config.Idmap is not null, "<idmap>");
        Unsupported.WhenAny(config.Perf, "<perf>");
        Unsupported.WhenAny(config.Keywrap, "<keywrap>");
        Unsupported.When(config.LaunchSecurity is not null, "<launchSecurity>");
        Unsupported.When(config.QemuCapabilities is not null, "<qemu:capabilities>");
        Unsupported.When(config.QemuOverride is not null, "<qemu:override>");
        Unsupported.When(config.QemuDeprecation is not null, "<qemu:deprecation>");
        Unsupported.When(config.Seclabels.Any(s => s.Type == SeclabelType.Static), "<seclabel type='static'>");
        Unsupported.When(config.OnLockfailure is not null, "<on_lockfailure>");
        Os(config.Os);
        Features(config.Features);
        Devices(config.Devices);
    }

    private static void Os(OsConfig os)
    {
        Unsupported.When(os.Firmware == OsFirmware.Efi && os.Loader?.Path is null, "<os firmware='efi'>", "is not supported yet; name the firmware's image in <loader>");
        Unsupported.When(os.Loader?.Secure == true, "<loader secure='yes'>");
        Unsupported.When(os.Loader?.Format is not (null or "raw"), "<loader format=…>");
        Unsupported.When(os.Init is not null, "<init>");
        Unsupported.When(os.Root is not null, "<root>");
        Unsupported.When(os.Dtb is not null, "<dtb>");
        Unsupported.WhenAny(os.AcpiTables, "<acpi> in <os>");
        Unsupported.When(os.SmbiosMode is not (null or SmbiosMode.Emulate), "<smbios>");
        Unsupported.When(os.Bios?.Useserial == true, "<bios useserial='yes'>");
        Unsupported.When(os.Nvram is { Type: not (null or DiskType.File) }, "<nvram type=…>");
        Unsupported.When(os.Nvram?.Format is not (null or "raw"), "<nvram format=…>");
    }

    private static void Features(FeaturesConfig? features)
    {
        if (features is null)
        {
            return;
        }

        Unsupported.When(features.Hyperv is not null, "<hyperv>");
        Unsupported.When(features.Viridian, "<viridian>");
        Unsupported.When(features.Privnet, "<privnet>");
        Unsupported.When(features.Kvm is { } kvm && (kvm.HintDedicated?.State == true || kvm.PollControl?.State == true || kvm.PvIpi is not null || kvm.DirtyRing is not null), "<kvm> but for <hidden>");
        Unsupported.When(features.Gic is not null, "<gic>");
        Unsupported.When(features.Smm?.Tseg is not null, "<tseg>");
        Unsupported.When(features.Hpt is not null, "<hpt>");
        Unsupported.When(features.Htm is not null || features.NestedHv is not null || features.CcfAssist is not null || features.Cfpc is not null || features.Sbbc is not null || features.Ibs is not null, "a feature of POWER");
        Unsupported.When(features.Xen is not null, "<xen>");
        Unsupported.When(features.Capabilities is not null, "<capabilities> in <features>");
        Unsupported.When(features.Ras is not null || features.Ps2 is not null, "<ras> or <ps2>");
        Unsupported.When(features.AsyncTeardown is not null, "<async-teardown>");
        Unsupported.When(features.Msrs is not null, "<msrs>");
        Unsupported.When(features.Ioapic is not null, "<ioapic>");
    }

    private static void Devices(DevicesConfig devices)
    {
        Unsupported.WhenAny(devices.Leases, "<lease>");
        Unsupported.WhenAny(devices.Filesystems, "<filesystem>");
        Unsupported.WhenAny(devices.Smartcards, "<smartcard>");
        foreach (var tpm in devices.Tpms)
        {
            Unsupported.When(tpm.Backend?.Type != TpmBackendType.Emulator, $"<backend type='{tpm.Backend?.Type?.ToXmlName()}'> of <tpm>");
            Unsupported.When(tpm.Backend?.EncryptionSecret is not null, "<encryption> of <tpm>");
            Unsupported.When(tpm.Backend?.ActivePcrBanks is not null, "<active_pcr_banks>");
            Unsupported.When(tpm.Backend?.Source is not null, "<source> of <tpm>");
            Unsupported.When(tpm.Backend?.Profile is not null, "<profile> of <tpm>");
        }

        Unsupported.WhenAny(devices.Hostdevs, "<hostdev>");
        Unsupported.When(devices.Redirfilter is not null, "<redirfilter>");
        Unsupported.When(devices.Nvram is not null, "<nvram> among the devices");
        Unsupported.WhenAny(devices.Shmems, "<shmem>");
        Unsupported.WhenAny(devices.Memories, "<memory> among the devices");
        Unsupported.When(devices.Iommu is not null, "<iommu>");
        Unsupported.WhenAny(devices.Cryptos, "<crypto>");
        Unsupported.When(devices.Pstore is not null, "<pstore>");
    }
}
