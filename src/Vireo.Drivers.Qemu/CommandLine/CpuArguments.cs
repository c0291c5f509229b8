using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The processor's model and features.</summary>
internal static class CpuArguments
{
    /// <summary>The value of <c>-cpu</c>.</summary>
    public static string Value(DomainConfig config)
    {
        var cpu = config.Cpu!;
        var value = new OptionList(Model(cpu, config.Type));
        value.With("vendor", cpu.Model?.VendorId);
        value.With("migratable", cpu.Mode == CpuMode.HostPassthrough ? cpu.Migratable : null);
        foreach (var feature in cpu.Features)
        {
            if (feature.Policy is not CpuFeaturePolicy.Optional && feature.Name is { } name)
            {
                value.With(Name(name), feature.Policy is not (CpuFeaturePolicy.Disable or CpuFeaturePolicy.Forbid));
            }
        }

        CpuEnlightenments.Add(value, config);
        return value.ToString();
    }

    private static string Model(CpuConfig cpu, DomainType? type)
    {
        switch (cpu.Mode)
        {
            case CpuMode.Maximum:
                return "max";
            case CpuMode.HostPassthrough:
                Unsupported.When(type != DomainType.Kvm, "CPU mode 'host-passthrough'", "is not supported by hypervisor; it needs domain type 'kvm'");
                return "host";
            case CpuMode.HostModel:
                throw Unsupported.Element("CPU mode 'host-model'", "is not supported yet; use mode 'maximum', 'host-passthrough' or a named model");
            default:
                return Name(cpu.Model?.Name ?? "qemu64");
        }
    }

    // Names stand where QEMU reads option names, so only their own characters may be in them.
    private static string Name(string name)
    {
        Unsupported.When(name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')), $"CPU model or feature '{name}'", "is not known");
        return name;
    }
}
