using Vireo.Config;
using Vireo.Cpu;
using Vireo.Cpu.X86;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>The CPU that mode <c>host-model</c> stands for with one QEMU and accelerator.</summary>
/// <param name="Reported">All that QEMU can give.</param>
/// <param name="Migratable">What guests get: without what would keep them from being migrated.</param>
/// <param name="Full">What guests may ask for: also what the host has and QEMU does not tell of.</param>
internal sealed record HostModels(CpuConfig Reported, CpuConfig Migratable, CpuConfig Full)
{
    /// <summary>The CPU; null when QEMU does not tell of it, or none of libvirt's models fits.</summary>
    /// <param name="qemu">The emulator.</param>
    /// <param name="kvm">With KVM; else QEMU's own emulation.</param>
    public static HostModels? Of(QemuCapabilities qemu, bool kvm)
    {
        if (qemu.Architecture is not ("x86_64" or "i686") || qemu.HostCpu(kvm) is not { } best)
        {
            return null;
        }

        try
        {
            var models = KnownModels(qemu, kvm);
            var reported = Decode(best, best.Features, models);
            return new(
                reported,
                best.Migratable is { } migratable ? Decode(best, migratable, models) : CpuArchitecture.Of(qemu.Architecture).Migratable(reported),
                kvm ? With(reported, HostCpuFacts.Read()?.FeatureNames ?? []) : reported);
        }
        catch (VireoException exception) when (exception.Code == ErrorCode.InternalError)
        {
            return null;
        }
    }

    /// <summary>The models that QEMU has, as CPU documents name them.</summary>
    public static IReadOnlyList<HypervisorCpuModel> KnownModels(QemuCapabilities qemu, bool kvm) =>
        [.. qemu.CpuModels(kvm).Where(static model => model.IsNamed).Select(static model => new HypervisorCpuModel(model.Name, [.. (model.Blockers ?? []).Select(X86Cpu.LibvirtName)]))];

    private static CpuConfig Decode(QemuHostCpu best, IEnumerable<string> features, IReadOnlyList<HypervisorCpuModel> models) =>
        X86Cpu.Decode(X86CpuData.FromQemu(features, best.Vendor, best.Signature), CpuKind.Guest, models);

    private static CpuConfig With(CpuConfig cpu, IEnumerable<string> features)
    {
        var missing = features.Where(name => !cpu.Features.Any(feature => feature.Name == name && feature.Policy != CpuFeaturePolicy.Disable)).ToHashSet();
        return cpu with
        {
            Features = [.. cpu.Features.Where(feature => !missing.Contains(feature.Name!)), .. missing.Select(static name => new CpuFeature { Name = name, Policy = CpuFeaturePolicy.Require })],
        };
    }
}
