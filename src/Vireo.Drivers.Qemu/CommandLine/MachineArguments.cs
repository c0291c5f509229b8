using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The machine itself: its type with the properties of its board, the accelerator, and what identifies it.</summary>
internal static class MachineArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        arguments.Add("-name", new OptionList().With("guest", config.Name).With("debug-threads", true).ToString());
        arguments.Add("-S");
        FirmwareArguments.Add(arguments, config, context);
        arguments.Add("-machine", Machine(config, context));
        arguments.Add("-accel", Accelerator(config));
        if (CpuArguments.Value(config) is { } cpu)
        {
            arguments.Add("-cpu", cpu);
        }

        MemoryArguments.Add(arguments, config, context);
        ProcessorArguments.Add(arguments, config);
        NumaArguments.Add(arguments, config, context);
        arguments.Add("-uuid", config.Uuid!.Value.ToString("D"));
        SystemInformation.Add(arguments, config);
        if (config.Genid is { } genid)
        {
            Unsupported.When(!Guid.TryParse(genid, out var id), "<genid>", "without a value is not supported yet; give it a UUID");
            arguments.Device(OptionJson.Device("vmgenid").Text("guid", id.ToString("D")).Text("id", "vmgenid0"));
        }

        if (config.Features?.Vmcoreinfo is { State: null or true })
        {
            arguments.Device(OptionJson.Device("vmcoreinfo"));
        }

        if (config.Features?.Smm?.Tseg?.Size is { } tseg)
        {
            arguments.Add("-global", string.Create(CultureInfo.InvariantCulture, $"mch.extended-tseg-mbytes={tseg.MiB}"));
        }
    }

    private static string Machine(DomainConfig config, CommandLineContext context)
    {
        var features = config.Features ?? new FeaturesConfig();
        var machine = MachineKind.Of(config.Os.Type!);
        var value = new OptionList(config.Os.Type!.Machine!).With("usb", false).With("dump-guest-core", config.Memory!.DumpCore ?? false);
        value.With("memory-backend", NumaArguments.HasCells(config) ? null : MemoryArguments.MainId(context));
        value.With("mem-merge", config.MemoryBacking?.Nosharepages == true ? false : null);
        value.With("i8042", features.Ps2?.State);
        value.With("vmport", features.Vmport?.State).With("smm", features.Smm is { } smm ? smm.State ?? true : null);
        value.With("kernel_irqchip", features.Ioapic?.Driver switch { IoapicDriver.Kvm => "on", IoapicDriver.Qemu => "split", _ => null });
        value.With("hmat", NumaArguments.HasAttributes(config) ? true : null);
        value.With("nvdimm", config.Devices.Memories.Any(m => m.Model == MemoryModel.Nvdimm) ? true : null);
        value.With("graphics", config.Os.Bios?.Useserial == true ? false : null);
        value.With("pcspk-audiodev", config.Devices.Sounds.Find(s => s.Model == SoundModel.Pcspk) is { } speaker ? AudioArguments.IdFor(speaker.Audio, config) : null);
        value.With("confidential-guest-support", config.LaunchSecurity is null ? null : LaunchSecurityArguments.Id);
        Arm(value, config, features);
        Power(value, features);
        Mainframe(value, config);
        if (!features.Acpi && (machine.IsPc || config.Os.Type!.Arch == "aarch64"))
        {
            value.With("acpi", false);
        }

        value.With("hpet", machine.IsPc ? config.Clock?.Timers.Find(t => t.Name == TimerName.Hpet)?.Present : null);
        if (FirmwareArguments.IsFlash(config.Os))
        {
            value.With("pflash0", "fw0").With("pflash1", FirmwareVariables.LocationOf(config.Os) is null ? null : "fw1");
        }

        return value.ToString();
    }

    private static void Arm(OptionList value, DomainConfig config, FeaturesConfig features)
    {
        // What 32-bit guests have anyway, libvirt does not ask for.
        value.With("gic-version", config.Os.Type!.Arch != "aarch64" && features.Gic?.Version == GicVersion.V2 ? null : features.Gic?.Version?.ToXmlName());
        value.With("iommu", config.Devices.Iommu?.Model == IommuModel.Smmuv3 ? "smmuv3" : null);
        value.With("ras", features.Ras?.State);
    }

    private static void Power(OptionList value, FeaturesConfig features)
    {
        value.With("resize-hpt", features.Hpt?.Resizing?.ToXmlName());
        value.With("cap-hpt-max-page-size", features.Hpt?.MaxPageSize is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size.KiB}k") : null);
        value.With("cap-htm", features.Htm?.State).With("cap-nested-hv", features.NestedHv?.State).With("cap-ccf-assist", features.CcfAssist?.State);
        value.With("cap-cfpc", features.Cfpc?.ToXmlName()).With("cap-sbbc", features.Sbbc?.ToXmlName()).With("cap-ibs", features.Ibs?.ToXmlName());
    }

    private static void Mainframe(OptionList value, DomainConfig config)
    {
        value.With("aes-key-wrap", config.Keywrap.Find(k => k.Name == KeywrapCipherName.Aes)?.State);
        value.With("dea-key-wrap", config.Keywrap.Find(k => k.Name == KeywrapCipherName.Dea)?.State);
        value.With("loadparm", BootOrder.First(config)?.Loadparm);
    }

    private static string Accelerator(DomainConfig config)
    {
        var ring = config.Features?.Kvm?.DirtyRing;
        return new OptionList(config.Type == DomainType.Kvm ? "kvm" : "tcg")
            .With("tb-size", config.Features?.Tcg?.TbCache?.MiB.ToString(CultureInfo.InvariantCulture))
            .With("dirty-ring-size", ring?.State == true ? ring.Size?.ToString(CultureInfo.InvariantCulture) : null)
            .ToString();
    }
}
