using System.Net.Sockets;
using System.Text.Json;

namespace Vireo.Qemu.Tests;

/// <summary>A QMP connection of the test's own, beside the daemon's: what the guest would do to a disk is done through it.</summary>
public sealed class SecondMonitor : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private SecondMonitor(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
    }

    public static async Task<SecondMonitor> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var monitor = new SecondMonitor(socket);
        await monitor.AskAsync("""{"execute":"qmp_capabilities"}""");
        return monitor;
    }

    /// <summary>The answer to a command; greeting and events are passed over.</summary>
    public async Task<JsonElement> AskAsync(string command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\n"), limit.Token);
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            using var answer = JsonDocument.Parse(line);
            if (answer.RootElement.TryGetProperty("error", out var error))
                throw new InvalidOperationException($"{command}: {error}");
            if (answer.RootElement.TryGetProperty("return", out var value))
                return value.Clone();
        }

        throw new EndOfStreamException($"{command}: no answer");
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }
}
