using Vireo.Config;
using Vireo.Cpu.X86;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The processor's model and features.</summary>
internal static class CpuArguments
{
    /// <summary>The value of <c>-cpu</c>.</summary>
    public static string Value(DomainConfig config)
    {
        var cpu = config.Cpu!;
        Unsupported.When(cpu.Numa is not null, "<numa>");
        Unsupported.When(cpu.Cache is { Mode: not CpuCacheMode.Passthrough }, "<cache> of the CPU");
        Unsupported.When(cpu.Maxphysaddr is { Mode: not CpuMaxPhysAddrMode.Emulate }, "<maxphysaddr mode='passthrough'>");
        Unsupported.When(cpu.Maxphysaddr?.Limit is not null, "<maxphysaddr limit=…>");
        Unsupported.When(cpu.DeprecatedFeatures is not null, "<cpu deprecated_features=…>");
        Unsupported.When(cpu.Topology?.Clusters is not (null or 1), "<topology clusters=…>");
        var value = new OptionList(Model(cpu));
        value.With("vendor", cpu.Model?.VendorId);
        value.With("migratable", cpu.Migratable);
        value.With("host-cache-info", cpu.Cache is null ? null : true);
        value.With("phys-bits", cpu.Maxphysaddr?.Bits?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var feature in cpu.Features)
        {
            if (feature.Policy is not CpuFeaturePolicy.Optional && feature.Name is { } name)
            {
                value.With(Name(X86Cpu.QemuName(name)), feature.Policy is not (CpuFeaturePolicy.Disable or CpuFeaturePolicy.Forbid));
            }
        }

        value.With("pmu", config.Features?.Pmu is { } pmu ? pmu.State ?? true : null);
        value.With("kvm", config.Features?.Kvm?.Hidden?.State == true ? false : null);
        if (config.Features?.Apic?.Eoi is { } eoi)
        {
            value.With("kvm-pv-eoi", eoi);
        }

        if (config.Devices.Panics.Any(p => p.Model == PanicModel.Hyperv))
        {
            value.With("hv-crash", true);
        }

        return value.ToString();
    }

    // Mode host-model has become a named model when a command line is made.
    private static string Model(CpuConfig cpu) => cpu.Mode switch
    {
        CpuMode.Maximum => "max",
        CpuMode.HostPassthrough => "host",
        _ => Name(cpu.Model?.Name ?? "qemu64"),
    };

    // Names stand where QEMU reads option names, so only their own characters may be in them.
    private static string Name(string name)
    {
        Unsupported.When(name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')), $"CPU model or feature '{name}'", "is not known");
        return name;
    }
}
