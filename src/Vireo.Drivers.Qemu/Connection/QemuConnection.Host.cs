using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu;

/// <content>The host, and what its QEMUs can run.</content>
internal sealed partial class QemuConnection
{
    private const int MostVcpus = 16;

    /// <inheritdoc/>
    public override async ValueTask<ulong> ConnectGetVersionAsync(CancellationToken cancellationToken)
    {
        var emulator = EmulatorTargets.Find("x86_64") ?? throw VireoException.Internal(ErrorDomain.Qemu, "Cannot find suitable emulator for x86_64");
        return (await Hypervisor.HostInformation.EmulatorAsync(emulator, cancellationToken).ConfigureAwait(false)).VersionNumber;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ConnectGetMaxVcpusAsync(string? type, CancellationToken cancellationToken)
    {
        switch (type?.ToLowerInvariant())
        {
            case null or "qemu":
                return MostVcpus;
            case "kvm" when EmulatorTargets.Find("x86_64") is { } emulator
                && await Hypervisor.HostInformation.EmulatorAsync(emulator, cancellationToken).ConfigureAwait(false) is { Kvm: true, DefaultMachine: { } machine }:
                return machine.MaxCpus;
            default:
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unknown type '{type}'");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ConnectGetCapabilitiesAsync(CancellationToken cancellationToken) =>
        (await Hypervisor.HostInformation.CapabilitiesAsync(cancellationToken).ConfigureAwait(false)).ToXml();

    /// <inheritdoc/>
    public override async ValueTask<string> ConnectGetDomainCapabilitiesAsync(
        string? emulatorbin, string? arch, string? machine, string? virttype, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuConnectGetDomainCapabilities");
        return (await Hypervisor.HostInformation.DomainCapabilitiesAsync(emulatorbin, arch, machine, virttype, cancellationToken).ConfigureAwait(false)).ToXml();
    }

    /// <inheritdoc/>
    public override ValueTask<NodeGetInfoResult> NodeGetInfoAsync(CancellationToken cancellationToken)
    {
        var host = HostInformation.Numbers();
        return ValueTask.FromResult(new NodeGetInfoResult(host.Model, host.MemoryKiB, host.Cpus, host.Megahertz, host.Nodes, host.Sockets, host.Cores, host.Threads));
    }

    /// <inheritdoc/>
    public override ValueTask<ulong> NodeGetFreeMemoryAsync(CancellationToken cancellationToken) => ValueTask.FromResult(HostMemory.Read().FreeKiB * 1024);
}
