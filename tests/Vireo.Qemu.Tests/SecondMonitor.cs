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

    /// <summary>The domain's document with such a connection's socket in it.</summary>
    public static string Added(TestDomain domain, string socket) => domain.ToXml()
        .Replace("<domain type='qemu'>", "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", StringComparison.Ordinal)
        .Replace(
            "</domain>",
            $"<qemu:commandline><qemu:arg value='-qmp'/><qemu:arg value='unix:{socket},server=on,wait=off'/></qemu:commandline></domain>",
            StringComparison.Ordinal);

    public static async Task<SecondMonitor> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var monitor = new SecondMonitor(socket);
        await monitor.AskAsync("""{"execute":"qmp_capabilities"}""");
        return monitor;
    }

    /// <summary>Does to the first disk what the guest would: through the device.</summary>
    /// <param name="command">As qemu-io has it.</param>
    public async Task WriteAsync(string command)
    {
        var devices = await AskAsync("""{"execute":"query-block"}""");
        string device = devices.EnumerateArray().First(b => b.TryGetProperty("inserted", out _)).GetProperty("qdev").GetString()!;
        string line = JsonSerializer.Serialize($"qemu-io -d {device} \"{command}\"");
        var said = await AskAsync($$$"""{"execute":"human-monitor-command","arguments":{"command-line":{{{line}}}}}""");
        said.GetString()!.ShouldNotContain("rror");
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
