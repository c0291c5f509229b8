using Vireo.Config;

namespace Vireo.Cpu;

/// <summary>CPUs of ARM, whose models are the hypervisor's: any fits, and it is for the hypervisor to refuse one.</summary>
/// <param name="name">aarch64, armv7l, ….</param>
internal sealed class ArmArchitecture(string name) : CpuArchitecture(name)
{
    private const int MostVectorBits = 2048;
    private const int VectorStep = 128;

    private static readonly string[] s_features =
        ["sve", .. Enumerable.Range(1, MostVectorBits / VectorStep).Select(step => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sve{step * VectorStep}"))];

    /// <inheritdoc/>
    public override bool Knows(string feature) => s_features.Contains(feature);

    /// <inheritdoc/>
    public override CpuComparison Compare(CpuConfig host, CpuConfig cpu) => new(CpuFit.Identical);

    /// <inheritdoc/>
    public override CpuConfig Baseline(IReadOnlyList<CpuConfig> cpus, IReadOnlyList<HypervisorCpuModel>? models, IReadOnlyCollection<string>? features, bool migratable) =>
        new() { Mode = CpuMode.Custom, Match = CpuMatch.Exact, Model = new CpuModel { Name = cpus[0].Model?.Name, Fallback = CpuFallback.Allow } };

    /// <inheritdoc/>
    protected override CpuConfig Update(CpuConfig guest, CpuConfig? host, bool relative) =>
        guest.Mode == CpuMode.HostModel ? HostModel.In(guest, host!) : guest;
}

/// <summary>CPUs of IBM Z, whose models are the hypervisor's too.</summary>
/// <param name="name">s390x or s390.</param>
internal sealed class S390Architecture(string name) : CpuArchitecture(name)
{
    /// <inheritdoc/>
    public override CpuComparison Compare(CpuConfig host, CpuConfig cpu) => new(CpuFit.Identical);

    /// <inheritdoc/>
    protected override CpuConfig Update(CpuConfig guest, CpuConfig? host, bool relative)
    {
        if (guest.Mode == CpuMode.HostModel)
        {
            return guest.Features.Aggregate(HostModel.In(guest, host!), (cpu, feature) => cpu with { Features = cpu.Features.Set(feature.Name!, feature.Asked(guest)) });
        }

        if (guest.Match == CpuMatch.Minimum)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, "match mode minimum not supported");
        }

        return guest.Features.Any(feature => feature.Policy == CpuFeaturePolicy.Optional)
            ? throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, "optional CPU features are not supported")
            : guest;
    }
}

/// <summary>A host's model in place of mode <c>host-model</c>.</summary>
internal static class HostModel
{
    /// <summary>The guest's CPU with all that the host's document says of model and features.</summary>
    public static CpuConfig In(CpuConfig guest, CpuConfig host) => guest with
    {
        Mode = CpuMode.Custom,
        Match = CpuMatch.Exact,
        Model = new CpuModel { Name = host.Model?.Name, Fallback = guest.Model?.Fallback ?? CpuFallback.Allow, VendorId = guest.Model?.VendorId },
        Vendor = host.Vendor,
        Features = [.. host.Features.Select(feature => feature with { Policy = feature.Asked(host) })],
    };
}
