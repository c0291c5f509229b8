namespace Vireo.Config.Defaults;

/// <summary>What libvirt puts into the definition of any domain, whatever is to run it. What is a driver's own the driver adds.</summary>
internal static class GeneralDefaults
{
    /// <summary>Completes a definition that has all it must have.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_CONFIG_UNSUPPORTED: the document contradicts itself.</exception>
    public static DomainConfig Apply(DomainConfig config)
    {
        FeatureDefaults.CheckSysinfo(config.Sysinfos);
        return CpuTuningDefaults.Apply(MemoryDefaults.Apply(config with
        {
            Uuid = config.Uuid ?? Guid.NewGuid(),
            Os = WithBoot(config),
            Features = FeatureDefaults.Apply(config.Features),
            Clock = (config.Clock ?? new ClockConfig()) with { Offset = config.Clock?.Offset ?? ClockOffset.Utc },
            Seclabels = config.Seclabels.Map(FeatureDefaults.Label),
            OnPoweroff = config.OnPoweroff ?? LifecycleAction.Destroy,
            OnReboot = config.OnReboot ?? LifecycleAction.Restart,
            OnCrash = config.OnCrash ?? LifecycleAction.Destroy,
            Devices = DeviceDefaults.Apply(config.Devices),
        }));
    }

    /// <summary>A machine whose document orders nothing boots from its first hard disk.</summary>
    private static OsConfig WithBoot(DomainConfig config)
    {
        var os = config.Os;
        return os is { Type.Kind: "hvm", Boots.IsEmpty: true } && config.Bootloader is null && !HasBootOrder(config.Devices) ? os with { Boots = [BootDevice.Hd] } : os;
    }

    private static bool HasBootOrder(DevicesConfig devices) =>
        devices.Disks.Any(d => d.Boot?.Order is not null) || devices.Interfaces.Any(i => i.Boot?.Order is not null)
        || devices.Hostdevs.Any(h => h.Boot?.Order is not null) || devices.Redirdevs.Any(r => r.Boot?.Order is not null);
}
