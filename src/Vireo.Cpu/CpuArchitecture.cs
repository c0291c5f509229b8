using Vireo.Config;
using Vireo.Cpu.X86;

namespace Vireo.Cpu;

/// <summary>
/// What can be said of an architecture's CPUs: pure functions over documents. A document with an <c>&lt;arch&gt;</c> describes a host's CPU, one without what a guest asks for.
/// </summary>
/// <param name="name">libvirt's name of the architecture, for messages.</param>
public abstract class CpuArchitecture(string name)
{
    /// <summary>The models, in libvirt's order; empty where all names are the hypervisor's. virConnectGetCPUModelNames.</summary>
    public virtual IReadOnlyList<string> Models => [];

    /// <summary>What is known of an architecture.</summary>
    /// <param name="architecture">libvirt's name: <c>x86_64</c>.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: nothing is known of its CPUs.</exception>
    public static CpuArchitecture Of(string architecture) => architecture switch
    {
        "x86_64" or "i686" => new X86Architecture(architecture),
        "ppc64" or "ppc64le" => new Ppc64Architecture(architecture),
        "s390x" or "s390" => new S390Architecture(architecture),
        "aarch64" or "armv6l" or "armv7l" or "armv7b" => new ArmArchitecture(architecture),
        _ => throw new VireoException(ErrorCode.NoSupport, ErrorDomain.Cpu, $"'{architecture}' architecture is not supported by CPU driver"),
    };

    /// <summary>The models of an architecture. virConnectGetCPUModelNames.</summary>
    /// <param name="architecture">libvirt's name of it.</param>
    /// <param name="domain">The driver that is asked.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is no such architecture; VIR_ERR_NO_SUPPORT: nothing is known of its CPUs.</exception>
    public static IReadOnlyList<string> ModelsOf(string architecture, ErrorDomain domain) => CpuConfig.IsArchitecture(architecture)
        ? Of(architecture).Models
        : throw VireoException.InvalidArgument(domain, $"cannot find architecture {architecture}");

    /// <summary>The best CPU that hosts have. virConnectBaselineCPU.</summary>
    /// <param name="documents">The hosts' CPUs.</param>
    /// <param name="expand">Spell out all features.</param>
    /// <param name="migratable">Leave features out that keep a guest from being migrated.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there are none; what <see cref="Baseline(IReadOnlyList{CpuConfig}, IReadOnlyList{HypervisorCpuModel}, IReadOnlyCollection{string}, bool)"/> says.</exception>
    public static CpuConfig Baseline(IReadOnlyList<string> documents, bool expand, bool migratable)
    {
        var cpus = Parse(documents, CpuKind.Host);
        var known = Of(cpus[0].Arch!);
        var baseline = known.Baseline(cpus, migratable: migratable);
        return expand ? known.Expand(baseline) : baseline;
    }

    /// <summary>Reads the documents of CPUs that are to be brought together.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there are none; what <see cref="CpuConfig.ParseDefinition"/> says.</exception>
    public static IReadOnlyList<CpuConfig> Parse(IReadOnlyList<string> documents, CpuKind kind) => documents.Count == 0
        ? throw VireoException.InvalidArgument(ErrorDomain.Cpu, "no CPUs given")
        : [.. documents.Select(document => CpuConfig.ParseDefinition(document, kind))];

    /// <summary>Who makes a model; null when it is nobody's or not known.</summary>
    public virtual string? VendorOf(string model) => null;

    /// <summary>Whether there is a feature of a name. Where features are not listed, there may be any.</summary>
    public virtual bool Knows(string feature) => true;

    /// <summary>Whether a host's CPU has a feature.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT; VIR_ERR_INTERNAL_ERROR: model or feature is not known.</exception>
    public virtual bool HasFeature(CpuConfig host, string feature) => throw Unsupported("cannot check guest CPU feature", "for");

    /// <summary>Compares what is asked for with what a host has. virConnectCompareCPU.</summary>
    /// <param name="host">The host's CPU.</param>
    /// <param name="cpu">The CPU asked for, or another host's.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a model or a feature is not known; VIR_ERR_NO_SUPPORT.</exception>
    public virtual CpuComparison Compare(CpuConfig host, CpuConfig cpu) => throw Unsupported("cannot compare CPUs");

    /// <summary>The best CPU that all hosts have. virConnectBaselineCPU.</summary>
    /// <param name="cpus">The hosts' CPUs; at least one, each with a model.</param>
    /// <param name="models">What the hypervisor can run; null for all models.</param>
    /// <param name="features">The features that it may have; null for all.</param>
    /// <param name="migratable">Leave features out that keep a guest from being migrated.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: they have nothing in common; VIR_ERR_INTERNAL_ERROR: a model or a feature is not known; VIR_ERR_NO_SUPPORT.</exception>
    public virtual CpuConfig Baseline(IReadOnlyList<CpuConfig> cpus, IReadOnlyList<HypervisorCpuModel>? models = null, IReadOnlyCollection<string>? features = null, bool migratable = false) =>
        throw Unsupported("cannot compute baseline CPU");

    /// <summary>A guest's CPU with every feature of its model spelled out. VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the model is not known.</exception>
    public virtual CpuConfig Expand(CpuConfig cpu) => cpu;

    /// <summary>What a guest's CPU is on a host: the host's model in place of mode <c>host-model</c> and of match <c>minimum</c>, optional features decided.</summary>
    /// <param name="guest">What the guest asks for.</param>
    /// <param name="host">What the hypervisor can give; null when that is not known.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the host's CPU is needed and not known; VIR_ERR_INTERNAL_ERROR: a model or a feature is not known; VIR_ERR_NO_SUPPORT.</exception>
    public CpuConfig Update(CpuConfig guest, CpuConfig? host)
    {
        if (guest.Mode is CpuMode.HostPassthrough or CpuMode.Maximum)
        {
            return guest;
        }

        var relative = guest.Mode == CpuMode.HostModel || guest.Match == CpuMatch.Minimum;
        return relative && host is null ? throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, "unknown host CPU model") : Update(guest, host, relative);
    }

    /// <summary>A CPU that the hypervisor can run in place of one that it cannot.</summary>
    /// <param name="cpu">What the guest asks for.</param>
    /// <param name="models">What the hypervisor can run; null when it takes any.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the document allows no other; VIR_ERR_INTERNAL_ERROR; VIR_ERR_NO_SUPPORT.</exception>
    public CpuConfig Translate(CpuConfig cpu, IReadOnlyList<HypervisorCpuModel>? models)
    {
        if (cpu.Mode is CpuMode.HostPassthrough or CpuMode.Maximum || models is null || models.Any(model => model.Name == cpu.Model?.Name))
        {
            return cpu;
        }

        return cpu.Model?.Fallback == CpuFallback.Forbid
            ? throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, $"CPU model {cpu.Model.Name} is not supported by hypervisor")
            : TranslateModel(cpu, models);
    }

    /// <summary>The CPU with names of today for names that libvirt once used.</summary>
    public virtual CpuConfig ConvertLegacy(CpuConfig cpu) => cpu;

    /// <summary>The CPU without features that keep a guest from being migrated.</summary>
    public virtual CpuConfig Migratable(CpuConfig cpu) => cpu;

    /// <summary>As <see cref="Update(CpuConfig, CpuConfig?)"/>, when there is something to do.</summary>
    /// <param name="guest">What the guest asks for.</param>
    /// <param name="host">What the hypervisor can give; known when <paramref name="relative"/>.</param>
    /// <param name="relative">The guest's CPU goes by the host's.</param>
    protected virtual CpuConfig Update(CpuConfig guest, CpuConfig? host, bool relative) => throw Unsupported("cannot update guest CPU");

    /// <summary>As <see cref="Translate"/>, when the model is not among <paramref name="models"/> and another may stand in.</summary>
    protected virtual CpuConfig TranslateModel(CpuConfig cpu, IReadOnlyList<HypervisorCpuModel> models) =>
        throw new VireoException(ErrorCode.NoSupport, ErrorDomain.Cpu, $"cannot translate CPU model {cpu.Model?.Name} to a supported model");

    private VireoException Unsupported(string what, string preposition = "of") => new(ErrorCode.NoSupport, ErrorDomain.Cpu, $"{what} {preposition} {name} architecture");
}
