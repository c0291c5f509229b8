using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <content>What comes from QEMU: a line is a message.</content>
internal sealed partial class QmpMonitor
{
    // A chain of 200 images is told nested.
    private static readonly JsonDocumentOptions s_depth = new() { MaxDepth = 1024 };

    private async Task ReadAsync()
    {
        Exception? cause = null;
        try
        {
            await _connection.ReadAllAsync(Receive).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            cause = QmpErrors.Garbage(exception.Message, exception);
        }
        catch (Exception exception)
        {
            // Whatever it was, those who wait are told it.
            cause = exception;
        }

        End(cause);
    }

    private void Receive(ReadOnlySequence<byte> line)
    {
        var message = Parse(line);
        if (message.TryGetProperty("event"u8, out _))
            Publish(QmpEvent.Read(message));
        else if (message.TryGetProperty("id"u8, out var id))
            Answer(id.GetInt32(), message);
        else if (message.TryGetProperty("QMP"u8, out var greeting))
            _greeting.TrySetResult(greeting);
        else
            throw new FormatException(Encoding.UTF8.GetString(line.Slice(0, Math.Min(line.Length, 120))));
    }

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line, s_depth);
        return document.RootElement.Clone();
    }

    private void Answer(int id, JsonElement message)
    {
        if (!_pending.TryTake(id, out var pending))
            throw new FormatException($"an answer to nothing asked, id {id}");
        try
        {
            pending.Answer(message);
        }
        catch (FormatException exception)
        {
            pending.Fail(exception);
            throw;
        }
    }

    private void Publish(QmpEvent happened)
    {
        lock (_eventWaiters)
        {
            foreach (var waiter in _eventWaiters)
                waiter.Offer(happened);
        }

        _onEvent(happened);
    }

    private void End(Exception? cause)
    {
        _connection.Close();
        _pending.Close(cause);
        _closed.TrySetResult(cause);
    }
}
