using Vireo.Rpc.Transport;

namespace Vireo.Rpc.Client;

/// <summary>The one loop that all connections of this process to daemons share; its thread starts with the first of them.</summary>
internal static class ClientLoop
{
    private static readonly Lazy<EventLoop> s_shared = new(static () => new EventLoop("rpc-client"));

    public static EventLoop Shared => s_shared.Value;
}
