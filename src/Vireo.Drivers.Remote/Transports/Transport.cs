using System.Net.Sockets;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>A way to a daemon: the socket to speak on, and what carries it.</summary>
internal abstract class Transport(SafeSocketHandle socket)
{
    /// <summary>The socket; it belongs to whoever takes it.</summary>
    public SafeSocketHandle Socket => socket;

    /// <summary>Ends what carries the socket. What it complained of, if it did.</summary>
    public abstract ValueTask<string?> EndAsync();
}

/// <summary>A UNIX socket needs nothing to carry it.</summary>
internal sealed class UnixTransport(SafeSocketHandle socket) : Transport(socket)
{
    public override ValueTask<string?> EndAsync() => ValueTask.FromResult<string?>(null);
}
