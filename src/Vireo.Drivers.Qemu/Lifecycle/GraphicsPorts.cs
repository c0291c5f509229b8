using System.Net;
using System.Net.Sockets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Ports for displays that ask for any: the first from 5900 on that nobody listens at.</summary>
internal sealed class GraphicsPorts(TimeProvider? time = null)
{
    private const int First = 5900;
    private const int Last = 65535;

    // From the choice of a port to QEMU's listening at it, it is free to the eye of another start.
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _taken = [];
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>A free port.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: there is none.</exception>
    public int Take()
    {
        lock (_lock)
        {
            foreach (var (port, since) in _taken.ToList())
            {
                if (_time.GetElapsedTime(since) > s_kept)
                {
                    _taken.Remove(port);
                }
            }

            for (var port = First; port <= Last; port++)
            {
                if (!_taken.ContainsKey(port) && IsFree(port))
                {
                    _taken[port] = _time.GetTimestamp();
                    return port;
                }
            }
        }

        throw VireoException.Internal(ErrorDomain.Qemu, $"Unable to find an unused port in range 'display' ({First}-{Last})");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
