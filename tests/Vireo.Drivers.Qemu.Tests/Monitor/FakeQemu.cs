using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>The other end of a monitor, played by the test: reads commands line by line and says what it is told to.</summary>
internal sealed class FakeQemu : IDisposable
{
    public const string Greeting = """{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}""";

    private readonly Socket _socket;
    private readonly StreamReader _lines;

    private FakeQemu(Socket socket)
    {
        _socket = socket;
        _lines = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
    }

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
        var line = await _lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) ?? throw new EndOfStreamException();
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var name = root.TryGetProperty("execute", out var execute) ? execute.GetString()! : "oob:" + root.GetProperty("exec-oob").GetString();
        return (name, root.GetProperty("id").GetUInt32());
    }

    public void Dispose() => _socket.Dispose();
}
