using Vireo.Rpc;
using Vireo.Rpc.Client;

namespace Vireo.Drivers.Remote;

/// <summary>A hypervisor at the other end, with what the generated calls do not have: events, features, and care for daemons that lack flags of ours.</summary>
internal sealed class RemoteHypervisor(RpcClient client, RemoteSession session) : RemoteHypervisorDriver(client)
{
    private const uint Respawn = (uint)DomainSnapshotRevertFlags.Respawn;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private bool _knowsRespawn;
    private bool _hasCallbacks;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        var callbacks = session.SupportsAsync(RemoteProcedure.FeatureRemoteEventCallback, cancellationToken);
        _knowsRespawn = await session.SupportsAsync(RemoteProcedure.FeatureRevertRespawn, cancellationToken).ConfigureAwait(false);
        _hasCallbacks = await callbacks.ConfigureAwait(false);
    }

    public override bool SupportsFeature(int feature) => feature switch
    {
        RemoteProcedure.FeatureRevertRespawn => _knowsRespawn,
        RemoteProcedure.FeatureRemoteEventCallback => _hasCallbacks,
        _ => false,
    };

    /// <inheritdoc/>
    /// <remarks>A stock libvirtd starts the new process without being allowed to and refuses the flag: there it is not sent.</remarks>
    public override ValueTask DomainRevertToSnapshotAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        base.DomainRevertToSnapshotAsync(snap, _knowsRespawn ? flags : flags & ~Respawn, cancellationToken);

    public override async ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken)
    {
        if (!_hasCallbacks) throw VireoException.NotSupported("virConnectDomainEventRegisterAny", ErrorDomain.Remote);
        var callback = new EventCallback(RemoteProcedure.RemoteProgram, await session.RegisterDomainEventAsync(eventId, domain, cancellationToken).ConfigureAwait(false));
        Client.AddEventHandler(callback, happened => handler((DomainEvent)happened));
        return new RemoteSubscription(Client, session, callback);
    }

    public override async ValueTask<IAsyncDisposable> SubscribeQemuMonitorEventsAsync(DomainRef? domain, string? name, uint flags, Action<QemuMonitorEvent> handler, CancellationToken cancellationToken)
    {
        var callback = new EventCallback(RemoteProcedure.QemuProgram, await session.RegisterMonitorEventAsync(domain, name, flags, cancellationToken).ConfigureAwait(false));
        Client.AddEventHandler(callback, happened => handler((QemuMonitorEvent)happened));
        return new RemoteSubscription(Client, session, callback);
    }

    /// <summary>Says goodbye; a daemon that does not answer is not waited for.</summary>
    public async ValueTask CloseAsync()
    {
        if (!Client.IsOpen) return;
        using var patience = new CancellationTokenSource(CloseTimeout);
        try
        {
            await session.CloseAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VireoException or OperationCanceledException)
        {
            // The connection is dropped next in any case.
        }
    }
}
