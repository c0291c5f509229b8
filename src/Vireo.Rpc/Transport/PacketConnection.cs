using System.Net.Sockets;

namespace Vireo.Rpc.Transport;

/// <summary>
/// A stream socket that carries packets, watched by an <see cref="EventLoop"/>. Reading happens on the loop's thread; anyone may send:
/// who finds the way free sends at once, others leave their packet in the queue.
/// </summary>
internal sealed partial class PacketConnection : IWatched
{
    /// <summary>Bytes waiting to be sent above which producers should wait.</summary>
    public const int HighWater = 1024 * 1024;

    /// <summary>Bytes waiting below which they may go on.</summary>
    public const int LowWater = 256 * 1024;

    private readonly EventLoop _loop;
    private readonly SafeSocketHandle _socket;
    private readonly int _descriptor;
    private readonly IPacketHandler _handler;
    private readonly Lock _lock = new();
    private long _token;
    private Readiness _interest;
    private bool _closing;
    private bool _closed;
    private Exception? _closeReason;

    /// <param name="loop">The loop that will watch it.</param>
    /// <param name="socket">A connected stream socket, owned from now on.</param>
    /// <param name="handler">Who gets the packets.</param>
    public PacketConnection(EventLoop loop, SafeSocketHandle socket, IPacketHandler handler)
    {
        _loop = loop;
        _socket = socket;
        _descriptor = (int)socket.DangerousGetHandle();
        _handler = handler;
    }

    public EventLoop Loop => _loop;

    /// <summary>Whether packets can still be sent.</summary>
    public bool IsOpen => !Volatile.Read(ref _closing);

    /// <summary>Whether reading waits for the handler.</summary>
    public bool IsPaused => _paused;

    /// <summary>Process, user and group at the other end, as the kernel knows them.</summary>
    public unsafe (int Process, uint User, uint Group) PeerIdentity()
    {
        Syscalls.PeerCredentials credentials;
        uint length = (uint)sizeof(Syscalls.PeerCredentials);
        if (Syscalls.GetSocketOption(_descriptor, Syscalls.SolSocket, Syscalls.SoPeerCred, &credentials, &length) < 0)
            throw Syscalls.Failure("cannot tell who is at the other end of the socket");
        return (credentials.ProcessId, credentials.UserId, credentials.GroupId);
    }

    /// <summary>Starts reading.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _interest = Readiness.Read;
            _token = _loop.Add(_descriptor, this, _interest);
        }
    }

    /// <summary>Drops the connection; what is queued is lost. Safe from any thread, and more than once.</summary>
    public void Close(Exception? reason = null)
    {
        lock (_lock)
        {
            if (_closing) return;
            _closing = true;
            _closeReason = reason;
            if (_sending) return; // whoever sends now finishes the closing
        }

        Syscalls.Shutdown(_descriptor, 2);
        ScheduleEnd();
    }

    void IWatched.OnReady(Readiness readiness)
    {
        if (_closed) return;
        if ((readiness & (Readiness.Write | Readiness.Error)) != 0) OnWritable();
        if ((readiness & (Readiness.Read | Readiness.HangUp | Readiness.Error)) == 0) return;
        if (_paused && (readiness & (Readiness.HangUp | Readiness.Error)) == 0) return;
        Receive();
    }

    private void ScheduleEnd()
    {
        if (_loop.IsCurrent && !_receiving) End();
        else _loop.Post(End);
    }

    private void End()
    {
        if (_closed) return;
        _closed = true;
        _loop.Remove(_descriptor, _token);
        ReleaseQueue();
        ReleaseReceived();
        _socket.Dispose();
        _handler.OnClosed(_closeReason);
    }

    private void SetInterest(Readiness add, Readiness remove)
    {
        lock (_lock)
        {
            var interest = (_interest | add) & ~remove;
            if (_closed || _interest == interest) return;
            _interest = interest;
            _loop.Modify(_descriptor, _token, interest);
        }
    }
}
