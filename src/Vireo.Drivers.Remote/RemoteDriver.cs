using Vireo.Drivers.Remote.Transports;
using Vireo.Uris;

namespace Vireo.Drivers.Remote;

/// <summary>
/// Opens URIs by asking a daemon, ours or libvirt's, over its wire protocol: <c>qemu:///system</c>, <c>qemu+unix:///system?socket=PATH</c>,
/// <c>qemu+ssh://host/system</c>, <c>qemu+ext:///system?command=PROGRAM</c>.
/// </summary>
public sealed class RemoteDriver : IDriver
{
    /// <inheritdoc/>
    public bool Accepts(ConnectionUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Transport is not null || uri.Host is not null || uri.Driver != "test";
    }

    /// <inheritdoc/>
    public async ValueTask<DriverConnection> OpenAsync(ConnectionUri uri, bool readOnly, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var address = RemoteAddress.Of(uri, readOnly);
        var transport = await TransportFactory.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        return await RemoteConnection.OpenAsync(address, transport, cancellationToken).ConfigureAwait(false);
    }
}
