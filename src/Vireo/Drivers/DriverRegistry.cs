using Vireo.Uris;

namespace Vireo.Drivers;

/// <summary>A kind of hypervisor, or the remote driver: opens the URIs that are its own.</summary>
public interface IDriver
{
    /// <summary>Whether the URI is this driver's to open.</summary>
    bool Accepts(ConnectionUri uri);

    /// <summary>Opens it. Throws a <see cref="VireoException"/> when that fails.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="readOnly">The caller refuses every change (<c>VIR_CONNECT_RO</c>): whoever stands behind the driver need not be trusted to change anything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<DriverConnection> OpenAsync(ConnectionUri uri, bool readOnly, CancellationToken cancellationToken);
}

/// <summary>The drivers of a process, in the order in which they are asked. Answers to <c>virConnectOpen</c>.</summary>
public sealed class DriverRegistry(params IReadOnlyList<IDriver> drivers)
{
    /// <summary>Opens a URI. VIR_ERR_NO_CONNECT when no driver takes it, VIR_ERR_INVALID_ARG when it is none.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="readOnly">Refuse every change (<c>virConnectOpenReadOnly</c>).</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<DriverConnection> OpenAsync(string uri, bool readOnly = false, CancellationToken cancellationToken = default)
    {
        var parsed = ConnectionUri.Parse(uri);
        var driver = drivers.FirstOrDefault(d => d.Accepts(parsed))
            ?? throw new VireoException(ErrorCode.NoConnect, ErrorDomain.None, $"{uri}: no driver of this program opens it");
        var connection = await driver.OpenAsync(parsed, readOnly, cancellationToken).ConfigureAwait(false);
        return readOnly ? connection.AsReadOnly() : connection;
    }
}
