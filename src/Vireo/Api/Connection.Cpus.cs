namespace Vireo;

/// <content>CPUs: models, and what hosts and the hypervisor have of them. Documents are those of <c>CpuConfig</c>.</content>
public sealed partial class Connection
{
    /// <summary>The CPU models of an architecture (<c>virConnectGetCPUModelNames</c>); none where the hypervisor takes any name.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is no such architecture; VIR_ERR_NO_SUPPORT: nothing is known of its CPUs.</exception>
    public async ValueTask<IReadOnlyList<string>> GetCpuModelNamesAsync(string architecture, CancellationToken cancellationToken = default) =>
        (await _driver.Hypervisor.ConnectGetCpuModelNamesAsync(architecture, 1, 0, cancellationToken).ConfigureAwait(false)).Models;

    /// <summary>Compares a CPU with the host's (<c>virConnectCompareCPU</c>).</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a model or feature is not known; VIR_ERR_CPU_INCOMPATIBLE: it does not fit, and that was to be an error.</exception>
    public async ValueTask<CPUCompareResult> CompareCpuAsync(string xml, ConnectCompareCPUFlags flags = 0, CancellationToken cancellationToken = default) =>
        (CPUCompareResult)await _driver.Hypervisor.ConnectCompareCpuAsync(xml, (uint)flags, cancellationToken).ConfigureAwait(false);

    /// <summary>Compares a CPU with the best that a hypervisor can give (<c>virConnectCompareHypervisorCPU</c>). Null takes the host's default.</summary>
    /// <exception cref="VireoException">As of <see cref="CompareCpuAsync"/>; VIR_ERR_INVALID_ARG, VIR_ERR_CONFIG_UNSUPPORTED: there is no such hypervisor.</exception>
    public async ValueTask<CPUCompareResult> CompareHypervisorCpuAsync(
        string xml, string? emulator = null, string? architecture = null, string? machine = null, string? type = null, ConnectCompareCPUFlags flags = 0, CancellationToken cancellationToken = default) =>
        (CPUCompareResult)await _driver.Hypervisor.ConnectCompareHypervisorCpuAsync(emulator, architecture, machine, type, xml, (uint)flags, cancellationToken).ConfigureAwait(false);

    /// <summary>The best CPU that all hosts have (<c>virConnectBaselineCPU</c>).</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: they have nothing in common; VIR_ERR_INTERNAL_ERROR: a model or feature is not known.</exception>
    public ValueTask<string> BaselineCpuAsync(IReadOnlyList<string> cpus, ConnectBaselineCPUFlags flags = 0, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.ConnectBaselineCpuAsync([.. cpus], (uint)flags, cancellationToken);

    /// <summary>The best CPU that a hypervisor can give on all hosts (<c>virConnectBaselineHypervisorCPU</c>). Null takes the host's default.</summary>
    /// <exception cref="VireoException">As of <see cref="BaselineCpuAsync"/>; VIR_ERR_INVALID_ARG, VIR_ERR_CONFIG_UNSUPPORTED: there is no such hypervisor.</exception>
    public ValueTask<string> BaselineHypervisorCpuAsync(
        IReadOnlyList<string> cpus, string? emulator = null, string? architecture = null, string? machine = null, string? type = null, ConnectBaselineCPUFlags flags = 0, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.ConnectBaselineHypervisorCpuAsync(emulator, architecture, machine, type, [.. cpus], (uint)flags, cancellationToken);
}
