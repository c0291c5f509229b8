using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// One connection to a QEMU's monitor: many commands in flight, answers matched by id, events in order. When the connection ends, everything
/// that waits fails. QEMU reads its monitor byte by byte, so ids are short and commands that belong together go out in one write.
/// </summary>
internal sealed partial class QmpMonitor : IAsyncDisposable
{
    /// <summary>How long a command may take unless its caller says otherwise.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    // No command has such a member.
    private static readonly byte[] s_spoilt = [.. ",\"held\":0}"u8];

    private readonly QmpOptions _options;
    private readonly Action<QmpEvent> _onEvent;
    private readonly JsonConnection _connection;
    private readonly PendingReplies _pending;
    private readonly List<EventWaiter> _eventWaiters = [];
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<JsonElement> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // QEMU reads ahead of what it runs and keeps only the descriptor that came last: one such command at a time.
    private readonly SemaphoreSlim _descriptorTurn = new(1, 1);
    private Task _reading = Task.CompletedTask;

    private QmpMonitor(Socket socket, Action<QmpEvent> onEvent, QmpOptions options)
    {
        _options = options;
        _onEvent = onEvent;
        _pending = new(options.MostInFlight);
        _connection = new(socket, options.LongestMessage, mostUnsent: options.LongestMessage) { SendFailed = End };
    }

    /// <summary>Completes when the connection ends, with the cause; null for an orderly end of file.</summary>
    public Task<Exception?> Closed => _closed.Task;

    /// <summary>QEMU's version from its greeting.</summary>
    public Version Version { get; private set; } = new(0, 0);

    /// <summary>The packager's addition to the version, often empty.</summary>
    public string Package { get; private set; } = "";

    /// <summary>Whether commands can overtake others (<c>exec-oob</c>).</summary>
    public bool HasOutOfBand { get; private set; }

    /// <summary>Takes over a connected socket, waits for the greeting and leaves the negotiation mode.</summary>
    /// <param name="socket">Connected to the monitor; QEMU need not listen to it yet. Closed with the monitor, also when this fails.</param>
    /// <param name="onEvent">Called for each event in order; must not block.</param>
    /// <param name="deadline">How long the greeting may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_OPERATION_FAILED when QEMU went away, VIR_ERR_INTERNAL_ERROR for what is no QMP.</exception>
    public static Task<QmpMonitor> OpenAsync(Socket socket, Action<QmpEvent> onEvent, TimeSpan deadline, CancellationToken cancellationToken) =>
        OpenAsync(socket, onEvent, deadline, new(), cancellationToken);

    /// <inheritdoc cref="OpenAsync(Socket, Action{QmpEvent}, TimeSpan, CancellationToken)"/>
    public static async Task<QmpMonitor> OpenAsync(Socket socket, Action<QmpEvent> onEvent, TimeSpan deadline, QmpOptions options, CancellationToken cancellationToken)
    {
        var monitor = new QmpMonitor(socket, onEvent, options);
        monitor._reading = Task.Run(monitor.ReadAsync, CancellationToken.None);
        try
        {
            await monitor.NegotiateAsync(deadline, cancellationToken).ConfigureAwait(false);
            return monitor;
        }
        catch
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one command and waits for its answer.</summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">Gives the wait up; QEMU still does what it was told.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU refused (a <see cref="QmpErrorException"/> within); VIR_ERR_OPERATION_TIMEOUT, after which the connection
    /// is still good; VIR_ERR_OPERATION_FAILED when it went away (a <see cref="MonitorClosedException"/> within).</exception>
    public async Task<JsonElement> ExecuteAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (command.Descriptor is null)
            return await AnswerAsync(Send([command])[0].Task, command.Name, deadline, cancellationToken).ConfigureAwait(false);
        await _descriptorTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await AnswerAsync(Send([command])[0].Task, command.Name, deadline, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _descriptorTurn.Release();
        }
    }

    /// <summary>Sends one command with the usual deadline.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public Task<JsonElement> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken) => ExecuteAsync(command, DefaultDeadline, cancellationToken);

    /// <summary>Sends one command and reads its answer.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public async Task<T> ExecuteAsync<T>(QmpCommand<T> command, TimeSpan deadline, CancellationToken cancellationToken) =>
        command.ReadReply(await ExecuteAsync((QmpCommand)command, deadline, cancellationToken).ConfigureAwait(false));

    /// <summary>Sends one command with the usual deadline and reads its answer.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public Task<T> ExecuteAsync<T>(QmpCommand<T> command, CancellationToken cancellationToken) => ExecuteAsync(command, DefaultDeadline, cancellationToken);

    /// <summary>Sends a command that overtakes those that wait; an ordinary one when this QEMU cannot.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public Task<JsonElement> ExecuteOutOfBandAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken) =>
        ExecuteAsync(command with { OutOfBand = HasOutOfBand }, deadline, cancellationToken);

    /// <summary>
    /// Sends commands in one write; QEMU carries them out one after the other, those after a failed one too. Each has its own answer.
    /// </summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public Task<JsonElement>[] ExecuteEach(IReadOnlyList<QmpCommand> commands, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (commands.Any(static command => command.Descriptor is not null))
            throw new ArgumentException("A command with a descriptor goes by itself.", nameof(commands));
        return [.. Send(commands).Zip(commands, (pending, command) => AnswerAsync(pending.Task, command.Name, deadline, cancellationToken))];
    }

    /// <summary>Sends commands in one write and waits for all answers. The first failure is thrown when all have been answered.</summary>
    /// <inheritdoc cref="ExecuteAsync(QmpCommand, TimeSpan, CancellationToken)"/>
    public async Task<JsonElement[]> ExecuteAllAsync(IReadOnlyList<QmpCommand> commands, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var answers = ExecuteEach(commands, deadline, cancellationToken);
        await ((Task)Task.WhenAll(answers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var results = new JsonElement[answers.Length];
        for (var i = 0; i < answers.Length; i++)
            results[i] = await answers[i].ConfigureAwait(false);
        return results;
    }

    /// <summary>Sends a batch in one write and waits for all answers; errors are told by the batch, command by command.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED when QEMU went away before it got it.</exception>
    public async Task ExecuteAsync(QmpBatch batch, TimeSpan deadline, CancellationToken cancellationToken)
    {
        batch.Replies = ExecuteEach(batch.Commands, deadline, cancellationToken);
        await ((Task)Task.WhenAll(batch.Replies)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends all of a command but its end, to be run by <see cref="HeldCommand.ReleaseAsync"/> without the time QEMU takes to read it. Nothing waits for it meanwhile.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the connection has gone, or too many commands wait.</exception>
    public HeldCommand Hold(QmpCommand command)
    {
        var output = new ArrayBufferWriter<byte>(256);
        var pending = Encode([command], output)[0];
        if (_connection.TryHold(output.WrittenMemory, end: 1, s_spoilt) is { } held)
            return new(this, command, pending, held);
        End(QmpErrors.Unread());
        throw QmpErrors.Unread();
    }

    /// <summary>Waits for an event that comes after this call. Ask before sending the command that brings it about.</summary>
    /// <param name="match">Whether it is the one; called by the reader, must not block.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the connection has gone first.</exception>
    public async Task<QmpEvent> WaitForEventAsync(Func<QmpEvent, bool> match, CancellationToken cancellationToken)
    {
        var waiter = new EventWaiter(match);
        lock (_eventWaiters)
            _eventWaiters.Add(waiter);
        try
        {
            await Task.WhenAny(waiter.Task, Closed).WaitAsync(cancellationToken).ConfigureAwait(false);
            return waiter.Task.IsCompleted
                ? await waiter.Task.ConfigureAwait(false)
                : throw QmpErrors.Gone("waiting for an event", await Closed.ConfigureAwait(false));
        }
        finally
        {
            lock (_eventWaiters)
                _eventWaiters.Remove(waiter);
        }
    }

    /// <summary>Closes the connection; everything that waits fails.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new ObjectDisposedException(nameof(QmpMonitor)));
        await _reading.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task NegotiateAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        // Sent before the greeting has come: it waits in the socket, and a round trip is saved. Only an old QEMU refuses it.
        var asked = _options.OutOfBand ? Qmp.Capabilities("oob") : Qmp.Capabilities();
        var reply = Send([asked])[0].Task;
        try
        {
            await AnswerAsync(reply, "greeting", deadline, cancellationToken).ConfigureAwait(false);
            HasOutOfBand = _options.OutOfBand;
        }
        catch (VireoException exception) when (exception.InnerException is QmpErrorException && _options.OutOfBand)
        {
            await ExecuteAsync(Qmp.Capabilities(), deadline, cancellationToken).ConfigureAwait(false);
        }

        if (!_greeting.Task.IsCompletedSuccessfully)
            throw QmpErrors.Garbage("an answer without a greeting");
        Greeted(await _greeting.Task.ConfigureAwait(false));
    }

    private void Greeted(JsonElement greeting)
    {
        try
        {
            var version = greeting.GetProperty("version"u8);
            Version = Qmp.ReadVersion(version);
            Package = version.StrOrNull("package") ?? "";
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw QmpErrors.Garbage("its greeting lacks the version", e);
        }
    }

    internal static async Task<JsonElement> AnswerAsync(Task<JsonElement> answer, string command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw QmpErrors.Late(command, deadline);
        }
    }

    private List<PendingReply> Send(IReadOnlyList<QmpCommand> commands)
    {
        var output = new ArrayBufferWriter<byte>(256);
        // One of our own: who gives up waiting closes theirs, and what waits to be sent is sent all the same.
        var descriptor = commands[0].Descriptor is { } given ? HostFile.Duplicate(given) : null;
        List<PendingReply> pending;
        try
        {
            pending = Encode(commands, output);
        }
        catch
        {
            descriptor?.Dispose();
            throw;
        }

        if (!_connection.TrySend(output.WrittenMemory, descriptor))
            End(QmpErrors.Unread());
        return pending;
    }

    private List<PendingReply> Encode(IReadOnlyList<QmpCommand> commands, ArrayBufferWriter<byte> output) => _pending.Add(commands, (command, id) =>
    {
        var start = output.WrittenCount;
        command.Write(output, id);
        return new(command, Encoding.UTF8.GetString(output.WrittenSpan[start..]));
    });

    private sealed class EventWaiter(Func<QmpEvent, bool> match) : TaskCompletionSource<QmpEvent>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Offer(QmpEvent happened)
        {
            if (match(happened))
                TrySetResult(happened);
        }
    }
}
