using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <content>What comes from QEMU: a line is a message.</content>
internal sealed partial class QmpMonitor
{
    /// <summary>The longest message taken: the schema, QEMU's longest answer, has a few hundred KiB.</summary>
    private const int MaxMessage = 16 << 20;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 };

    private async Task ReadAsync()
    {
        Exception? cause = null;
        try
        {
            await ReadMessagesAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, those who wait are told it.
            cause = e;
        }
        finally
        {
            _socket.Dispose();
            End(cause);
        }
    }

    private async Task ReadMessagesAsync()
    {
        await using var stream = new NetworkStream(_socket, ownsSocket: false);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16384, minimumReadSize: 4096, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync().ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                Message(buffer.Slice(0, end));
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (buffer.Length > MaxMessage)
            {
                throw QmpErrors.Garbage($"a message is longer than {MaxMessage} bytes");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private void Message(ReadOnlySequence<byte> line)
    {
        if (line.Length <= 1)
        {
            return;
        }

        JsonElement message;
        try
        {
            using var document = JsonDocument.Parse(line, s_options);
            message = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw QmpErrors.Garbage(e.Message, e);
        }

        if (message.ValueKind != JsonValueKind.Object)
        {
            throw QmpErrors.Garbage("a message is no object");
        }

        if (message.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String)
        {
            _onEvent(new QmpEvent(name.GetString()!, message.TryGetProperty("data", out var data) ? data : default, Time(message)));
        }
        else if (message.TryGetProperty("QMP", out _))
        {
            _greeting.TrySetResult(message);
        }
        else
        {
            Answer(message);
        }
    }

    private void Answer(JsonElement message)
    {
        Pending? waiting;
        if (!message.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetUInt32(out var number))
        {
            throw QmpErrors.Garbage(message.TryGetProperty("error", out var unasked) ? $"an error without an id: {unasked}" : "an answer without an id");
        }

        lock (_gate)
        {
            if (!_pending.TryGetValue(number, out waiting))
            {
                return; // whoever asked has given up waiting
            }
        }

        if (message.TryGetProperty("return", out var result))
        {
            waiting.Answer.TrySetResult(result);
        }
        else if (message.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            waiting.Answer.TrySetException(QmpErrors.Answered(waiting.Command, error));
        }
        else
        {
            throw QmpErrors.Garbage($"the answer to '{waiting.Command}' has neither a result nor an error");
        }
    }

    private static DateTimeOffset Time(JsonElement message) =>
        message.TryGetProperty("timestamp", out var time) && time.ValueKind == JsonValueKind.Object
            && Integer(time, "seconds") is { } s and >= 0 and < 100_000_000_000
            && Integer(time, "microseconds") is { } us and >= 0 and < 1_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(s).AddMicroseconds(us)
            : DateTimeOffset.UtcNow;

    private static long? Integer(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private void End(Exception? cause)
    {
        Pending[] waiting;
        lock (_gate)
        {
            _ended = true;
            waiting = [.. _pending.Values];
        }

        foreach (var pending in waiting)
        {
            pending.Answer.TrySetException(QmpErrors.Gone(pending.Command, cause));
        }

        _greeting.TrySetException(QmpErrors.Gone("greeting", cause));
        _ = _greeting.Task.Exception; // observed: nobody waits for it once the monitor is open
        _closed.TrySetResult(cause);
    }
}
