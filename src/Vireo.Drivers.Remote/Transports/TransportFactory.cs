using Vireo.Rpc.Transport;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>Chooses the way that a URI names.</summary>
internal static class TransportFactory
{
    public static ValueTask<Transport> ConnectAsync(ConnectionUri uri, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (uri.Transport ?? (uri.Host is null ? "unix" : "tls")) switch
        {
            "unix" when uri.Host is null => ValueTask.FromResult<Transport>(Unix(uri)),
            "unix" => throw VireoException.InvalidArgument(ErrorDomain.Remote, $"using unix socket and remote server '{uri.Host}' is not supported"),
            "ssh" => ValueTask.FromResult<Transport>(ProcessTransport.Start(SshCommand.For(uri))),
            "ext" => ValueTask.FromResult<Transport>(ProcessTransport.Start(new([uri.Parameter("command") ?? throw VireoException.InvalidArgument(ErrorDomain.Remote, "the ext transport needs the parameter command=PROGRAM")]))),
            var other => throw new VireoException(ErrorCode.ConfigUnsupported, ErrorDomain.Remote, $"transport '{other}' is not supported; use unix, ssh or ext"),
        };
    }

    private static UnixTransport Unix(ConnectionUri uri)
    {
        if (uri.Parameter("socket") is { } path) return new(UnixSocket.Connect(path));
        VireoException? first = null;
        foreach (string candidate in SocketPaths.Candidates(uri))
        {
            try
            {
                return new(UnixSocket.Connect(candidate));
            }
            catch (VireoException e)
            {
                // libvirt's own place is what the message should name: it is the one that users know.
                if (first is null || candidate.EndsWith("libvirt/libvirt-sock", StringComparison.Ordinal)) first = e;
            }
        }

        throw first!;
    }
}
