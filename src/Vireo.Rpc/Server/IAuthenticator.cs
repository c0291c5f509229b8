namespace Vireo.Rpc.Server;

/// <summary>The kinds of authentication of the protocol (<c>remote_auth_type</c>).</summary>
public enum AuthenticationType
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>SASL: an exchange of messages.</summary>
    Sasl = 1,

    /// <summary>polkit: the host decides by the process at the other end.</summary>
    Polkit = 2,
}

/// <summary>Who is at the other end of a UNIX socket.</summary>
/// <param name="Process">Its process id.</param>
/// <param name="User">Its user id.</param>
/// <param name="Group">Its group id.</param>
public readonly record struct PeerIdentity(int Process, uint User, uint Group);

/// <summary>One message of an authentication.</summary>
/// <param name="Procedure">AUTH_SASL_INIT (67), AUTH_SASL_START (68), AUTH_SASL_STEP (69) or AUTH_POLKIT (70).</param>
/// <param name="Payload">The procedure's arguments as XDR.</param>
/// <param name="Peer">Who asks.</param>
/// <param name="Session">Whatever the authenticator answered with last time for this client.</param>
public readonly record struct AuthenticationStep(int Procedure, ReadOnlyMemory<byte> Payload, PeerIdentity Peer, object? Session);

/// <summary>The answer to one message of an authentication.</summary>
/// <param name="Payload">The procedure's result as XDR.</param>
/// <param name="Done">The client is authenticated now.</param>
/// <param name="Session">Kept for the next step.</param>
public readonly record struct AuthenticationAnswer(ReadOnlyMemory<byte> Payload, bool Done, object? Session);

/// <summary>A way for clients to authenticate.</summary>
public interface IAuthenticator
{
    /// <summary>What AUTH_LIST names.</summary>
    AuthenticationType Type { get; }

    /// <summary>Takes one step. Throws VIR_ERR_AUTH_FAILED when the client is refused.</summary>
    ValueTask<AuthenticationAnswer> StepAsync(AuthenticationStep step, CancellationToken cancellationToken);
}
