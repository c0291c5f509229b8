using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>What only x86 can do: naming a CPU by its registers.</summary>
public static class X86Cpu
{
    /// <summary>QEMU's name of a feature.</summary>
    public static string QemuName(string feature) => X86Table.FindFeature(feature)?.QemuName ?? feature;

    /// <summary>libvirt's name of what QEMU calls so, or once did.</summary>
    public static string LibvirtName(string property) => X86Table.FindQemuFeature(property)?.Name ?? property;

    /// <summary>A guest's CPU as the hypervisor has made it: checked in full, with the features that it added and left out.</summary>
    /// <param name="cpu">What the guest was started with.</param>
    /// <param name="made">What the guest sees.</param>
    /// <param name="unavailable">Features that the hypervisor could not give, by its names.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the document wanted all of it, and not more; VIR_ERR_INTERNAL_ERROR: a model or a feature is not known.</exception>
    public static CpuConfig Live(CpuConfig cpu, X86CpuData made, IEnumerable<string> unavailable) =>
        X86Live.Show(cpu, made.Features, X86Table.Union(unavailable.Select(X86Table.FindQemuFeature).OfType<X86Feature>()));

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
