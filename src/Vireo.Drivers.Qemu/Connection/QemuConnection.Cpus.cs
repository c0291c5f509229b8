using Vireo.Config;
using Vireo.Cpu;
using Vireo.Cpu.X86;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu;

/// <content>Comparing CPUs with the host's and the hypervisor's, and what several hosts have in common.</content>
internal sealed partial class QemuConnection
{
    // Features of hosts that QEMU gives no guest, or by itself.
    private static readonly string[] s_neverGuests = ["cmt", "mbm_total", "mbm_local", "osxsave", "ospke"];

    /// <inheritdoc/>
    public override ValueTask<ConnectGetCpuModelNamesResult> ConnectGetCpuModelNamesAsync(string arch, int needResults, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuConnectGetCPUModelNames");
        var models = CpuArchitecture.ModelsOf(arch, ErrorDomain.Qemu);
        return ValueTask.FromResult(new ConnectGetCpuModelNamesResult(needResults != 0 ? [.. models] : [], models.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<int> ConnectCompareCpuAsync(string xml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, ConnectCompareCPUFlags.FailIncompatible | ConnectCompareCPUFlags.ValidateXml, "qemuConnectCompareCPU");
        var host = HostCpuFacts.Describe(HostProcessors.Read());
        return ValueTask.FromResult(Compare("x86_64", host, xml, (ConnectCompareCPUFlags)flags));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ConnectCompareHypervisorCpuAsync(
        string? emulator, string? arch, string? machine, string? virttype, string xmlCPU, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, ConnectCompareCPUFlags.FailIncompatible | ConnectCompareCPUFlags.ValidateXml, "qemuConnectCompareHypervisorCPU");
        var (qemu, _, kvm) = await Hypervisor.HostInformation.HypervisorAsync(emulator, arch, machine, virttype, cancellationToken).ConfigureAwait(false);
        var best = HostModels.Of(qemu, kvm) ?? throw VireoException.OperationFailed(
            ErrorDomain.Qemu, $"QEMU '{qemu.Emulator}' does not support reporting CPU model for virttype '{(kvm ? "kvm" : "qemu")}'");
        return Compare(qemu.Architecture, best.Reported, xmlCPU, (ConnectCompareCPUFlags)flags);
    }

    /// <inheritdoc/>
    public override ValueTask<string> ConnectBaselineCpuAsync(string[] xmlCPUs, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, ConnectBaselineCPUFlags.ExpandFeatures | ConnectBaselineCPUFlags.Migratable, "qemuConnectBaselineCPU");
        var wanted = (ConnectBaselineCPUFlags)flags;
        var baseline = CpuArchitecture.Baseline(xmlCPUs, wanted.HasFlag(ConnectBaselineCPUFlags.ExpandFeatures), wanted.HasFlag(ConnectBaselineCPUFlags.Migratable));
        return ValueTask.FromResult((baseline with { Features = [.. baseline.Features.Where(static feature => !s_neverGuests.Contains(feature.Name))] }).ToXml());
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ConnectBaselineHypervisorCpuAsync(
        string? emulator, string? arch, string? machine, string? virttype, string[] xmlCPUs, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, ConnectBaselineCPUFlags.ExpandFeatures | ConnectBaselineCPUFlags.Migratable, "qemuConnectBaselineHypervisorCPU");
        var cpus = CpuArchitecture.Parse(xmlCPUs, CpuKind.Either);
        var (qemu, _, kvm) = await Hypervisor.HostInformation.HypervisorAsync(emulator, arch, machine, virttype, cancellationToken).ConfigureAwait(false);
        if (qemu.Architecture is not ("x86_64" or "i686"))
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"computing baseline hypervisor CPU is not supported for arch {qemu.Architecture}");
        }

        if (cpus.TakeWhile(static cpu => cpu.Model?.Name is not null).Count() is var missing && missing < cpus.Count)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Cpu, $"no CPU model specified at index {missing}");
        }

        var known = CpuArchitecture.Of(qemu.Architecture);
        var wanted = (ConnectBaselineCPUFlags)flags;
        var migratable = wanted.HasFlag(ConnectBaselineCPUFlags.Migratable);
        var best = qemu.HostCpu(kvm);
        // Where QEMU tells what can be migrated, its word counts and not the table's.
        var features = best?.Properties.Where(name => !migratable || best.Migratable is not { } kept || !best.Features.Contains(name) || kept.Contains(name)).Select(X86Cpu.LibvirtName).ToList();
        var baseline = known.Baseline(cpus, HostModels.KnownModels(qemu, kvm), features, migratable && best?.Migratable is null);
        baseline = baseline with { Model = baseline.Model! with { Fallback = CpuFallback.Forbid } };
        return (wanted.HasFlag(ConnectBaselineCPUFlags.ExpandFeatures) ? known.Expand(baseline) : baseline).ToXml();
    }

    private static int Compare(string architecture, CpuConfig host, string xml, ConnectCompareCPUFlags flags)
    {
        var cpu = (flags.HasFlag(ConnectCompareCPUFlags.ValidateXml) ? CpuConfig.ParseValidated(xml) : CpuConfig.Parse(xml)).ToDefinition(CpuKind.Either);
        var result = CpuArchitecture.Of(architecture).Compare(host, cpu);
        return result.Fit == CpuFit.Incompatible && flags.HasFlag(ConnectCompareCPUFlags.FailIncompatible) ? throw result.Incompatible() : (int)result.Fit;
    }
}
