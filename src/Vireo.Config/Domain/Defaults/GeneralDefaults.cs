namespace Vireo.Config.Defaults;

/// <summary>What libvirt puts into the definition of any domain, whatever is to run it. What is a driver's own the driver adds.</summary>
internal static class GeneralDefaults
{
    /// <summary>Completes a definition that has all it must have.</summary>
    /// <param name="config">The definition.</param>
    /// <param name="userAliases">Whether the driver lets users name devices.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_INTERNAL_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: the document contradicts itself.</exception>
    public static DomainConfig Apply(DomainConfig config, bool userAliases = false)
    {
        FeatureDefaults.CheckSysinfo(config.Sysinfos);
        if (config.Resource is { Partition: null, FibrechannelAppid: null })
        {
            throw VireoException.Internal(ErrorDomain.Domain, "<resource> names neither a partition nor an application");
        }

        return CpuTuningDefaults.Apply(MemoryDefaults.Apply(config with
        {
            Uuid = config.Uuid ?? Guid.NewGuid(),
            Os = WithBoot(config),
            Blkiotune = BlkioDefaults.Apply(config.Blkiotune),
            Idmap = IdmapDefaults.Apply(config.Idmap),
            Features = FeatureDefaults.Apply(config.Features),
            Clock = Clock(config.Clock ?? new ClockConfig()),
            Seclabels = config.Seclabels.Map(FeatureDefaults.Label),
            OnPoweroff = config.OnPoweroff ?? LifecycleAction.Destroy,
            OnReboot = config.OnReboot ?? LifecycleAction.Restart,
            OnCrash = config.OnCrash ?? LifecycleAction.Destroy,
            Devices = DeviceDefaults.Apply(config.Devices, userAliases),
        }));
    }

    private static ClockConfig Clock(ClockConfig clock) => clock.Offset switch
    {
        null => clock with { Offset = ClockOffset.Utc },
        ClockOffset.Variable => clock with { Adjustment = clock.Adjustment ?? "0", Basis = clock.Basis ?? ClockBasis.Utc },
        _ => clock,
    };

    /// <summary>A machine whose document orders nothing boots from its first hard disk.</summary>
    private static OsConfig WithBoot(DomainConfig config)
    {
        var (os, isOrdered) = (config.Os, HasBootOrder(config.Devices));
        if (isOrdered && !os.Boots.IsEmpty)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "per-device boot elements cannot be used together with os/boot elements");
        }

        return os is { Type.Kind: "hvm", Boots.IsEmpty: true } && config.Bootloader is null && !isOrdered ? os with { Boots = [BootDevice.Hd] } : os;
    }

    private static bool HasBootOrder(DevicesConfig devices) =>
        devices.Disks.Any(d => d.Boot?.Order is not null) || devices.Interfaces.Any(i => i.Boot?.Order is not null)
        || devices.Hostdevs.Any(h => h.Boot?.Order is not null) || devices.Redirdevs.Any(r => r.Boot?.Order is not null);
}
