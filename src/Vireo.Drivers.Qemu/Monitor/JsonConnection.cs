using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// One JSON message a line over a UNIX socket, both ways: what the monitor and the guest agent have in common. Knows nothing of their words.
/// </summary>
internal sealed class JsonConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly PipeReader _reader;
    private readonly int _longestMessage;
    private readonly int _mostUnsent;
    private readonly Lock _gate = new();
    private readonly Queue<Chunk> _unsent = new();
    private readonly CancellationTokenSource _closing = new();
    private HeldMessage? _held;
    private int _unsentBytes;
    private bool _sending;
    private bool _closed;

    /// <summary>Takes the socket over.</summary>
    /// <param name="socket">Connected; closed with this.</param>
    /// <param name="longestMessage">A longer message from the other end is a failure, in bytes.</param>
    /// <param name="mostUnsent">How much may wait to be sent while the other end does not read, in bytes.</param>
    public JsonConnection(Socket socket, int longestMessage, int mostUnsent)
    {
        _socket = socket;
        _longestMessage = longestMessage;
        _mostUnsent = mostUnsent;
        _reader = PipeReader.Create(new NetworkStream(socket, ownsSocket: false), new(bufferSize: 8192, minimumReadSize: 1024));
    }

    /// <summary>Called when sending has failed; the reader will find out too, but later.</summary>
    public Action<Exception>? SendFailed { get; init; }

    /// <summary>Queues a message and sends it at once if nothing else is being sent; what piles up goes out in one write.</summary>
    /// <param name="message">Whole messages; taken over.</param>
    /// <param name="descriptor">Passed along with the first byte; taken over, and closed when it was sent or never will be.</param>
    /// <returns>False when the other end does not read and too much waits already. On a closed connection nothing is sent and true returned: its owner knows.</returns>
    public bool TrySend(ReadOnlyMemory<byte> message, SafeHandle? descriptor = null) => TryPush(new(message, descriptor), null);

    /// <summary>Sends all of a message but its end. What is sent before it is released goes first and spoils it.</summary>
    /// <param name="message">One whole message without its line end; taken over.</param>
    /// <param name="end">How many of its bytes are held back.</param>
    /// <param name="spoilt">What they are replaced by in a message that the other side refuses.</param>
    /// <returns>Null when the other end does not read and too much waits already.</returns>
    public HeldMessage? TryHold(ReadOnlyMemory<byte> message, int end, ReadOnlyMemory<byte> spoilt)
    {
        var held = new HeldMessage(this, message[^end..], spoilt);
        return TryPush(new(message[..^end], null), held) ? held : null;
    }

    /// <summary>Sends the end of a message that is held; false when it was spoiled.</summary>
    public bool TryRelease(HeldMessage held) => End(held, held.End);

    /// <summary>Gives a message that is held the end that spoils it.</summary>
    public void Spoil(HeldMessage held) => End(held, held.Spoilt);

    /// <summary>Reads messages until the end, giving each to <paramref name="receive"/>; the bytes are good only until that returns.</summary>
    /// <param name="receive">Takes one message without its line end.</param>
    /// <exception cref="FormatException">A message was too long.</exception>
    /// <exception cref="IOException">Reading failed, or the connection was closed at this end.</exception>
    public async Task ReadAllAsync(Action<ReadOnlySequence<byte>> receive)
    {
        try
        {
            while (true)
            {
                var result = await _reader.ReadAsync(_closing.Token).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (TryTakeLine(ref buffer, out var line))
                {
                    if (!line.IsEmpty)
                        receive(line);
                }

                if (buffer.Length > _longestMessage)
                    throw new FormatException($"a message is longer than {_longestMessage} bytes");
                _reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            throw new IOException("the connection was closed", exception);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            foreach (var chunk in _unsent)
                chunk.Descriptor?.Dispose();
            _unsent.Clear();
            _unsentBytes = 0;
        }

        _closing.Cancel();
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _reader.CompleteAsync().ConfigureAwait(false);
    }

    private bool TryPush(Chunk chunk, HeldMessage? held)
    {
        lock (_gate)
        {
            if (_closed || _unsentBytes + chunk.Message.Length > _mostUnsent)
            {
                chunk.Descriptor?.Dispose();
                return _closed;
            }

            SpoilHeld();
            _held = held;
            if (!Enqueue(chunk))
                return true;
        }

        _ = SendQueuedAsync();
        return true;
    }

    private bool End(HeldMessage held, ReadOnlyMemory<byte> end)
    {
        lock (_gate)
        {
            if (_closed)
                return true;
            if (_held != held)
                return false;
            _held = null;
            if (!Enqueue(new(end, null)))
                return true;
        }

        _ = SendQueuedAsync();
        return true;
    }

    private void SpoilHeld()
    {
        if (_held is { } held)
        {
            _held = null;
            _unsent.Enqueue(new(held.Spoilt, null));
            _unsentBytes += held.Spoilt.Length;
        }
    }

    // Whether the caller is to send: nobody else does.
    private bool Enqueue(Chunk chunk)
    {
        _unsent.Enqueue(chunk);
        _unsentBytes += chunk.Message.Length;
        return !_sending && (_sending = true);
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        if (line.Length == 1 && line.FirstSpan[0] == (byte)'\r')
            line = default;
        return true;
    }

    private async Task SendQueuedAsync()
    {
        try
        {
            while (TakeNext() is { } chunk)
            {
                using var descriptor = chunk.Descriptor;
                await FdPassing.SendAsync(_socket, chunk.Message, descriptor is null ? null : [descriptor], _closing.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is VireoException or ObjectDisposedException or OperationCanceledException)
        {
            SendFailed?.Invoke(exception);
        }
    }

    // A message with a descriptor starts a write of its own: the descriptor arrives with the first byte.
    private Chunk? TakeNext()
    {
        lock (_gate)
        {
            if (_unsent.Count == 0)
            {
                _sending = false;
                return null;
            }

            var first = _unsent.Dequeue();
            _unsentBytes -= first.Message.Length;
            if (first.Descriptor is not null || !_unsent.TryPeek(out var next) || next.Descriptor is not null)
                return first;
            var joined = new ArrayBufferWriter<byte>();
            joined.Write(first.Message.Span);
            while (_unsent.TryPeek(out next) && next.Descriptor is null)
            {
                _unsent.Dequeue();
                _unsentBytes -= next.Message.Length;
                joined.Write(next.Message.Span);
            }

            return new(joined.WrittenMemory, null);
        }
    }

    private sealed record Chunk(ReadOnlyMemory<byte> Message, SafeHandle? Descriptor);
}
