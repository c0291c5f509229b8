using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

internal sealed partial class ServerClient
{
    private volatile bool _authenticated;
    private object? _authenticationSession;
    private DriverConnection? _drivers;
    private int _opening;

    /// <summary>The drivers of the URI that the client opened. VIR_ERR_INTERNAL_ERROR before that.</summary>
    public DriverConnection Drivers => _drivers ?? throw NotOpen();

    private static VireoException NotOpen() => VireoException.Internal(ErrorDomain.Rpc, "hypervisor connection not open");

    private static bool IsAuthentication(int procedure) => procedure is >= RemoteProcedure.AuthList and <= RemoteProcedure.AuthPolkit;

    private static bool IsSessionProcedure(int procedure) =>
        procedure is RemoteProcedure.SupportsFeature or RemoteProcedure.ConnectClose or RemoteProcedure.AuthList;

    private bool TryInvokeSession(ServerCall call, ref XdrReader reader)
    {
        switch (call.Procedure)
        {
            case RemoteProcedure.ConnectOpen:
                Codec.ReadRemoteConnectOpenArgs(ref reader, out string? name, out uint flags);
                call.Answer(OpenAsync(name, flags, call.CancellationToken));
                return true;
            case RemoteProcedure.ConnectClose:
                call.ReplyEmpty();
                Connection.CloseWhenSent();
                return true;
            case RemoteProcedure.SupportsFeature:
                Codec.ReadRemoteConnectSupportsFeatureArgs(ref reader, out int feature);
                call.Reply(SupportsFeature(feature) ? 1 : 0, static (ref XdrWriter writer, int value) => writer.WriteInt32(value));
                return true;
            case RemoteProcedure.AuthList:
                call.Reply(ListAuthentication(), static (ref XdrWriter writer, int[] types) => Codec.WriteRemoteAuthListRet(ref writer, types));
                return true;
            case RemoteProcedure.AuthSaslInit or RemoteProcedure.AuthSaslStart or RemoteProcedure.AuthSaslStep or RemoteProcedure.AuthPolkit:
                _ = AuthenticateAsync(call, reader.TakeRest().ToArray());
                return true;
            default:
                return TryInvokeEvents(call, ref reader);
        }
    }

    private async ValueTask OpenAsync(string? name, uint flags, CancellationToken cancellationToken)
    {
        if (name is null) throw VireoException.Internal(ErrorDomain.Rpc, "connection not open");
        if (Interlocked.CompareExchange(ref _opening, 1, 0) != 0) throw VireoException.Internal(ErrorDomain.Rpc, "connection already open");
        try
        {
            bool readOnly = _readOnlySocket || (flags & RemoteProcedure.OpenReadOnly) != 0;
            var drivers = await Server.Registry.OpenAsync(name.Length > 0 ? name : Server.Options.DefaultUri ?? throw new VireoException(ErrorCode.NoConnect, ErrorDomain.None, "the daemon has no default URI"), readOnly, cancellationToken).ConfigureAwait(false);
            if (!Connection.IsOpen)
            {
                await drivers.DisposeAsync().ConfigureAwait(false);
                return;
            }

            _drivers = drivers;
        }
        catch
        {
            Volatile.Write(ref _opening, 0);
            throw;
        }
    }

    private bool SupportsFeature(int feature)
    {
        if (feature == RemoteProcedure.FeatureProgramKeepalive)
        {
            StartKeepalive();
            return true;
        }

        return Drivers.Hypervisor.SupportsFeature(feature)
            || feature is RemoteProcedure.FeatureFdPassing or RemoteProcedure.FeatureTypedParamString or RemoteProcedure.FeatureRemoteEventCallback
                or RemoteProcedure.FeatureRemoteCloseCallback or RemoteProcedure.FeatureNetworkUpdateOrder or RemoteProcedure.FeatureRevertRespawn;
    }

    private int[] ListAuthentication()
    {
        if (Server.Options.Authenticators.Count > 0 && !_authenticated) return [.. Server.Options.Authenticators.Select(a => (int)a.Type)];
        BecomeAuthenticated();
        return [(int)AuthenticationType.None];
    }

    private void BecomeAuthenticated()
    {
        if (_authenticated) return;
        _authenticated = true;
        Server.ClientAuthenticated();
    }

    private async Task AuthenticateAsync(ServerCall call, byte[] payload)
    {
        try
        {
            var type = call.Procedure == RemoteProcedure.AuthPolkit ? AuthenticationType.Polkit : AuthenticationType.Sasl;
            var authenticator = Server.Options.Authenticators.FirstOrDefault(a => a.Type == type)
                ?? throw new VireoException(ErrorCode.AuthFailed, ErrorDomain.Rpc, "authentication failed");
            var (process, user, group) = Connection.PeerIdentity();
            var step = new AuthenticationStep(call.Procedure, payload, new PeerIdentity(process, user, group), _authenticationSession);
            var answer = await authenticator.StepAsync(step, call.CancellationToken).ConfigureAwait(false);
            _authenticationSession = answer.Session;
            if (answer.Done) BecomeAuthenticated();
            call.ReplyRaw(answer.Payload.Span);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }
}
