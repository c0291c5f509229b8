using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// One connection to a QEMU's monitor: many commands in flight, answers matched by id, events in order. When the connection ends, everything
/// that waits fails. QEMU reads its monitor byte by byte, so ids are short and commands that belong together go out in one write.
/// </summary>
internal sealed partial class QmpMonitor : IAsyncDisposable
{
    /// <summary>How long a command may take unless its caller says otherwise.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly Action<QmpEvent> _onEvent;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Pending> _pending = [];
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<JsonElement> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _lastId;
    private bool _ended;
    private Task _reading = Task.CompletedTask;

    private QmpMonitor(Socket socket, Action<QmpEvent> onEvent)
    {
        _socket = socket;
        _onEvent = onEvent;
    }

    /// <summary>Completes when the connection ends, with the cause; null for an orderly end of file.</summary>
    public Task<Exception?> Closed => _closed.Task;

    /// <summary>QEMU's version from its greeting.</summary>
    public Version Version { get; private set; } = new(0, 0);

    /// <summary>Whether commands can overtake others (<c>exec-oob</c>).</summary>
    public bool HasOutOfBand { get; private set; }

    /// <summary>Takes over a connected socket, waits for the greeting and leaves the negotiation mode.</summary>
    /// <param name="socket">Connected to the monitor; closed with the monitor, also when this fails.</param>
    /// <param name="onEvent">Called for each event in order; must not block.</param>
    /// <param name="deadline">How long the greeting may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_OPERATION_FAILED when QEMU went away, VIR_ERR_INTERNAL_ERROR for what is no QMP.</exception>
    public static async Task<QmpMonitor> OpenAsync(Socket socket, Action<QmpEvent> onEvent, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var monitor = new QmpMonitor(socket, onEvent);
        monitor._reading = Task.Run(monitor.ReadAsync, CancellationToken.None);
        try
        {
            var greeting = await monitor.WithinAsync(monitor._greeting.Task, "greeting", deadline, cancellationToken).ConfigureAwait(false);
            monitor.Greeted(greeting);
            var enable = monitor.HasOutOfBand ? """{"enable":["oob"]}""" : null;
            await monitor.ExecuteAsync(new QmpCommand("qmp_capabilities", enable), deadline, cancellationToken).ConfigureAwait(false);
            return monitor;
        }
        catch
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one command and waits for its answer.</summary>
    /// <exception cref="VireoException">What QEMU answered; VIR_ERR_OPERATION_TIMEOUT; VIR_ERR_OPERATION_FAILED when it went away.</exception>
    public Task<JsonElement> ExecuteAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken) =>
        SendAsync([command], "execute", deadline, cancellationToken)[0];

    /// <summary>Sends one command with the usual deadline.</summary>
    public Task<JsonElement> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken) => ExecuteAsync(command, DefaultDeadline, cancellationToken);

    /// <summary>Sends a command that overtakes those that wait; an ordinary one when this QEMU cannot.</summary>
    public Task<JsonElement> ExecuteOutOfBandAsync(QmpCommand command, TimeSpan deadline, CancellationToken cancellationToken) =>
        SendAsync([command], HasOutOfBand ? "exec-oob" : "execute", deadline, cancellationToken)[0];

    /// <summary>
    /// Sends commands in one write; QEMU carries them out one after the other, those after a failed one too. Each has its own answer.
    /// </summary>
    public Task<JsonElement>[] ExecuteEach(IReadOnlyList<QmpCommand> commands, TimeSpan deadline, CancellationToken cancellationToken) =>
        SendAsync(commands, "execute", deadline, cancellationToken);

    /// <summary>Sends commands in one write and waits for all answers. The first failure is thrown when all have been answered.</summary>
    public async Task<JsonElement[]> ExecuteAllAsync(IReadOnlyList<QmpCommand> commands, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var answers = ExecuteEach(commands, deadline, cancellationToken);
        await ((Task)Task.WhenAll(answers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var results = new JsonElement[answers.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            results[i] = await answers[i].ConfigureAwait(false);
        }

        return results;
    }

    /// <summary>Closes the connection; everything that waits fails.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    private void Greeted(JsonElement greeting)
    {
        try
        {
            var qmp = greeting.GetProperty("QMP");
            var version = qmp.GetProperty("version").GetProperty("qemu");
            Version = new Version(version.GetProperty("major").GetInt32(), version.GetProperty("minor").GetInt32(), version.GetProperty("micro").GetInt32());
            HasOutOfBand = qmp.TryGetProperty("capabilities", out var offered) && offered.EnumerateArray().Any(c => c.ValueEquals("oob"));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw QmpErrors.Garbage("its greeting lacks the version", e);
        }
    }

    private Task<JsonElement>[] SendAsync(IReadOnlyList<QmpCommand> commands, string verb, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var pending = new Pending[commands.Count];
        lock (_gate)
        {
            for (var i = 0; i < pending.Length; i++)
            {
                var waiting = pending[i] = new Pending(++_lastId, commands[i].Name);
                if (_ended)
                {
                    waiting.Answer.SetException(QmpErrors.Gone(waiting.Command, null));
                }
                else
                {
                    _pending.Add(waiting.Id, waiting);
                }
            }
        }

        var sent = WriteAsync(Encode(commands, pending, verb), cancellationToken);
        return [.. pending.Select(p => AnswerAsync(p, sent, deadline, cancellationToken))];
    }

    private async Task<JsonElement> AnswerAsync(Pending waiting, Task sent, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            await sent.ConfigureAwait(false);
            return await WithinAsync(waiting.Answer.Task, waiting.Command, deadline, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _pending.Remove(waiting.Id);
            }
        }
    }

    private async Task<JsonElement> WithinAsync(Task<JsonElement> answer, string command, TimeSpan deadline, CancellationToken cancellationToken)
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

    private async Task WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Not cancelled half-way: half a command would spoil the connection for everybody.
            for (var rest = bytes.AsMemory(); rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, CancellationToken.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            End(e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static byte[] Encode(IReadOnlyList<QmpCommand> commands, Pending[] pending, string verb)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pending.Length; i++)
        {
            text.Append("{\"").Append(verb).Append("\":\"").Append(commands[i].Name).Append('"');
            if (commands[i].Arguments is { } arguments)
            {
                text.Append(",\"arguments\":").Append(arguments);
            }

            text.Append(CultureInfo.InvariantCulture, $",\"id\":{pending[i].Id}}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private sealed record Pending(uint Id, string Command)
    {
        public TaskCompletionSource<JsonElement> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
