namespace Vireo.Drivers;

/// <content>What the protocol's procedures do not say: events and features.</content>
public abstract partial class HypervisorDriver
{
    /// <summary>
    /// Calls <paramref name="handler"/> for each event of the kind until the result is disposed (<c>virConnectDomainEventRegisterAny</c>).
    /// The handler is called in the order of the events and must not block.
    /// </summary>
    /// <param name="eventId">The kind (<c>virDomainEventID</c>).</param>
    /// <param name="domain">Only this domain's events; null for all.</param>
    /// <param name="handler">Receives the events.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    public virtual ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken) =>
        throw VireoException.NotSupported("virConnectDomainEventRegisterAny");

    /// <summary>
    /// Calls <paramref name="handler"/> for each event of a QEMU's monitor until the result is disposed (<c>virConnectDomainQemuMonitorEventRegister</c>).
    /// The handler is called in the order of the events and must not block.
    /// </summary>
    /// <param name="domain">Only this domain's events; null for all.</param>
    /// <param name="name">Only events of that name; null for all.</param>
    /// <param name="flags">How the name is meant (<c>virConnectDomainQemuMonitorEventRegisterFlags</c>).</param>
    /// <param name="handler">Receives the events.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    public virtual ValueTask<IAsyncDisposable> SubscribeQemuMonitorEventsAsync(DomainRef? domain, string? name, uint flags, Action<QemuMonitorEvent> handler, CancellationToken cancellationToken) =>
        throw VireoException.NotSupported("virConnectDomainQemuMonitorEventRegister");

    /// <summary>Whether the driver has one of libvirt's driver features (<c>VIR_DRV_FEATURE_*</c>).</summary>
    public virtual bool SupportsFeature(int feature) => false;
}

internal sealed partial class ReadOnlyHypervisorDriver
{
    public override ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken) =>
        inner.SubscribeDomainEventsAsync(eventId, domain, handler, cancellationToken);

    public override ValueTask<IAsyncDisposable> SubscribeQemuMonitorEventsAsync(DomainRef? domain, string? name, uint flags, Action<QemuMonitorEvent> handler, CancellationToken cancellationToken) =>
        throw ReadOnlyAccess.Denied("virConnectDomainQemuMonitorEventRegister");

    public override bool SupportsFeature(int feature) => inner.SupportsFeature(feature);
}
