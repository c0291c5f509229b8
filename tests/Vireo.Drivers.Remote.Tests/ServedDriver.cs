using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Vireo.Rpc.Server;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Tests;

/// <summary>A server on a socket of its own, with a driver that shows what came through.</summary>
internal sealed class ServedDriver : IDriver, IAsyncDisposable
{
    private readonly RpcServer _server;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"vireo-{Guid.NewGuid():n}");

    public ServedDriver()
    {
        _server = new RpcServer(new DriverRegistry(this), new RpcServerOptions { Loops = 1 }, NullLogger.Instance);
        _server.Listen(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite, readOnly: false);
    }

    public Probe Hypervisor { get; } = new();

    public RpcServer Server => _server;

    public string Uri => $"probe+unix:///x?socket={_path}";

    /// <summary>Whether the last client asked for a read-only connection.</summary>
    public bool ReadOnly { get; private set; }

    public bool Accepts(ConnectionUri uri) => true;

    public ValueTask<DriverConnection> OpenAsync(ConnectionUri uri, bool readOnly, CancellationToken cancellationToken)
    {
        ReadOnly = readOnly;
        return new(new DriverConnection { Uri = uri.Text, Hypervisor = Hypervisor });
    }

    public ValueTask<DriverConnection> ConnectAsync(bool readOnly = false) => new DriverRegistry(new RemoteDriver()).OpenAsync(Uri, readOnly);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_path);
    }
}

/// <summary>A hypervisor that notes what it is asked.</summary>
internal sealed class Probe : HypervisorDriver
{
    private readonly DomainEventHub _events = new();

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<uint> RevertFlags { get; } = new();

    public Func<DriverStream> Console { get; set; } = () => throw VireoException.NotSupported("virDomainOpenConsole");

    public void Happen(DomainEvent happened) => _events.Publish(happened);

    public override ValueTask<string> ConnectGetHostnameAsync(CancellationToken cancellationToken) => new("probe");

    public override async ValueTask<string> ConnectGetCapabilitiesAsync(CancellationToken cancellationToken)
    {
        await Gate.Task.WaitAsync(cancellationToken);
        return "opened";
    }

    public override ValueTask DomainRevertToSnapshotAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        RevertFlags.Enqueue(flags);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DriverStream> DomainOpenConsoleAsync(DomainRef dom, string? devName, uint flags, CancellationToken cancellationToken) => new(Console());

    public override ValueTask DomainFdAssociateAsync(DomainRef dom, string name, uint flags, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken)
    {
        foreach (var file in files) RandomAccess.Write(file, "through"u8, 0);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken) =>
        new(_events.Subscribe(eventId, domain, handler));
}
