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
        return new RemoteSubscription(Client, session, callback);
    }
}
