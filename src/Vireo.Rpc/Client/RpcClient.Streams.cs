using System.Collections.Concurrent;
using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

internal sealed partial class RpcClient
{
    private readonly ConcurrentDictionary<uint, ClientStream> _streams = new(concurrencyLevel: 1, capacity: 1);
    private int _fullStreams;

    private bool StreamsAreFull => Volatile.Read(ref _fullStreams) > 0;

    internal void StreamFilled() => Interlocked.Increment(ref _fullStreams);

    internal void StreamEmptied()
    {
        Interlocked.Decrement(ref _fullStreams);
        _connection.ResumeReading();
    }

    internal Task WaitForRoomAsync(CancellationToken cancellationToken) => _connection.WaitForRoomAsync(cancellationToken);

    internal void CloseStream(uint serial)
    {
        if (_streams.TryRemove(serial, out var stream)) stream.Forget();
    }

    private ClientStream OpenStream(uint serial, uint program, int procedure)
    {
        var stream = new ClientStream(this, new PacketHeader(program, 1, procedure, PacketType.Stream, serial, PacketStatus.Continue));
        _streams[serial] = stream;
        return stream;
    }

    private async ValueTask<DriverStream> WaitStreamAsync(PendingCall<bool> pending, ClientStream stream, uint serial, CancellationToken cancellationToken)
    {
        await WaitOrCloseAsync(pending, serial, cancellationToken).ConfigureAwait(false);
        return stream;
    }

    private async ValueTask<(T Value, DriverStream Stream)> WaitStreamAsync<T>(PendingCall<T> pending, ClientStream stream, uint serial, CancellationToken cancellationToken) =>
        (await WaitOrCloseAsync(pending, serial, cancellationToken).ConfigureAwait(false), stream);

    private async Task<T> WaitOrCloseAsync<T>(PendingCall<T> pending, uint serial, CancellationToken cancellationToken)
    {
        try
        {
            return await WaitAsync(pending, serial, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            CloseStream(serial);
            throw;
        }
    }

    private void OnStream(in PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (!_streams.TryGetValue(header.Serial, out var stream)) return;
        try
        {
            stream.OnPacket(header, payload);
        }
        catch (XdrException e)
        {
            _connection.Close(new InvalidDataException($"the daemon sent a stream packet that cannot be decoded: {e.Message}"));
        }
    }

    private void CloseStreams(Exception error)
    {
        foreach (uint serial in _streams.Keys)
        {
            if (_streams.TryRemove(serial, out var stream)) stream.Fail(error);
        }
    }
}
