using System.Collections.Concurrent;
using Vireo.Drivers;

namespace Vireo.Rpc.Server;

internal sealed partial class ServerClient
{
    private readonly ConcurrentDictionary<uint, ServerStream> _streams = new(concurrencyLevel: 1, capacity: 1);
    private int _fullStreams;

    private bool StreamsAreFull => Volatile.Read(ref _fullStreams) > 0;

    /// <summary>Ties a driver's stream to the call that opened it. VIR_ERR_RPC when the client has too many open.</summary>
    public ServerStream OpenStream(ServerCall call, DriverStream stream)
    {
        var opened = new ServerStream(this, call.Header, stream);
        if (_streams.Count >= Server.Options.MaxClientStreams || !_streams.TryAdd(call.Header.Serial, opened))
        {
            _ = opened.GiveUpAsync();
            throw RpcError("too many open streams");
        }

        return opened;
    }

    public void CloseStream(ServerStream stream) => _streams.TryRemove(new(stream.Serial, stream));

    /// <summary>A stream has more from the client than it can write; nothing is read until it has caught up.</summary>
    public void StreamFilled() => Interlocked.Increment(ref _fullStreams);

    public void StreamEmptied()
    {
        Interlocked.Decrement(ref _fullStreams);
        Connection.ResumeReading();
    }

    // A packet for a stream that is over crossed our end of it on the way: nobody waits for it.
    private void OnStream(in PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (!_streams.TryGetValue(header.Serial, out var stream)) return;
        if (header.Type == PacketType.StreamHole)
        {
            stream.Fail(new VireoException(ErrorCode.NoSupport, ErrorDomain.Streams, "virStreamSendHole"));
            return;
        }

        stream.OnPacket(header.Status, payload);
    }
}
