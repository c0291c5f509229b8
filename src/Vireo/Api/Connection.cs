using Vireo.Drivers;

namespace Vireo;

/// <summary>
/// A connection to a hypervisor, in this process or through a daemon. Answers to <c>virConnect</c>.
/// Safe for concurrent use; disposing it closes the connection and leaves the guests running.
/// </summary>
public sealed partial class Connection : IAsyncDisposable
{
    private readonly DriverConnection _driver;

    /// <summary>Wraps a connection that a driver has opened.</summary>
    public Connection(DriverConnection driver) => _driver = driver;

    /// <summary>The driver contract behind it: every procedure of the protocol, for what the classes here do not offer.</summary>
    public DriverConnection Driver => _driver;

    /// <summary>Completes with the reason when the connection ends by itself (<c>virConnectRegisterCloseCallback</c>).</summary>
    public Task<ConnectCloseReason> Closed => _driver.Closed;

    /// <summary>Opens a URI with the drivers given (<c>virConnectOpen</c>, <c>virConnectOpenReadOnly</c>).</summary>
    /// <param name="drivers">The drivers of this program.</param>
    /// <param name="uri">For instance <c>qemu:///system</c> or <c>test:///default</c>.</param>
    /// <param name="readOnly">Refuse every change with VIR_ERR_OPERATION_DENIED.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_CONNECT: no driver takes the URI; VIR_ERR_INVALID_ARG: it is none; or why opening failed.</exception>
    public static async ValueTask<Connection> OpenAsync(DriverRegistry drivers, string uri, bool readOnly = false, CancellationToken cancellationToken = default) =>
        new(await drivers.OpenAsync(uri, readOnly, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _driver.DisposeAsync();
}
