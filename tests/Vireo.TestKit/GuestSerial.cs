using System.Net.Sockets;
using System.Text;

namespace Vireo.TestKit;

/// <summary>Talks to the small guest over its serial port, a UNIX socket that QEMU listens on.</summary>
public sealed class GuestSerial : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private readonly StringBuilder _pending = new();
    private int _number;

    private GuestSerial(Socket socket) => _socket = socket;

    /// <summary>Connects and waits until the guest answers.</summary>
    /// <exception cref="TimeoutException">The guest did not answer in time.</exception>
    public static async Task<GuestSerial> ConnectAsync(string path, TimeSpan? limit = null)
    {
        using var timer = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(60));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), timer.Token);
        var serial = new GuestSerial(socket);
        try
        {
            // What is written before the guest has opened the port is lost, hence the asking again.
            while (!await serial.AnswersAsync(timer.Token))
            {
            }

            return serial;
        }
        catch (OperationCanceledException)
        {
            await serial.DisposeAsync();
            throw new TimeoutException($"The guest at {path} did not answer; it said: {serial._pending}");
        }
    }

    /// <summary>Sends a command and returns the guest's answer.</summary>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<string> AskAsync(string command, TimeSpan? limit = null)
    {
        using var timer = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(30));
        try
        {
            return await ExchangeAsync(command, timer.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The guest did not answer {command}; it said: {_pending}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(400);
        try
        {
            return await ExchangeAsync("PING", attempt.Token) == "PONG";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<string> ExchangeAsync(string command, CancellationToken cancellationToken)
    {
        string number = $"q{++_number}";
        await _socket.SendAsync(Encoding.UTF8.GetBytes($"{number} {command}\n"), cancellationToken);
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken);
            if (line.StartsWith($"@{number} ", StringComparison.Ordinal))
                return line[(number.Length + 2)..].TrimEnd();
            if (line == "@" + number)
                return "";
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            string text = _pending.ToString();
            int end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end >= 0)
            {
                _pending.Remove(0, end + 1);
                return text[..end].Trim('\r');
            }

            int count = await _socket.ReceiveAsync(_buffer, cancellationToken);
            if (count == 0)
                throw new IOException("The guest's serial port was closed: QEMU has ended.");
            _pending.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
    }
}
