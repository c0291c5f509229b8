using Vireo.Config;
using Vireo.Cpu.X86;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The processor's model and features.</summary>
internal static class CpuArguments
{
    /// <summary>The value of <c>-cpu</c>; null where the machine's own CPU is not known and none is asked for.</summary>
    public static string? Value(DomainConfig config)
    {
        if (config.Cpu is not { } cpu || cpu.Mode is null)
        {
            return null;
        }

        var value = new OptionList(Model(cpu));
        value.With("vendor", cpu.Model?.VendorId);
        value.With("migratable", cpu.Migratable);
        foreach (var feature in cpu.Features)
        {
            if (feature.Policy is not CpuFeaturePolicy.Optional && feature.Name is { } name)
            {
                value.With(Name(X86Cpu.QemuName(name)), feature.Policy is not (CpuFeaturePolicy.Disable or CpuFeaturePolicy.Forbid));
            }
        }

        CpuEnlightenments.Add(value, config);
        return value.ToString();
    }

    private static string Model(CpuConfig cpu) => cpu.Mode switch
    {
        CpuMode.HostModel => throw Unsupported.Element("CPU mode 'host-model'", "has to become a named model before a command line is made"),
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
