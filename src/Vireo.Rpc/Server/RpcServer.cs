using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Vireo.Drivers;
using Vireo.Rpc.Transport;

namespace Vireo.Rpc.Server;

/// <summary>Serves libvirt's RPC on sockets: who connects gets the drivers of a registry.</summary>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly EventLoop[] _loops;
    private readonly ConcurrentDictionary<long, ServerClient> _clients = new();
    private readonly ConcurrentQueue<ServerClient> _waiting = new();
    private readonly List<SocketListener> _listeners = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _nextClient;
    private int _nextCallback;
    private int _clientCount;
    private int _unauthenticated;
    private int _requests;

    /// <param name="drivers">Opens the URIs that clients name.</param>
    /// <param name="options">Limits.</param>
    /// <param name="logger">Where failures and the coming and going of clients are told.</param>
    public RpcServer(DriverRegistry drivers, RpcServerOptions options, ILogger logger)
    {
        Registry = drivers;
        Options = options;
        Logger = logger;
        Stopping = _stopping.Token;
        Record = options.CallRecord is { } file ? new CallRecord(file, logger) : null;
        _loops = new EventLoop[Math.Max(1, options.Loops)];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new EventLoop($"rpc-{i}");
            int loop = i;
            _loops[i].EverySecond(() => Tick(loop));
        }
    }

    /// <summary>How many clients are connected.</summary>
    public int ClientCount => Volatile.Read(ref _clientCount);

    /// <summary>How many calls are running.</summary>
    public int RequestCount => Volatile.Read(ref _requests);

    internal DriverRegistry Registry { get; }

    internal RpcServerOptions Options { get; }

    internal ILogger Logger { get; }

    internal CancellationToken Stopping { get; }

    internal CallCosts Costs { get; } = new();

    internal CallRecord? Record { get; }

    /// <summary>Whether one more client may be taken.</summary>
    internal bool HasRoom => ClientCount < Options.MaxClients && Volatile.Read(ref _unauthenticated) < Options.MaxUnauthenticatedClients && !Stopping.IsCancellationRequested;

    /// <summary>Makes a UNIX socket at a path, in place of one that lay there, and accepts clients from it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="readOnly">Whether its clients may only look.</param>
    public void Listen(string path, UnixFileMode mode, bool readOnly) => Listen(UnixSocket.Listen(path, mode), readOnly);

    /// <summary>Accepts clients from a listening, non-blocking UNIX socket, which belongs to the server from now on.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="readOnly">Whether its clients may only look.</param>
    public void Listen(SafeSocketHandle socket, bool readOnly)
    {
        lock (_listeners) _listeners.Add(new SocketListener(this, _loops[0], socket, readOnly));
    }

    /// <summary>Serves one connected socket, which belongs to the server from now on.</summary>
    public void Adopt(SafeSocketHandle socket, bool readOnly)
    {
        long id = Interlocked.Increment(ref _nextClient);
        Interlocked.Increment(ref _clientCount);
        Interlocked.Increment(ref _unauthenticated);
        var client = new ServerClient(this, _loops[(int)(id % _loops.Length)], id, socket, readOnly);
        _clients[id] = client;
        client.Start();
    }

    /// <summary>
    /// Ends orderly: no new clients, running calls get until <paramref name="patience"/> has passed, then all connections are closed. Guests are left alone.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (_stopping.IsCancellationRequested) return;
        lock (_listeners)
        {
            foreach (var listener in _listeners) listener.Dispose();
            _listeners.Clear();
        }

        foreach (var client in _clients.Values) client.StopTaking();
        if (RequestCount > 0)
        {
            var left = Task.Delay(patience);
            while (RequestCount > 0 && !left.IsCompleted) await Task.WhenAny(left, Task.Delay(10)).ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var client in _clients.Values) client.Connection.CloseWhenSent();
        if (ClientCount > 0) await Task.WhenAny(_idle.Task, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        foreach (var client in _clients.Values) client.Connection.Close();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        foreach (var loop in _loops) loop.Dispose();
        _stopping.Dispose();
    }

    internal int NextCallbackId() => Interlocked.Increment(ref _nextCallback) - 1;

    internal bool TryBeginRequest(ServerClient client)
    {
        if (Volatile.Read(ref _requests) < Options.MaxRequests) return true;
        _waiting.Enqueue(client);
        return Volatile.Read(ref _requests) < Options.MaxRequests;
    }

    internal void RequestStarted() => Interlocked.Increment(ref _requests);

    internal void RequestEnded()
    {
        Interlocked.Decrement(ref _requests);
        while (_waiting.TryDequeue(out var client)) client.Connection.ResumeReading();
    }

    internal void ClientAuthenticated()
    {
        Interlocked.Decrement(ref _unauthenticated);
        WakeListeners();
    }

    internal void ClientGone(ServerClient client, bool authenticated)
    {
        _clients.TryRemove(client.Id, out _);
        if (!authenticated) Interlocked.Decrement(ref _unauthenticated);
        if (Interlocked.Decrement(ref _clientCount) == 0 && Stopping.IsCancellationRequested) _idle.TrySetResult();
        WakeListeners();
    }

    private void WakeListeners()
    {
        lock (_listeners)
        {
            foreach (var listener in _listeners) listener.Wake();
        }
    }

    private void Tick(int loop)
    {
        if (_clients.IsEmpty) return;
        foreach (var (id, client) in _clients)
        {
            if (id % _loops.Length == loop) client.Tick();
        }
    }
}
