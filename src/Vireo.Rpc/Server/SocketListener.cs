using System.Net.Sockets;
using Vireo.Rpc.Transport;

namespace Vireo.Rpc.Server;

/// <summary>Accepts clients while there is room for them; the others wait in the kernel's backlog.</summary>
internal sealed unsafe class SocketListener : IWatched, IDisposable
{
    private readonly RpcServer _server;
    private readonly EventLoop _loop;
    private readonly SafeSocketHandle _socket;
    private readonly int _descriptor;
    private readonly bool _readOnly;
    private readonly long _token;
    private volatile bool _asleep;
    private bool _disposed;

    public SocketListener(RpcServer server, EventLoop loop, SafeSocketHandle socket, bool readOnly)
    {
        _server = server;
        _loop = loop;
        _socket = socket;
        _descriptor = (int)socket.DangerousGetHandle();
        _readOnly = readOnly;
        _token = loop.Add(_descriptor, this, Readiness.Read);
    }

    public void OnReady(Readiness readiness)
    {
        while (!_disposed)
        {
            if (!_server.HasRoom)
            {
                _asleep = true;
                _loop.Modify(_descriptor, _token, Readiness.None);
                if (!_server.HasRoom) return;
                _asleep = false;
                _loop.Modify(_descriptor, _token, Readiness.Read);
            }

            int accepted = Syscalls.Accept(_descriptor, null, null, Syscalls.CloseOnExec | Syscalls.NonBlocking);
            if (accepted < 0)
            {
                int errno = Syscalls.Errno;
                if (errno is not (Syscalls.ErrnoAgain or Syscalls.ErrnoInterrupted)) ServerLog.AcceptFailed(_server.Logger, errno);
                return;
            }

            _server.Adopt(new SafeSocketHandle(accepted, ownsHandle: true), _readOnly);
        }
    }

    /// <summary>Looks again, when it was full, whether there is room.</summary>
    public void Wake()
    {
        if (!_asleep) return;
        _loop.Post(() =>
        {
            if (!_asleep || _disposed) return;
            _asleep = false;
            _loop.Modify(_descriptor, _token, Readiness.Read);
        });
    }

    public void Dispose() => _loop.Post(() =>
    {
        if (_disposed) return;
        _disposed = true;
        _loop.Remove(_descriptor, _token);
        _socket.Dispose();
    });
}
