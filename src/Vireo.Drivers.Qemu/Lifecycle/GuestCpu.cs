using Vireo.Config;
using Vireo.Cpu;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>What a guest's CPU becomes on this host.</summary>
internal static class GuestCpu
{
    private const string HostArchitecture = "x86_64";

    /// <summary>The CPU that a guest is started with: checked against what there is, mode <c>host-model</c> turned into a model, a model that QEMU has not into one that it has.</summary>
    /// <param name="config">The complete document.</param>
    /// <param name="qemu">What its emulator can do.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONFIG_UNSUPPORTED: the mode cannot be had, a feature is not known, or no other model may stand in; VIR_ERR_CPU_INCOMPATIBLE: the check failed; VIR_ERR_INTERNAL_ERROR: the model is not known.
    /// </exception>
    public static CpuConfig? ForStart(DomainConfig config, QemuCapabilities qemu)
    {
        if (config.Cpu is not { Mode: not null } cpu)
        {
            return config.Cpu;
        }

        var known = CpuArchitecture.Of(qemu.Architecture);
        var kvm = config.Type == DomainType.Kvm;
        var host = HostModels.Of(qemu, kvm);
        if ((cpu.Mode == CpuMode.HostPassthrough && !kvm) || (cpu.Mode == CpuMode.HostModel && host is null))
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Qemu,
                $"CPU mode '{cpu.Mode.Value.ToXmlName()}' for {config.Os.Type!.Arch} {config.Type!.Value.ToXmlName()} domain on {HostArchitecture} host is not supported by hypervisor");
        }

        if (cpu.Features.FirstOrDefault(feature => !known.Knows(feature.Name!))?.Name is { } unknown)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, $"unknown CPU feature: {unknown}");
        }

        if (cpu.Check is not (null or CpuCheck.None) && host is not null)
        {
            Check(cpu, host.Full, known);
        }

        cpu = known.Translate(known.Update(cpu, host?.Migratable), HostModels.KnownModels(qemu, kvm));
        return cpu.Model is null ? cpu : cpu with { Model = cpu.Model with { Fallback = CpuFallback.Forbid } };
    }

    /// <summary>The CPU of a document with what it leaves to the host filled in. VIR_DOMAIN_XML_UPDATE_CPU.</summary>
    /// <exception cref="VireoException">As <see cref="CpuArchitecture.Update(CpuConfig, CpuConfig?)"/>.</exception>
    public static CpuConfig? Updated(DomainConfig config, QemuCapabilities qemu) => config.Cpu is { Mode: not null } cpu && (cpu.Mode != CpuMode.Custom || cpu.Model?.Name is not null)
        ? CpuArchitecture.Of(qemu.Architecture).Update(cpu, HostModels.Of(qemu, config.Type == DomainType.Kvm)?.Migratable)
        : config.Cpu;

    private static void Check(CpuConfig cpu, CpuConfig host, CpuArchitecture known)
    {
        var present = host.Features.Where(static feature => feature.Policy != CpuFeaturePolicy.Disable).Select(static feature => feature.Name).ToHashSet();
        if (cpu.Features.FirstOrDefault(feature => feature.Policy == CpuFeaturePolicy.Forbid && present.Contains(feature.Name))?.Name is { } forbidden)
        {
            throw new CpuComparison(CpuFit.Incompatible, $"Host CPU provides forbidden feature '{forbidden}'").Incompatible();
        }

        if (cpu.Check == CpuCheck.Partial && known.Compare(host, cpu) is { Fit: CpuFit.Incompatible } failed)
        {
            throw failed.Incompatible();
        }
    }
}
