using Vireo.Rpc.Transport;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>Chooses the way that a URI names.</summary>
internal static class TransportFactory
{
    public static ValueTask<Transport> ConnectAsync(RemoteAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return address.Transport switch
        {
            "unix" when address.Uri.Host is null => ValueTask.FromResult<Transport>(Unix(address)),
            "unix" => throw VireoException.InvalidArgument(ErrorDomain.Remote, $"using unix socket and remote server '{address.Uri.Host}' is not supported"),
            "ssh" => ValueTask.FromResult<Transport>(ProcessTransport.Start(SshCommand.For(address))),
            "ext" => ValueTask.FromResult<Transport>(ProcessTransport.Start(new([address.Command ?? throw VireoException.InvalidArgument(ErrorDomain.Remote, "the ext transport needs the parameter command=PROGRAM")]))),
            var other => throw new VireoException(ErrorCode.ConfigUnsupported, ErrorDomain.Remote, $"transport '{other}' is not supported; use unix, ssh or ext"),
        };
    }

    private static UnixTransport Unix(RemoteAddress address)
    {
        if (address.Socket is { } path) return new(UnixSocket.Connect(path));
        VireoException? first = null;
        foreach (string candidate in SocketPaths.Candidates(address))
        {
            try
            {
                return new(UnixSocket.Connect(candidate));
            }
            catch (VireoException e)
            {
                // libvirt's own place is what the message should name: it is the one that users know.
                if (first is null || candidate.Contains("libvirt/libvirt-sock", StringComparison.Ordinal)) first = e;
            }
        }

        throw first!;
    }
}
