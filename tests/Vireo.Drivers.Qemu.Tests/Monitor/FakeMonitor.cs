using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>The other end of a monitor connection, played by the test.</summary>
internal sealed class FakeMonitor : IAsyncDisposable
{
    public const string GreetingLine = """{"QMP": {"version": {"qemu": {"micro": 3, "minor": 2, "major": 7}, "package": "Test"}, "capabilities": ["oob"]}}""";

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65536];
    private int _filled;

    private FakeMonitor(Socket socket) => _socket = socket;

    public QmpClient Client { get; private set; } = null!;

    public static (Socket Ours, FakeMonitor Monitor) Raw()
    {
        var (a, b) = UnixSocket.Pair();
        return (a, new(b));
    }

    public static async Task<FakeMonitor> OpenAsync(QmpOptions? options = null)
    {
        var (socket, monitor) = Raw();
        var opening = QmpClient.OpenAsync(socket, options);
        await monitor.SayAsync(GreetingLine);
        var (name, id) = await monitor.HearAsync();
        name.ShouldBe("qmp_capabilities");
        await monitor.ReturnAsync(id);
        monitor.Client = await opening;
        return monitor;
    }

    public Task SayAsync(string line) => SayBytesAsync(Encoding.UTF8.GetBytes(line + "\r\n"));

    public async Task SayBytesAsync(byte[] bytes) => await FdPassing.SendAsync(_socket, bytes);

    public Task ReturnAsync(int id, string value = "{}") => SayAsync($$"""{"return": {{value}}, "id": {{id}}}""");

    public Task RefuseAsync(int id, string errorClass, string description) =>
        SayAsync($$$"""{"id": {{{id}}}, "error": {"class": "{{{errorClass}}}", "desc": "{{{description}}}"}}""");

    public async Task<(string Name, int Id)> HearAsync()
    {
        using var message = JsonDocument.Parse(await HearTextAsync());
        var root = message.RootElement;
        var name = root.TryGetProperty("execute", out var found) ? found : root.GetProperty("exec-oob");
        return (name.GetString()!, root.GetProperty("id").GetInt32());
    }

    /// <summary>One command as sent; they come without line ends.</summary>
    public async Task<string> HearTextAsync()
    {
        while (true)
        {
            if (TakeMessage() is { } text)
                return text;
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_filled));
            if (count == 0)
                throw new EndOfStreamException();
            _filled += count;
        }
    }

    public void Hang() => _socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (Client is not null)
            await Client.DisposeAsync();
    }

    private string? TakeMessage()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), isFinalBlock: false, default);
        if (_filled == 0 || !reader.Read() || !reader.TrySkip())
            return null;
        var length = (int)reader.BytesConsumed;
        var text = Encoding.UTF8.GetString(_buffer, 0, length);
        Buffer.BlockCopy(_buffer, length, _buffer, 0, _filled -= length);
        return text;
    }
}
