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
internal sealed partial class GuestAgent : IAsyncDisposable
{
    private const int LongestMessage = 10 << 20;
    private const byte Sentinel = 0xff;

    private readonly JsonConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _reading;
    private volatile bool _failed;

    // A guest that talks without being asked pushes out its own words.
    private readonly Channel<JsonElement> _messages = Channel.CreateBounded<JsonElement>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

    /// <summary>Takes a connected channel over.</summary>
    public GuestAgent(Socket socket)
    {
        _connection = new(socket, LongestMessage, mostUnsent: 1 << 20) { SendFailed = _ => Close() };
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>How long the guest may take to answer a synchronization, where commands may take longer.</summary>
    public TimeSpan SynchronizationDeadline { get; init; } = AgentPatience.Short;

    /// <summary>How long a command may take unless its caller says otherwise; infinite by default, as libvirt has it.</summary>
    public TimeSpan Patience { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Whether the channel is still there.</summary>
    public bool IsOpen => !_reading.IsCompleted;

    /// <summary>Whether the channel ended because of what the guest sent.</summary>
    public bool Failed => _failed;

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command, <c>guest-fsfreeze-status</c>.</param>
    /// <param name="deadline">How long it may take; <see cref="Patience"/> when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationCanceledException">Given up; like the next, with an <see cref="UnansweredCommandException"/> within when the guest may still carry the command out.</exception>
    /// <exception cref="VireoException">VIR_ERR_AGENT_UNRESPONSIVE: no answer in time, or none that can be understood; VIR_ERR_INTERNAL_ERROR: the agent refused (a <see cref="QmpErrorException"/> within).</exception>
    public async Task<JsonElement> ExecuteAsync(QmpCommand command, TimeSpan? deadline, CancellationToken cancellationToken) =>
        Result(command.Name, await ExchangeAsync(command.Name, output => command.Write(output, id: null), deadline, cancellationToken).ConfigureAwait(false));

    /// <summary>Runs a command that stands ready as JSON and returns the agent's whole answer.</summary>
    /// <param name="command">A JSON object.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public async Task<JsonElement> ExecuteRawAsync(JsonElement command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var name = command.ValueKind == JsonValueKind.Object && command.TryGetProperty("execute"u8, out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "<unknown>";
        var reply = await ExchangeAsync(
            name,
            output =>
            {
                using var writer = new Utf8JsonWriter(output);
                command.WriteTo(writer);
            },
            deadline,
            cancellationToken).ConfigureAwait(false);
        Result(name, reply);
        return reply;
    }

    /// <summary>Has the guest shut itself down. The agent gives no answer to that when it obeys.</summary>
    /// <param name="mode"><c>powerdown</c>, <c>reboot</c> or <c>halt</c>.</param>
    /// <param name="obeyed">Ends when the guest is seen to obey. That the agent goes away says so too.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public Task ShutdownAsync(string mode, Task obeyed, TimeSpan patience, CancellationToken cancellationToken) =>
        LeaveAsync(new QmpCommand("guest-shutdown", w => w.WriteString("mode", mode)), obeyed, patience, cancellationToken);

    /// <summary>Puts the guest to sleep. An agent that obeys does not answer.</summary>
    /// <param name="kind">ram, disk or hybrid.</param>
    /// <param name="obeyed">Ends when the guest sleeps.</param>
    /// <param name="patience">How long either is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ShutdownAsync"/>.</exception>
    public Task SuspendAsync(string kind, Task obeyed, TimeSpan patience, CancellationToken cancellationToken) =>
        LeaveAsync(new QmpCommand("guest-suspend-" + kind), obeyed, patience, cancellationToken);

    private async Task LeaveAsync(QmpCommand command, Task obeyed, TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
            Send(output => command.Write(output, id: null));
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var reply = NextWithinAsync(command.Name, patience, waiting.Token);
            if (await Task.WhenAny(reply, obeyed).ConfigureAwait(false) == reply)
            {
                Result(command.Name, await reply.ConfigureAwait(false));
                return;
            }

            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)reply).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (ChannelClosedException)
        {
            // It obeys.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Sends a command behind one that was not answered, without waiting for that: the guest works in order, so this is done when it comes to it. Waits for it to be done.
    /// </summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task ExecuteBehindAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var id = Random.Shared.Next();
            Send(output => command.Write(output, id: null));
            Send(output => Synchronization(id).Write(output, id: null), synchronize: true);
            JsonElement? last = null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(deadline);
            while (await NextWithinAsync(command.Name, Timeout.InfiniteTimeSpan, limit.Token).ConfigureAwait(false) is var reply && !IsEcho(reply, id))
                last = reply;
            if (last is { } answer)
                Result(command.Name, answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unresponsive("Guest agent not available for now", command.Name);
        }
        catch (ChannelClosedException)
        {
            throw Unresponsive("Guest agent disappeared while executing command");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the channel.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _reading.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<JsonElement> ExchangeAsync(string name, Action<IBufferWriter<byte>> write, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
            Send(write);
            return await AnswerAsync(name, deadline ?? Patience, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<JsonElement> AnswerAsync(string name, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await NextWithinAsync(name, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(e.Message, new UnansweredCommandException(name), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw Unresponsive("Guest agent disappeared while executing command", name);
        }
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        if (!IsOpen)
            throw Unresponsive("Guest agent disappeared while executing command");
        var id = Random.Shared.Next();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience >= TimeSpan.Zero && Patience < SynchronizationDeadline ? Patience : SynchronizationDeadline);
        try
        {
            Send(output => Synchronization(id).Write(output, id: null), synchronize: true);
            // Answers to commands that were given up come first.
            while (!IsEcho(await NextAsync(deadline.Token).ConfigureAwait(false), id))
            {
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unresponsive("Guest agent not available for now");
        }
        catch (ChannelClosedException)
        {
            throw Unresponsive("Guest agent disappeared while executing command");
        }
    }

    private static QmpCommand Synchronization(int id) => new("guest-sync-delimited", w => w.WriteNumber("id", id));

    private static bool IsEcho(JsonElement reply, long id) =>
        reply.TryGetProperty("return"u8, out var echo) && echo.ValueKind == JsonValueKind.Number && echo.TryGetInt64(out var number) && number == id;

    private ValueTask<JsonElement> NextAsync(CancellationToken cancellationToken) => _messages.Reader.ReadAsync(cancellationToken);

    private async Task<JsonElement> NextWithinAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit == TimeSpan.Zero)
            throw Unresponsive("Guest agent not available for now", command);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await NextAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unresponsive("Guest agent not available for now", command);
        }
    }

    private void Send(Action<IBufferWriter<byte>> write, bool synchronize = false)
    {
        var output = new ArrayBufferWriter<byte>(128);
        if (synchronize)
            output.Write([Sentinel]);
        write(output);
        output.Write("\n"u8);
        if (!_connection.TrySend(output.WrittenMemory))
            throw Unresponsive("Guest agent not available for now");
    }

    private async Task ReadAsync()
    {
        try
        {
            await _connection.ReadAllAsync(Receive).ConfigureAwait(false);
        }
        catch (FormatException)
        {
            _failed = true;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
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

    private static JsonElement Result(string command, JsonElement reply)
    {
        if (reply.TryGetProperty("return"u8, out var result))
            return result;
        var error = reply.GetProperty("error"u8);
        var (kind, words) = error.ValueKind == JsonValueKind.Object
            ? (error.StrOrNull("class") ?? "GenericError", error.StrOrNull("desc") ?? "no description")
            : ("GenericError", "no description");
        throw VireoException.Internal(ErrorDomain.Qemu, $"unable to execute QEMU agent command '{command}': {words}", new QmpErrorException(command, kind, words));
    }

    private static VireoException Unresponsive(string why, string? unanswered = null) =>
        new(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, why, unanswered is null ? null : new UnansweredCommandException(unanswered));

    private void Close()
    {
        _connection.Close();
        _messages.Writer.TryComplete();
    }
}
