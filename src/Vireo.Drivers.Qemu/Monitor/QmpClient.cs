using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// A connection to QEMU's monitor. Any number of commands may be under way at once; events come by <see cref="Events"/>.
/// When the connection goes, everything that waits fails and <see cref="Closed"/> completes.
/// </summary>
public sealed partial class QmpClient : IAsyncDisposable
{
    private static readonly JsonDocumentOptions s_depth = new() { MaxDepth = 1024 };

    private readonly QmpOptions _options;
    private readonly JsonConnection _connection;
    private readonly PendingReplies _pending;
    private readonly Channel<QmpEvent> _events;
    private readonly List<EventWaiter> _eventWaiters = [];
    private readonly TaskCompletionSource<QmpGreeting> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<MonitorClosedException> _reading;

    // QEMU reads ahead of what it runs and keeps only the descriptor that came last: one such command at a time.
    private readonly SemaphoreSlim _descriptorTurn = new(1, 1);
    private long _lostEvents;

    private QmpClient(Socket socket, QmpOptions options)
    {
        _options = options;
        _pending = new(options.MostInFlight);
        _connection = new(socket, options.LongestMessage, mostUnsent: options.LongestMessage)
        {
            SendFailed = exception => Close(new(exception.Message, exception)),
        };
        _events = Channel.CreateBounded<QmpEvent>(
            new BoundedChannelOptions(options.MostEvents) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            _ => Interlocked.Increment(ref _lostEvents));
        _reading = ReadAsync();
    }

    /// <summary>What QEMU said of itself.</summary>
    public QmpGreeting Greeting { get; private set; } = null!;

    /// <summary>Whether out-of-band commands may be sent.</summary>
    public bool OutOfBand { get; private set; }

    /// <summary>Events in the order they came. Completes when the connection has gone. For one reader.</summary>
    public ChannelReader<QmpEvent> Events => _events.Reader;

    /// <summary>How many events the reader was too slow for; where this grows, state must be asked for anew.</summary>
    public long LostEvents => Interlocked.Read(ref _lostEvents);

    /// <summary>Completes with the reason when the connection has gone.</summary>
    public Task<MonitorClosedException> Closed => _reading;

    /// <summary>Opens the monitor: greeting and capabilities. The socket is taken over, whatever happens.</summary>
    /// <param name="socket">Connected to QEMU's monitor; QEMU need not have started yet.</param>
    /// <param name="options">Bounds; null for the usual.</param>
    /// <param name="cancellationToken">Gives up; the socket is closed.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU closed the monitor (a <see cref="MonitorClosedException"/> within), or speaks something else;
    /// VIR_ERR_OPERATION_TIMEOUT.</exception>
    public static async Task<QmpClient> OpenAsync(Socket socket, QmpOptions? options = null, CancellationToken cancellationToken = default)
    {
        var client = new QmpClient(socket, options ?? new());
        try
        {
            await client.NegotiateAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">How long it may take; null for the usual.</param>
    /// <param name="cancellationToken">Gives the wait up; QEMU still does what it was told.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU refused (a <see cref="QmpErrorException"/> within) or has gone (a <see cref="MonitorClosedException"/> within);
    /// VIR_ERR_OPERATION_TIMEOUT: no answer in time; the connection stays good.</exception>
    public async Task ExecuteAsync(QmpCommand command, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        await CallAsync(command, deadline, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs a command and reads its answer.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan?, CancellationToken)"/>
    public async Task<T> ExecuteAsync<T>(QmpCommand<T> command, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        command.ReadReply(await CallAsync(command, deadline, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Runs commands sent in one write, and waits for all answers. Throws the first command's error, by order, unless <paramref name="throwOnError"/> is false;
    /// <see cref="QmpBatch.ErrorOf"/> tells each.
    /// </summary>
    /// <param name="batch">The commands.</param>
    /// <param name="deadline">How long all of them may take; null for the usual.</param>
    /// <param name="throwOnError">Whether a refused command is thrown. A connection that has gone always is.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync(QmpCommand, TimeSpan?, CancellationToken)"/>.</exception>
    public async Task ExecuteAsync(QmpBatch batch, TimeSpan? deadline = null, bool throwOnError = true, CancellationToken cancellationToken = default)
    {
        if (batch.Commands.Exists(command => command.Descriptor is not null))
            throw new ArgumentException("A command with a descriptor goes by itself.", nameof(batch));
        batch.Replies.Clear();
        batch.Replies.AddRange(Send(batch.Commands));
        var all = Task.WhenAll(batch.Replies);
        await WaitAsync(all, batch.Commands, deadline, cancellationToken).ConfigureAwait(false);
        if (batch.Commands.Select((_, index) => batch.ErrorOf(index)).FirstOrDefault(error => error is not null && (throwOnError || error.InnerException is MonitorClosedException)) is { } first)
            throw first;
    }

    /// <summary>Waits for an event that comes after this call. Ask before sending the command that brings it about.</summary>
    /// <param name="match">Whether it is the one.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the connection has gone first.</exception>
    public async Task<QmpEvent> WaitForEventAsync(Func<QmpEvent, bool> match, CancellationToken cancellationToken = default)
    {
        var waiter = new EventWaiter(match);
        lock (_eventWaiters)
            _eventWaiters.Add(waiter);
        try
        {
            var first = await Task.WhenAny(waiter.Task, _reading).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (first == waiter.Task || waiter.Task.IsCompleted)
                return await waiter.Task.ConfigureAwait(false);
            var reason = await _reading.ConfigureAwait(false);
            throw VireoException.Internal(ErrorDomain.Qemu, $"{reason.Message} from qemu monitor while waiting for an event", reason);
        }
        finally
        {
            lock (_eventWaiters)
                _eventWaiters.Remove(waiter);
        }
    }

    /// <summary>Closes the connection; QEMU goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new("the monitor was closed", null));
        await _reading.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _descriptorTurn.Dispose();
    }

    private async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        // Sent before the greeting has come: it waits in the socket, and one round trip is saved. Nearly every QEMU takes it.
        var asked = _options.OutOfBand ? Qmp.Capabilities("oob") : Qmp.Capabilities();
        var reply = Send([asked]);
        await WaitAsync(Task.WhenAny(_greeting.Task, _reading), [asked], null, cancellationToken).ConfigureAwait(false);
        if (_greeting.Task.IsCompletedSuccessfully)
            Greeting = await _greeting.Task.ConfigureAwait(false);
        await WaitAsync(reply[0], [asked], null, cancellationToken).ConfigureAwait(false);
        var refused = reply[0].Exception?.InnerException is VireoException { InnerException: QmpErrorException };
        if (!refused)
            await reply[0].ConfigureAwait(false);
        if (Greeting is null)
            throw VireoException.Internal(ErrorDomain.Qemu, "the QEMU monitor answered without a greeting");
        OutOfBand = _options.OutOfBand && !refused;
        if (refused)
            await ExecuteAsync(Qmp.Capabilities(), null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonElement> CallAsync(QmpCommand command, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        if (command.OutOfBand && !OutOfBand)
            command = command with { OutOfBand = false };
        if (command.Descriptor is not null)
            await _descriptorTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var reply = Send([command])[0];
            await WaitAsync(reply, [command], deadline, cancellationToken).ConfigureAwait(false);
            return await reply.ConfigureAwait(false);
        }
        finally
        {
            if (command.Descriptor is not null)
                _descriptorTurn.Release();
        }
    }

    // Waits without throwing what the task throws: who waits for it reads that from the task.
    private async Task WaitAsync(Task task, IReadOnlyList<QmpCommand> commands, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        var limit = deadline ?? _options.Deadline;
        try
        {
            await task.WaitAsync(limit, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.None);
            cancellationToken.ThrowIfCancellationRequested();
            if (!task.IsCompleted)
                throw new TimeoutException();
        }
        catch (TimeoutException exception)
        {
            throw new VireoException(
                ErrorCode.OperationTimeout,
                ErrorDomain.Qemu,
                $"QEMU did not answer '{string.Join("', '", commands.Select(command => command.Name).Distinct().Take(4))}' within {limit.TotalSeconds:0.###} s",
                exception);
        }
    }

    private List<Task<JsonElement>> Send(IReadOnlyList<QmpCommand> commands)
    {
        var replies = new List<Task<JsonElement>>(commands.Count);
        var output = new ArrayBufferWriter<byte>(256);
        try
        {
            foreach (var command in commands)
            {
                var start = output.WrittenCount;
                _pending.Add(
                    id =>
                    {
                        command.Write(output, id);
                        return new(command, Encoding.UTF8.GetString(output.WrittenSpan[start..]));
                    },
                    out var pending);
                replies.Add(pending.Task);
            }

            _connection.Send(output.WrittenMemory, commands[0].Descriptor);
            return replies;
        }
        catch (MonitorClosedException reason)
        {
            // Whatever was queued before is failed by the one that closed the connection; this call fails as a whole.
            Close(reason);
            throw VireoException.Internal(ErrorDomain.Qemu, $"{reason.Message} from qemu monitor; '{commands[0].Name}' was not sent", reason);
        }
    }

    private async Task<MonitorClosedException> ReadAsync()
    {
        // The constructor must have ended before anything is received.
        await Task.Yield();
        MonitorClosedException reason;
        try
        {
            await _connection.ReadAllAsync(Receive).ConfigureAwait(false);
            reason = new(MonitorClosedException.EndOfFile, null);
        }
        catch (MonitorClosedException closed)
        {
            reason = closed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            reason = new($"a message that cannot be understood ({exception.Message})", exception);
        }

        return Close(reason);
    }

    private MonitorClosedException Close(MonitorClosedException reason)
    {
        _connection.Close(reason);
        _pending.Close(reason);
        _events.Writer.TryComplete();
        return reason;
    }

    private void Receive(ReadOnlySequence<byte> line)
    {
        var message = Parse(line);
        if (message.TryGetProperty("event"u8, out _))
            Publish(QmpEvent.Read(message) ?? throw new FormatException("an event without a name"));
        else if (message.TryGetProperty("id"u8, out var id))
            Answer(id, message);
        else if (QmpGreeting.Read(message) is { } greeting)
            _greeting.TrySetResult(greeting);
        else
            throw new FormatException(Excerpt(line));
    }

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line, s_depth);
        return document.RootElement.Clone();
    }

    private void Answer(JsonElement id, JsonElement message)
    {
        if (!_pending.TryTake(id.GetInt32(), out var pending))
            throw new FormatException($"an answer to nothing asked, id {id}");
        pending.Answer(message);
    }

    private void Publish(QmpEvent received)
    {
        lock (_eventWaiters)
        {
            foreach (var waiter in _eventWaiters)
                waiter.Offer(received);
        }

        _events.Writer.TryWrite(received);
    }

    private static string Excerpt(ReadOnlySequence<byte> line) => Encoding.UTF8.GetString(line.Slice(0, Math.Min(line.Length, 120)));

    private sealed class EventWaiter(Func<QmpEvent, bool> match) : TaskCompletionSource<QmpEvent>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Offer(QmpEvent received)
        {
            if (match(received))
                TrySetResult(received);
        }
    }
}
