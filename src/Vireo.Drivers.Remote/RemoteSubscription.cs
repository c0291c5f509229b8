using Vireo.Rpc.Client;

namespace Vireo.Drivers.Remote;

/// <summary>A registration for events at the other end; disposing ends it.</summary>
internal sealed class RemoteSubscription(RpcClient client, RemoteSession session, EventCallback callback) : IAsyncDisposable
{
    private int _disposed;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        client.RemoveEventHandler(callback);
        if (!client.IsOpen) return;
        try
        {
            await session.DeregisterEventAsync(callback, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException) when (!client.IsOpen)
        {
            // The registration ended with the connection.
        }
    }
}
