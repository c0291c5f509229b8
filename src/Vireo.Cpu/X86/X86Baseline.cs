using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>The best CPU that several hosts have.</summary>
internal static class X86Baseline
{
    /// <summary>Makes it.</summary>
    public static CpuConfig Of(IReadOnlyList<CpuConfig> cpus, IReadOnlyList<HypervisorCpuModel>? models, IReadOnlyCollection<string>? features, bool migratable)
    {
        var common = X86Architecture.Has(cpus[0]);
        var vendor = CommonVendor(cpus, (cpu, first) =>
        {
            if (!first)
            {
                common &= X86Architecture.Has(cpu);
            }
        });
        if (features is not null)
        {
            common &= X86Table.Known(features);
        }

        if (common.IsEmpty)
        {
            throw VireoException.OperationFailed(ErrorDomain.Cpu, "CPUs are incompatible");
        }

        var names = cpus.Select(cpu => cpu.Model?.Name).OfType<string>().Distinct().ToList();
        var preferred = names.Count == 1 ? names[0] : null;
        var found = X86Decoder.Decode(new X86CpuData { Features = common, Vendor = vendor }, host: false, models, preferred, migratable);
        return found with
        {
            Mode = CpuMode.Custom,
            Match = CpuMatch.Exact,
            Model = found.Model! with { Fallback = found.Model.Name == preferred ? CpuFallback.Forbid : CpuFallback.Allow },
            // A vendor that only some of them tell is no part of the answer.
            Vendor = cpus.All(cpu => cpu.Vendor is not null) ? found.Vendor : null,
        };
    }

    // The first CPU's own word counts; of the others, what the document or else the model says. Told in the order in which libvirt finds faults.
    private static string? CommonVendor(IReadOnlyList<CpuConfig> cpus, Action<CpuConfig, bool> visit)
    {
        string? vendor = null;
        for (var i = 0; i < cpus.Count; i++)
        {
            visit(cpus[i], i == 0);
            var made = i == 0 ? null : X86Table.FindModel(cpus[i].Model?.Name ?? "")?.Vendor;
            if (cpus[i].Vendor is { } told && made is not null && told != made)
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, $"CPU vendor {made} of model {cpus[i].Model!.Name} differs from vendor {told}");
            }

            if ((cpus[i].Vendor ?? made) is not { } name)
            {
                continue;
            }

            if (vendor is null && X86Table.Vendors.All(known => known.Name != name))
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, $"Unknown CPU vendor {name}");
            }

            vendor ??= name;
            if (vendor != name)
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, "CPU vendors do not match");
            }
        }

        return vendor;
    }
}
