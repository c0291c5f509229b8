using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>
/// The agent in a guest, over its channel. The guest is not trusted: it may say nothing, anything, or too much. One command at a time;
/// each is preceded by a synchronization, so that what is left of an earlier one is never taken for its answer.
/// </summary>
internal sealed class GuestAgent : IAsyncDisposable
{
    private const int LongestMessage = 10 << 20;
    private const byte Sentinel = 0xff;

    private static readonly TimeSpan s_synchronization = TimeSpan.FromSeconds(5);

    private readonly JsonConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _reading;

    // A guest that talks without being asked pushes out its own words.
    private readonly Channel<JsonElement> _messages = Channel.CreateBounded<JsonElement>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

    /// <summary>Takes a connected channel over.</summary>
    public GuestAgent(Socket socket)
    {
        _connection = new(socket, LongestMessage, mostUnsent: 1 << 20) { SendFailed = _ => Close() };
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>How long the guest may take to answer a synchronization.</summary>
    public TimeSpan SynchronizationDeadline { get; init; } = s_synchronization;

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command, <c>guest-fsfreeze-status</c>.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_AGENT_UNRESPONSIVE: no answer in time, or none that can be understood; VIR_ERR_INTERNAL_ERROR: the agent refused
    /// (a <see cref="QmpErrorException"/> within).</exception>
    public async Task<JsonElement> ExecuteAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
            Send(command, synchronize: false);
            return Result(command, await NextWithinAsync(deadline, cancellationToken).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            throw Unresponsive($"guest agent didn't respond to command '{command.Name}' within '{deadline.TotalSeconds:0.###}' seconds");
        }
        catch (ChannelClosedException)
        {
            throw Unresponsive("guest agent disappeared while executing command");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Has the guest shut itself down. The agent gives no answer to that when it obeys: success is that the guest ends, which the caller watches.</summary>
    /// <param name="mode"><c>powerdown</c>, <c>reboot</c> or <c>halt</c>.</param>
    /// <param name="patience">How long a refusal is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public async Task ShutdownAsync(string mode, TimeSpan patience, CancellationToken cancellationToken)
    {
        var command = new QmpCommand("guest-shutdown", w => w.WriteString("mode", mode));
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
            Send(command, synchronize: false);
            Result(command, await NextWithinAsync(patience, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is TimeoutException or ChannelClosedException)
        {
            // It obeys.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Freezes the guest's file systems; returns how many. Thaw it, whatever happens after.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<int> FreezeAsync(IReadOnlyList<string>? mountpoints, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var command = mountpoints is { Count: > 0 }
            ? new QmpCommand("guest-fsfreeze-freeze-list", w =>
            {
                w.WriteStartArray("mountpoints");
                foreach (var mountpoint in mountpoints)
                    w.WriteStringValue(mountpoint);
                w.WriteEndArray();
            })
            : new QmpCommand("guest-fsfreeze-freeze");
        return Count(command, await ExecuteAsync(command, deadline, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Thaws the guest's file systems; returns how many.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<int> ThawAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        var command = new QmpCommand("guest-fsfreeze-thaw");
        return Count(command, await ExecuteAsync(command, deadline, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether the guest's file systems are frozen.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<bool> IsFrozenAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        await ExecuteAsync(new("guest-fsfreeze-status"), deadline, cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.String } status && status.ValueEquals("frozen"u8);

    /// <summary>Closes the channel.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _reading.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        var id = Random.Shared.Next();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(SynchronizationDeadline);
        try
        {
            Send(new("guest-sync-delimited", w => w.WriteNumber("id", id)), synchronize: true);
            // Answers to commands that were given up come first.
            while (!IsEcho(await NextAsync(deadline.Token).ConfigureAwait(false), id))
            {
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unresponsive($"guest agent didn't respond to synchronization within '{SynchronizationDeadline.TotalSeconds:0.###}' seconds");
        }
        catch (ChannelClosedException)
        {
            throw Unresponsive("the channel to the guest agent is closed");
        }
    }

    private static bool IsEcho(JsonElement reply, long id) =>
        reply.TryGetProperty("return"u8, out var echo) && echo.ValueKind == JsonValueKind.Number && echo.TryGetInt64(out var number) && number == id;

    private ValueTask<JsonElement> NextAsync(CancellationToken cancellationToken) => _messages.Reader.ReadAsync(cancellationToken);

    private async Task<JsonElement> NextWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await NextAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private void Send(QmpCommand command, bool synchronize)
    {
        var output = new ArrayBufferWriter<byte>(128);
        if (synchronize)
            output.Write([Sentinel]);
        command.Write(output, id: null);
        output.Write("\n"u8);
        if (!_connection.TrySend(output.WrittenMemory))
            throw Unresponsive("guest agent does not read its channel");
    }

    private async Task ReadAsync()
    {
        try
        {
            await _connection.ReadAllAsync(Receive).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or FormatException)
        {
            // Told to whoever waits by the end of the channel.
        }

        Close();
    }

    // What cannot be understood is passed over: it may be the rest of something, and the synchronization finds the way back.
    private void Receive(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray().AsSpan();
        var start = bytes.LastIndexOf(Sentinel) + 1;
        try
        {
            var reader = new Utf8JsonReader(bytes[start..]);
            var message = JsonElement.ParseValue(ref reader);
            if (message.ValueKind == JsonValueKind.Object && (message.TryGetProperty("return"u8, out _) || message.TryGetProperty("error"u8, out _)))
                _messages.Writer.TryWrite(message);
        }
        catch (JsonException)
        {
        }
    }

    private static JsonElement Result(QmpCommand command, JsonElement reply)
    {
        if (reply.TryGetProperty("return"u8, out var result))
            return result;
        var error = reply.GetProperty("error"u8);
        var (kind, words) = error.ValueKind == JsonValueKind.Object
            ? (error.StrOrNull("class") ?? "GenericError", error.StrOrNull("desc") ?? "no description")
            : ("GenericError", "no description");
        throw VireoException.Internal(ErrorDomain.Qemu, $"unable to execute QEMU agent command '{command.Name}': {words}", new QmpErrorException(command.Name, kind, words));
    }

    private static int Count(QmpCommand command, JsonElement result) =>
        result.ValueKind == JsonValueKind.Number && result.TryGetInt32(out var count)
            ? count
            : throw VireoException.Internal(ErrorDomain.Qemu, $"the guest agent's answer to '{command.Name}' is no number");

    private static VireoException Unresponsive(string why) => new(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, why);

    private void Close()
    {
        _connection.Close();
        _messages.Writer.TryComplete();
    }
}
