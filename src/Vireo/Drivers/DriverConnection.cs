namespace Vireo.Drivers;

/// <summary>
/// What opening a URI yields: the drivers that answer for it. One for each client; shared state lies behind the drivers.
/// Disposing it closes the connection, never the guests.
/// </summary>
public class DriverConnection : IAsyncDisposable
{
    /// <summary>The canonical URI (<c>virConnectGetURI</c>).</summary>
    public required string Uri { get; init; }

    /// <summary>Domains, snapshots, the host.</summary>
    public required HypervisorDriver Hypervisor { get; init; }

    /// <summary>Virtual networks.</summary>
    public NetworkDriver Network { get; init; } = NetworkDriver.Unsupported;

    /// <summary>Host interfaces.</summary>
    public InterfaceDriver Interface { get; init; } = InterfaceDriver.Unsupported;

    /// <summary>Storage pools and volumes.</summary>
    public StorageDriver Storage { get; init; } = StorageDriver.Unsupported;

    /// <summary>Host devices.</summary>
    public NodeDeviceDriver NodeDevice { get; init; } = NodeDeviceDriver.Unsupported;

    /// <summary>Secrets.</summary>
    public SecretDriver Secret { get; init; } = SecretDriver.Unsupported;

    /// <summary>Network filters.</summary>
    public NWFilterDriver NWFilter { get; init; } = NWFilterDriver.Unsupported;

    /// <summary>Completes when the connection ends by itself, with the reason (<c>virConnectCloseReason</c>); never for an embedded driver.</summary>
    public Task<ConnectCloseReason> Closed { get; init; } = new TaskCompletionSource<ConnectCloseReason>().Task;

    /// <summary>Runs when the connection is closed.</summary>
    public Func<ValueTask>? OnClose { get; init; }

    /// <summary>The same connection with every change refused (<c>VIR_CONNECT_RO</c>).</summary>
    public DriverConnection AsReadOnly() => new()
    {
        Uri = Uri,
        Hypervisor = Hypervisor.AsReadOnly(),
        Network = Network.AsReadOnly(),
        Interface = Interface.AsReadOnly(),
        Storage = Storage.AsReadOnly(),
        NodeDevice = NodeDevice.AsReadOnly(),
        Secret = Secret.AsReadOnly(),
        NWFilter = NWFilter.AsReadOnly(),
        Closed = Closed,
        OnClose = DisposeAsync,
    };

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return OnClose?.Invoke() ?? ValueTask.CompletedTask;
    }
}
