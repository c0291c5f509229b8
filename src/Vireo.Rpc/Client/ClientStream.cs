using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

/// <summary>The caller's end of a stream to a daemon. What the daemon sends waits here, bounded; when it is full the connection is not read.</summary>
internal sealed class ClientStream(RpcClient client, PacketHeader header) : DriverStream
{
    private const long FullAt = 1024 * 1024;

    private readonly Queue<byte[]> _received = new();
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _arrived;
    private int _offset;
    private long _waiting;
    private bool _full;
    private bool _ended;
    private bool _over;
    private Exception? _error;

    public void OnPacket(in PacketHeader packet, ReadOnlySpan<byte> payload)
    {
        if (packet.Type == PacketType.StreamHole)
        {
            Fail(new VireoException(ErrorCode.NoSupport, ErrorDomain.Streams, "virStreamRecvHole"));
            return;
        }

        switch (packet.Status)
        {
            case PacketStatus.Continue when payload.IsEmpty: End(null); return;
            case PacketStatus.Continue: Receive(payload); return;
            case PacketStatus.Ok:
                client.CloseStream(header.Serial);
                End(null);
                _finished.TrySetResult();
                return;
            default:
                var reader = new XdrReader(payload, lenientText: true);
                client.CloseStream(header.Serial);
                Fail(ErrorPayload.Read(ref reader));
                return;
        }
    }

    public void Fail(Exception error)
    {
        End(error);
        _finished.TrySetException(error);
        _ = _finished.Task.Exception;
    }

    /// <summary>The daemon's end is gone; nothing more comes.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _over = true;
            if (!_full) return;
            _full = false;
        }

        client.StreamEmptied();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_received.Count > 0) return Take(buffer.Span);
                if (_error is { } error) throw error;
                if (_ended) return 0;
                _arrived ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _arrived.Task;
            }

            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            await client.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            if (_error is { } error) throw error;
            if (_over || !client.IsOpen) throw new VireoException(ErrorCode.InvalidStream, ErrorDomain.Streams, "the stream is over");
            var part = buffer[..Math.Min(buffer.Length, WireLimits.MaxStreamChunk)];
            Send(PacketStatus.Continue, part.Span);
            buffer = buffer[part.Length..];
        }
    }

    public override async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (!_over) Send(PacketStatus.Ok, []);
        await WaitFinishedAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask AbortAsync()
    {
        if (_over || !client.IsOpen) return;
        Send(PacketStatus.Error, []);
        Discard();
        try
        {
            await WaitFinishedAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException)
        {
            // It is given up; how it ended for the daemon does not matter any more.
        }
    }

    public override ValueTask DisposeAsync() => AbortAsync();

    private Task WaitFinishedAsync(CancellationToken cancellationToken)
    {
        if (_error is { } error) return Task.FromException(error);
        return _finished.Task.WaitAsync(cancellationToken);
    }

    private void Discard()
    {
        bool full;
        lock (_lock)
        {
            _received.Clear();
            _waiting = 0;
            (full, _full) = (_full, false);
            _over = true;
        }

        if (full) client.StreamEmptied();
    }

    private void Receive(ReadOnlySpan<byte> payload)
    {
        bool filled;
        lock (_lock)
        {
            if (_over) return;
            _received.Enqueue(payload.ToArray());
            _waiting += payload.Length;
            filled = !_full && _waiting > FullAt;
            _full |= filled;
            Signal();
        }

        if (filled) client.StreamFilled();
    }

    private int Take(Span<byte> buffer)
    {
        int count = 0;
        while (count < buffer.Length && _received.TryPeek(out byte[]? chunk))
        {
            int part = Math.Min(buffer.Length - count, chunk.Length - _offset);
            chunk.AsSpan(_offset, part).CopyTo(buffer[count..]);
            count += part;
            _offset += part;
            if (_offset < chunk.Length) break;
            _received.Dequeue();
            _offset = 0;
        }

        _waiting -= count;
        if (_full && _waiting < FullAt / 2)
        {
            _full = false;
            client.StreamEmptied();
        }

        return count;
    }

    private void End(Exception? error)
    {
        lock (_lock)
        {
            _ended = true;
            _error ??= error;
            Signal();
        }
    }

    private void Signal()
    {
        _arrived?.TrySetResult();
        _arrived = null;
    }

    private void Send(PacketStatus status, ReadOnlySpan<byte> data)
    {
        var writer = new XdrWriter();
        (header with { Status = status }).Write(ref writer);
        writer.WriteRaw(data);
        client.SendPacket(ref writer);
    }
}
