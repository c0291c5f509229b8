using System.Collections.Concurrent;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <summary>One client's connection: the contract over the state that all connections share.</summary>
internal sealed partial class QemuConnection(QemuHypervisor hypervisor, string uri) : HypervisorDriver
{
    private readonly ConcurrentDictionary<QemuProcess, QemuDomain> _autodestroy = new();

    /// <summary>The state that all connections share.</summary>
    internal QemuHypervisor Hypervisor { get; } = hypervisor;

    /// <inheritdoc/>
    public override ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken)
    {
        if (domain is { } one)
        {
            Find(one);
        }

        return ValueTask.FromResult(Hypervisor.Events.Subscribe(eventId, domain, handler));
    }

    /// <inheritdoc/>
    public override ValueTask<string> ConnectGetTypeAsync(CancellationToken cancellationToken) => ValueTask.FromResult("QEMU");

    /// <inheritdoc/>
    public override ValueTask<string> ConnectGetUriAsync(CancellationToken cancellationToken) => ValueTask.FromResult(uri);

    /// <inheritdoc/>
    public override ValueTask<ulong> ConnectGetLibVersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(ContractVersion.Number);

    /// <inheritdoc/>
    public override ValueTask<string> ConnectGetHostnameAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Environment.MachineName);

    /// <inheritdoc/>
    public override ValueTask<int> ConnectIsSecureAsync(CancellationToken cancellationToken) => ValueTask.FromResult(1);

    /// <summary>Ends what was to live no longer than the connection.</summary>
    internal async ValueTask CloseAsync()
    {
        foreach (var (process, domain) in _autodestroy)
        {
            if (ReferenceEquals(domain.Process, process))
            {
                await Hypervisor.Stopper.StopAsync(domain, process, EndCause.Destroyed, graceful: false, "virConnectClose", CancellationToken.None).ConfigureAwait(false);
            }
        }

        _autodestroy.Clear();
        Hypervisor.Descriptors.ForgetClient(this);
    }

    private QemuDomain Find(DomainRef reference) => Hypervisor.Domains.Find(reference.Uuid)
        ?? throw new VireoException(ErrorCode.NoDomain, ErrorDomain.Qemu, $"no domain with matching uuid '{reference.Uuid}' ({reference.Name})");

    /// <summary>The domain's view when it is active.</summary>
    private static DomainView RequireActive(QemuDomain domain, ErrorDomain from = ErrorDomain.Domain) =>
        domain.View is { IsActive: true } view ? view : throw VireoException.OperationInvalid(from, "domain is not running");

    private static void CheckFlags(uint flags, Enum known, string function) =>
        VireoException.CheckFlags(flags, Convert.ToUInt32(known, System.Globalization.CultureInfo.InvariantCulture), ErrorDomain.Qemu, function);
}
