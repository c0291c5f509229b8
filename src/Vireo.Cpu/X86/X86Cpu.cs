using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>What only x86 can do: naming a CPU by its registers.</summary>
public static class X86Cpu
{
    /// <summary>Describes a CPU by model, vendor and features.</summary>
    /// <param name="data">The CPU.</param>
    /// <param name="kind">As a host's, by a model that it has whole; or as a guest's, where features may be taken away from the model.</param>
    /// <param name="models">What the hypervisor can run; null for all models.</param>
    /// <param name="migratable">Leave features out that keep a guest from being migrated.</param>
    /// <returns>A host's document has no architecture yet: registers do not tell it.</returns>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: no model fits.</exception>
    public static CpuConfig Decode(X86CpuData data, CpuKind kind, IReadOnlyList<HypervisorCpuModel>? models = null, bool migratable = false)
    {
        var cpu = X86Decoder.Decode(data, kind == CpuKind.Host, models, migratable: migratable);
        return kind == CpuKind.Host
            ? cpu
            : cpu with { Mode = CpuMode.Custom, Match = CpuMatch.Exact, Model = cpu.Model! with { Fallback = CpuFallback.Allow } };
    }
}
