using Vireo.Config;

namespace Vireo.Cpu;

/// <summary>CPUs of POWER: models without features, and compatibility with earlier ones.</summary>
/// <param name="name">ppc64 or ppc64le.</param>
internal sealed class Ppc64Architecture(string name) : CpuArchitecture(name)
{
    // In the order of their generations.
    private static readonly string[] s_modes = ["power6", "power7", "power8", "power9", "power10"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Models { get; } = [.. Ppc64Table.Models.Select(model => model.Name)];

    /// <inheritdoc/>
    public override string? VendorOf(string model) => Ppc64Table.Models.FirstOrDefault(known => known.Name == model).Vendor;

    /// <inheritdoc/>
    public override CpuComparison Compare(CpuConfig host, CpuConfig cpu)
    {
        if (cpu.Arch is not (null or "ppc64" or "ppc64le"))
        {
            return new(CpuFit.Incompatible, $"CPU arch {cpu.Arch} does not match host arch");
        }

        if (cpu.Vendor is not null && cpu.Vendor != host.Vendor)
        {
            return new(CpuFit.Incompatible, $"host CPU vendor does not match required CPU vendor {cpu.Vendor}");
        }

        var present = Known(host);
        if (cpu.Mode == CpuMode.HostModel)
        {
            return cpu.Model?.Name is { } mode ? CompareMode(present, mode) : new(CpuFit.Identical);
        }

        var wanted = Known(ConvertLegacy(cpu));
        return wanted == present ? new(CpuFit.Identical) : new(CpuFit.Incompatible, $"host CPU model does not match required CPU model {wanted}");
    }

    /// <inheritdoc/>
    public override CpuConfig Baseline(IReadOnlyList<CpuConfig> cpus, IReadOnlyList<HypervisorCpuModel>? models, IReadOnlyCollection<string>? features, bool migratable)
    {
        var model = Known(cpus[0]);
        foreach (var cpu in cpus)
        {
            if (cpu.Vendor is { } vendor && Ppc64Table.Models.All(known => known.Vendor != vendor))
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, $"Unknown CPU vendor {vendor}");
            }

            if (Known(cpu) is var other && cpu.Vendor is not null && cpu.Vendor != VendorOf(other))
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, $"CPU vendor {VendorOf(other)} of model {other} differs from vendor {cpu.Vendor}");
            }

            if (other != model)
            {
                throw VireoException.OperationFailed(ErrorDomain.Cpu, "CPUs are incompatible");
            }
        }

        return new CpuConfig { Mode = CpuMode.Custom, Match = CpuMatch.Exact, Model = new CpuModel { Name = model, Fallback = CpuFallback.Forbid } };
    }

    /// <inheritdoc/>
    public override CpuConfig ConvertLegacy(CpuConfig cpu) => cpu.Model?.Name switch
    {
        "POWER7_v2.1" or "POWER7_v2.3" or "POWER7+_v2.1" => cpu with { Model = cpu.Model with { Name = "POWER7" } },
        "POWER8_v1.0" => cpu with { Model = cpu.Model with { Name = "POWER8" } },
        _ => cpu,
    };

    /// <inheritdoc/>
    protected override CpuConfig Update(CpuConfig guest, CpuConfig? host, bool relative) =>
        guest.Mode == CpuMode.HostModel ? guest : guest with { Match = CpuMatch.Exact };

    private static string Known(CpuConfig cpu) => Ppc64Table.Models.FirstOrDefault(model => model.Name == cpu.Model?.Name).Name
        ?? throw VireoException.Internal(ErrorDomain.Cpu, $"Unknown CPU model {cpu.Model?.Name}");

    // A host runs guests of its own generation and of all before it.
    private static CpuComparison CompareMode(string host, string mode)
    {
        var best = Array.IndexOf(s_modes, host.ToLowerInvariant());
        var wanted = Array.IndexOf(s_modes, mode);
        if (best < 0)
        {
            throw VireoException.Internal(ErrorDomain.Cpu, "Host CPU does not support compatibility modes");
        }

        if (wanted < 0)
        {
            throw VireoException.Internal(ErrorDomain.Cpu, $"Unknown compatibility mode {mode}");
        }

        return new(wanted <= best ? CpuFit.Identical : CpuFit.Incompatible);
    }
}
