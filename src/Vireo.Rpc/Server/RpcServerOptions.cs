namespace Vireo.Rpc.Server;

/// <summary>The limits and habits of an <see cref="RpcServer"/>.</summary>
public sealed record RpcServerOptions
{
    /// <summary>How many clients may be connected; more wait in the socket's backlog.</summary>
    public int MaxClients { get; init; } = 5000;

    /// <summary>How many of them may be connected without having authenticated.</summary>
    public int MaxUnauthenticatedClients { get; init; } = 1000;

    /// <summary>How many calls of one client may be running; more are not read from its socket until one is answered.</summary>
    public int MaxClientRequests { get; init; } = 64;

    /// <summary>How many calls of all clients may be running.</summary>
    public int MaxRequests { get; init; } = 4096;

    /// <summary>How many streams one client may have open.</summary>
    public int MaxClientStreams { get; init; } = 64;

    /// <summary>Bytes of events that may wait for a client that does not read, before it is disconnected.</summary>
    public long MaxEventBacklog { get; init; } = 8 * 1024 * 1024;

    /// <summary>Time between keepalive messages to a client that asked for them; zero for none.</summary>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keepalive messages without an answer after which the client counts as gone.</summary>
    public int KeepaliveCount { get; init; } = 5;

    /// <summary>Threads that wait for sockets.</summary>
    public int Loops { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    /// <summary>The URI that a client gets which asks for none; null refuses such a client.</summary>
    public string? DefaultUri { get; init; }

    /// <summary>How clients prove who they are; with none, whoever may connect to the socket may use it.</summary>
    public IReadOnlyList<IAuthenticator> Authenticators { get; init; } = [];

    /// <summary>The file that is told which procedures were answered well; null for none.</summary>
    public string? CallRecord { get; init; }
}
