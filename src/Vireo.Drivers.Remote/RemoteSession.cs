using Vireo.Rpc;
using Vireo.Rpc.Client;
using Vireo.Rpc.Xdr;

namespace Vireo.Drivers.Remote;

/// <summary>The kinds of authentication a daemon may ask for (<c>remote_auth_type</c>).</summary>
internal enum RemoteAuthentication
{
    None = 0,
    Sasl = 1,
    Polkit = 2,
}

/// <summary>The procedures that are about the connection itself and so are no driver's.</summary>
internal sealed class RemoteSession(RpcClient client)
{
    private const uint Program = RemoteProcedure.RemoteProgram;

    public ValueTask<int[]> ListAuthenticationAsync(CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.AuthList, out uint serial);
        return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => { Codec.ReadRemoteAuthListRet(ref reader, out int[] types); return types; }, cancellationToken);
    }

    public ValueTask<int> AuthenticateByPolkitAsync(CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.AuthPolkit, out uint serial);
        return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => reader.ReadInt32(), cancellationToken);
    }

    public async ValueTask<bool> SupportsAsync(int feature, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(feature, cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e) when (client.IsOpen && e.Code is not ErrorCode.AuthFailed)
        {
            return false; // a daemon too old for the question
        }
    }

    public ValueTask OpenAsync(string name, bool readOnly, CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.ConnectOpen, out uint serial);
        Codec.WriteRemoteConnectOpenArgs(ref writer, name, readOnly ? RemoteProcedure.OpenReadOnly : 0);
        return client.CallAsync(ref writer, serial, cancellationToken);
    }

    public ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.ConnectClose, out uint serial);
        return client.CallAsync(ref writer, serial, cancellationToken);
    }

    public ValueTask<int> RegisterDomainEventAsync(int eventId, DomainRef? domain, CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.DomainEventCallbackRegisterAny, out uint serial);
        Codec.WriteRemoteConnectDomainEventCallbackRegisterAnyArgs(ref writer, eventId, domain);
        return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => reader.ReadInt32(), cancellationToken);
    }

    public ValueTask<int> RegisterMonitorEventAsync(DomainRef? domain, string? name, uint flags, CancellationToken cancellationToken)
    {
        var writer = client.Begin(RemoteProcedure.QemuProgram, 1, RemoteProcedure.QemuMonitorEventRegister, out uint serial);
        Codec.WriteQemuConnectDomainMonitorEventRegisterArgs(ref writer, domain, name, flags);
        return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => reader.ReadInt32(), cancellationToken);
    }

    public ValueTask<int> RegisterSecretEventAsync(int eventId, SecretRef? secret, CancellationToken cancellationToken)
    {
        var writer = client.Begin(Program, 1, RemoteProcedure.SecretEventRegisterAny, out uint serial);
        Codec.WriteRemoteConnectSecretEventRegisterAnyArgs(ref writer, eventId, secret);
        return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => reader.ReadInt32(), cancellationToken);
    }

    public ValueTask DeregisterEventAsync(EventCallback callback, CancellationToken cancellationToken)
    {
        int procedure = callback.IsSecret ? RemoteProcedure.SecretEventDeregisterAny : callback.Program == Program ? RemoteProcedure.DomainEventCallbackDeregisterAny : RemoteProcedure.QemuMonitorEventDeregister;
        var writer = client.Begin(callback.Program, 1, procedure, out uint serial);
        Codec.WriteQemuConnectDomainMonitorEventDeregisterArgs(ref writer, callback.Number);
        return client.CallAsync(ref writer, serial, cancellationToken);
    }

    private async ValueTask<bool> AskAsync(int feature, CancellationToken cancellationToken)
    {
        return await Call().ConfigureAwait(false) != 0;

        ValueTask<int> Call()
        {
            var writer = client.Begin(Program, 1, RemoteProcedure.SupportsFeature, out uint serial);
            Codec.WriteRemoteConnectSupportsFeatureArgs(ref writer, feature);
            return client.CallAsync(ref writer, serial, static (ref XdrReader reader) => reader.ReadInt32(), cancellationToken);
        }
    }
}
