using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>Whether a host has what is asked for.</summary>
internal static class X86Comparing
{
    /// <summary>Compares.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a model or a feature is not known.</exception>
    public static CpuComparison Compare(CpuConfig host, CpuConfig cpu)
    {
        if (cpu.Arch is not (null or "x86_64" or "i686"))
        {
            return new(CpuFit.Incompatible, $"CPU arch {cpu.Arch} does not match host arch");
        }

        if (cpu.Vendor is not null && cpu.Vendor != host.Vendor)
        {
            return new(CpuFit.Incompatible, $"host CPU vendor does not match required CPU vendor {cpu.Vendor}");
        }

        var has = X86Architecture.Has(host);
        // Unknown features are told of before anything is compared, whatever is asked of them.
        var asked = cpu.Features.ToLookup(feature => feature.Asked(cpu), feature => X86Table.Feature(feature.Name!));
        var model = cpu.Model?.Name is { } name ? X86Table.Model(name).Features : default;
        var waived = Set(CpuFeaturePolicy.Force) | Set(CpuFeaturePolicy.Optional) | Set(CpuFeaturePolicy.Disable);
        var forbidden = Set(CpuFeaturePolicy.Forbid) & has;
        if (!forbidden.IsEmpty)
        {
            return Refuse("Host CPU provides forbidden features", forbidden);
        }

        var required = (model | Set(CpuFeaturePolicy.Require)) - waived;
        if (!(required - has).IsEmpty)
        {
            return Refuse("Host CPU does not provide required features", required - has);
        }

        var extra = has - required - waived;
        return !extra.IsEmpty && cpu is { Arch: null, Match: CpuMatch.Strict }
            ? Refuse("Host CPU does not strictly match guest CPU: Extra features", extra)
            : new(extra.IsEmpty ? CpuFit.Identical : CpuFit.Superset);

        FeatureSet Set(CpuFeaturePolicy policy) => X86Table.Union(asked[policy]);
    }

    private static CpuComparison Refuse(string reason, FeatureSet features) =>
        new(CpuFit.Incompatible, $"{reason}: {string.Join(", ", features.Features().Select(feature => feature.Name))}");
}
