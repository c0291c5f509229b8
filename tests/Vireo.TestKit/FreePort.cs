using System.Net;
using System.Net.Sockets;

namespace Vireo.TestKit;

/// <summary>A TCP port of the loopback address that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>One of them; another process may take it first.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
