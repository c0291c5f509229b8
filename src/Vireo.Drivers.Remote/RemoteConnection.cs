using Vireo.Drivers.Remote.Transports;
using Vireo.Rpc;
using Vireo.Rpc.Client;
using Vireo.Uris;

namespace Vireo.Drivers.Remote;

/// <summary>The greeting with a daemon: authentication, keepalive, opening, and what it is able to do.</summary>
internal static class RemoteConnection
{
    private const int KeepaliveCount = 5;
    private static readonly TimeSpan KeepaliveInterval = TimeSpan.FromSeconds(5);

    public static async ValueTask<DriverConnection> OpenAsync(RemoteAddress address, Transport transport, CancellationToken cancellationToken)
    {
        var client = new RpcClient(ClientLoop.Shared, transport.Socket);
        try
        {
            var session = new RemoteSession(client);
            await AuthenticateAsync(session, cancellationToken).ConfigureAwait(false);
            if (await session.SupportsAsync(RemoteProcedure.FeatureProgramKeepalive, cancellationToken).ConfigureAwait(false))
                client.StartKeepalive(KeepaliveInterval, KeepaliveCount);
            await session.OpenAsync(address.DaemonUri, address.ReadOnly, cancellationToken).ConfigureAwait(false);
            var hypervisor = new RemoteHypervisor(client, session);
            await hypervisor.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return Drivers(address.Uri, client, session, hypervisor, transport);
        }
        catch (Exception e)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            string? said = await transport.EndAsync().ConfigureAwait(false);
            if (e is VireoException { Code: ErrorCode.Rpc } && !client.IsOpen && said is not null)
                throw new VireoException(ErrorCode.SystemError, ErrorDomain.Rpc, $"Cannot recv data: {said}: Connection reset by peer", e);
            throw;
        }
    }

    private static async ValueTask AuthenticateAsync(RemoteSession session, CancellationToken cancellationToken)
    {
        int[] types = await session.ListAuthenticationAsync(cancellationToken).ConfigureAwait(false);
        if (types.Length == 0 || types.Contains((int)RemoteAuthentication.None)) return;
        if (!types.Contains((int)RemoteAuthentication.Polkit))
            throw new VireoException(ErrorCode.AuthFailed, ErrorDomain.Rpc, "the daemon wants SASL authentication, which this program does not have; use ssh");
        await session.AuthenticateByPolkitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static DriverConnection Drivers(ConnectionUri uri, RpcClient client, RemoteSession session, RemoteHypervisor hypervisor, Transport transport) => new()
    {
        Uri = uri.Text,
        Hypervisor = hypervisor,
        Network = new RemoteNetworkDriver(client),
        Interface = new RemoteInterfaceDriver(client),
        Storage = new RemoteStorageDriver(client),
        NodeDevice = new RemoteNodeDeviceDriver(client),
        Secret = new RemoteSecrets(client, session),
        NWFilter = new RemoteNWFilterDriver(client),
        Closed = WatchAsync(client),
        OnClose = async () =>
        {
            await hypervisor.CloseAsync().ConfigureAwait(false);
            await client.DisposeAsync().ConfigureAwait(false);
            await transport.EndAsync().ConfigureAwait(false);
        },
    };

    private static async Task<ConnectCloseReason> WatchAsync(RpcClient client) => await client.Closed.ConfigureAwait(false) switch
    {
        null => ConnectCloseReason.Client,
        EndOfStreamException => ConnectCloseReason.Eof,
        TimeoutException => ConnectCloseReason.Keepalive,
        _ => ConnectCloseReason.Error,
    };
}
