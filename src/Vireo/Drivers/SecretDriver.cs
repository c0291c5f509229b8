namespace Vireo.Drivers;

/// <content>What the protocol's procedures do not say: events.</content>
public abstract partial class SecretDriver
{
    /// <summary>
    /// Calls <paramref name="handler"/> for each event of the kind until the result is disposed (<c>virConnectSecretEventRegisterAny</c>).
    /// The handler is called in the order of the events and must not block.
    /// </summary>
    /// <param name="eventId">The kind.</param>
    /// <param name="secret">Only this secret's events; null for all.</param>
    /// <param name="handler">Receives the events.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    public virtual ValueTask<IAsyncDisposable> SubscribeSecretEventsAsync(SecretEventID eventId, SecretRef? secret, Action<SecretEvent> handler, CancellationToken cancellationToken) =>
        throw VireoException.NotSupported("virConnectSecretEventRegisterAny");
}

internal sealed partial class ReadOnlySecretDriver
{
    public override ValueTask<IAsyncDisposable> SubscribeSecretEventsAsync(SecretEventID eventId, SecretRef? secret, Action<SecretEvent> handler, CancellationToken cancellationToken) =>
        inner.SubscribeSecretEventsAsync(eventId, secret, handler, cancellationToken);
}
