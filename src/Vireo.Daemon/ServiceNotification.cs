using System.Net.Sockets;
using System.Text;

namespace Vireo.Daemon;

/// <summary>Tells the service manager how the daemon fares, by the protocol of sd_notify: a datagram to the socket it names.</summary>
internal static class ServiceNotification
{
    /// <returns>Why it could not be told; null when it was, or when nobody asks. The daemon does not depend on it.</returns>
    public static string? Send(string state)
    {
        string? path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path)) return null;
        if (path[0] == '@') path = '\0' + path[1..];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }
}
