using Vireo.Rpc;
using Vireo.Rpc.Client;

namespace Vireo.Drivers.Remote;

/// <summary>Secrets at the other end, with what the generated calls do not have: events.</summary>
internal sealed class RemoteSecrets(RpcClient client, RemoteSession session) : RemoteSecretDriver(client)
{
    public override async ValueTask<IAsyncDisposable> SubscribeSecretEventsAsync(SecretEventID eventId, SecretRef? secret, Action<SecretEvent> handler, CancellationToken cancellationToken)
    {
        int number = await session.RegisterSecretEventAsync((int)eventId, secret, cancellationToken).ConfigureAwait(false);
        var callback = new EventCallback(RemoteProcedure.RemoteProgram, number, IsSecret: true);
        Client.AddEventHandler(callback, happened => handler((SecretEvent)happened));
        return new Subscription(this, callback);
    }

    private async ValueTask UnsubscribeAsync(EventCallback callback)
    {
        Client.RemoveEventHandler(callback);
        if (!Client.IsOpen) return;
        try
        {
            await session.DeregisterEventAsync(callback, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException) when (!Client.IsOpen)
        {
            // The registration ended with the connection.
        }
    }

    private sealed class Subscription(RemoteSecrets secrets, EventCallback callback) : IAsyncDisposable
    {
        private int _disposed;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposed, 1) == 0 ? secrets.UnsubscribeAsync(callback) : ValueTask.CompletedTask;
    }
}
