using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>The other end of a monitor, played by the test: hears commands, which come without line ends, and says what it is told to.</summary>
internal sealed class FakeQemu : IDisposable
{
    public const string Greeting = """{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}""";

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65536];
    private int _filled;

    private FakeQemu(Socket socket) => _socket = socket;

    /// <summary>Two connected sockets: the fake on one, the other for the monitor.</summary>
    public static async Task<(FakeQemu Qemu, Socket Monitor)> PairAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "vireo-qmp-" + Guid.NewGuid().ToString("N")[..8]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var server = await listener.AcceptAsync();
        File.Delete(path);
        return (new FakeQemu(server), client);
    }

    /// <summary>Greets and answers the negotiation.</summary>
    public async Task GreetAsync()
    {
        Say(Greeting);
        var (_, id) = await CommandAsync();
        Say($$"""{"return":{},"id":{{id}}}""");
    }

    public void Say(string line) => SayRaw(line + "\r\n");

    public void SayRaw(string text) => _socket.Send(Encoding.UTF8.GetBytes(text));

    public async Task<(string Name, uint Id)> CommandAsync()
    {
        using var document = JsonDocument.Parse(await TextAsync());
        var root = document.RootElement;
        var name = root.TryGetProperty("execute", out var execute) ? execute.GetString()! : "oob:" + root.GetProperty("exec-oob").GetString();
        return (name, root.GetProperty("id").GetUInt32());
    }

    /// <summary>One command as it was sent.</summary>
    public async Task<string> TextAsync()
    {
        while (true)
        {
            if (TakeMessage() is { } text)
                return text;
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_filled)).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            _filled += count > 0 ? count : throw new EndOfStreamException();
        }
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

    public void Dispose() => _socket.Dispose();
}
