using Vireo.Config;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>What a connection tells of the host and of what its QEMUs can run.</summary>
internal sealed class HostInformation(QemuCapabilitiesCache cache, (uint User, uint Group)? user = null, string confinement = "none")
{
    /// <summary>What one emulator can do.</summary>
    public ValueTask<QemuCapabilities> EmulatorAsync(string emulator, CancellationToken cancellationToken) => cache.GetAsync(emulator, cancellationToken);

    /// <summary>The host and all its guests. virConnectGetCapabilities.</summary>
    public async Task<CapabilitiesConfig> CapabilitiesAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, QemuCapabilities>();
        foreach (var target in EmulatorTargets.All)
        {
            if (EmulatorTargets.Find(target.Architecture) is { } emulator)
                found[target.Architecture] = await cache.GetAsync(emulator, cancellationToken).ConfigureAwait(false);
        }

        return HostCapabilitiesDocument.Make(found, user, confinement);
    }

    /// <summary>What a domain may ask for. virConnectGetDomainCapabilities.</summary>
    /// <param name="emulator">The emulator; null for the architecture's.</param>
    /// <param name="architecture">The architecture; null for the emulator's, or the host's.</param>
    /// <param name="machine">The machine or its alias; null for the default.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>; null for kvm where it can be used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: unknown architecture, machine or kind; VIR_ERR_CONFIG_UNSUPPORTED: KVM that cannot be used.</exception>
    public async Task<DomainCapabilitiesConfig> DomainCapabilitiesAsync(string? emulator, string? architecture, string? machine, string? virtType, CancellationToken cancellationToken)
    {
        var (qemu, type, kvm) = await HypervisorAsync(emulator, architecture, machine, virtType, cancellationToken).ConfigureAwait(false);
        return DomainCapabilitiesDocument.Make(qemu, architecture ?? qemu.Architecture, type, kvm);
    }

    /// <summary>The emulator, machine and accelerator that are meant. Parameters and errors as of <see cref="DomainCapabilitiesAsync"/>.</summary>
    public async Task<(QemuCapabilities Qemu, QemuMachine Machine, bool Kvm)> HypervisorAsync(
        string? emulator, string? architecture, string? machine, string? virtType, CancellationToken cancellationToken)
    {
        if (architecture is not null && !EmulatorTargets.All.Any(target => target.Architecture == architecture))
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unknown architecture: {architecture}");
        if (virtType is not (null or "kvm" or "qemu"))
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unknown virttype: {virtType}");
        var path = emulator ?? EmulatorTargets.Find(architecture ?? "x86_64")
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"unable to find any emulator to serve '{architecture ?? "x86_64"}' architecture");
        var qemu = await cache.GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (architecture is not null && !EmulatorTargets.Runs(qemu.Architecture, architecture))
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"architecture from emulator '{qemu.Architecture}' doesn't match given architecture '{architecture}'");
        var type = machine is null ? qemu.DefaultMachine : qemu.FindMachine(machine);
        if (type is null)
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"the machine '{machine}' is not supported by emulator '{path}'");
        var kvm = virtType is null ? qemu.Kvm : virtType == "kvm";
        if (kvm && !qemu.Kvm)
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "the accel 'kvm' is not supported by emulator '" + path + "' on this host");
        return (qemu, type, kvm);
    }

    /// <summary>The host in numbers. virNodeGetInfo.</summary>
    public static HostNumbers Numbers()
    {
        var processors = HostProcessors.Read();
        var memory = HostMemory.Read();
        return new("x86_64", memory.TotalKiB, processors.All.Count, processors.Megahertz, HostMemory.Nodes().Count, processors.SocketsPerNode, processors.CoresPerSocket, processors.ThreadsPerCore);
    }
}

/// <summary>The host in numbers.</summary>
/// <param name="Model">Its architecture.</param>
/// <param name="MemoryKiB">Its memory, in KiB.</param>
/// <param name="Cpus">Processors switched on.</param>
/// <param name="Megahertz">Their speed.</param>
/// <param name="Nodes">NUMA cells.</param>
/// <param name="Sockets">Packages in a cell.</param>
/// <param name="Cores">Cores in a package.</param>
/// <param name="Threads">Threads in a core.</param>
internal sealed record HostNumbers(string Model, ulong MemoryKiB, int Cpus, int Megahertz, int Nodes, int Sockets, int Cores, int Threads);
