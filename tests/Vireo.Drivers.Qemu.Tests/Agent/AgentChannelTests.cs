using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tests.Agent;

public sealed class AgentChannelTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly TemporaryDirectory _dir = new();
    private readonly Socket _listener;
    private readonly AgentChannel _channel;

    public AgentChannelTests()
    {
        _listener = UnixSocket.Listen(_dir["agent.sock"]);
        _channel = new AgentChannel("channel0", _dir["agent.sock"], "vm1", NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        _listener.Dispose();
        _dir.Dispose();
    }

    [Fact]
    public async Task The_agent_is_there_while_the_guest_holds_its_end_open()
    {
        Refusal().ShouldBe("Guest agent is not responding: QEMU guest agent is not connected");
        _channel.Connect();
        var first = _channel.Require();
        _channel.Connect();
        _channel.Require().ShouldBeSameAs(first);
        _channel.Disconnect();
        Refusal().ShouldBe("Guest agent is not responding: QEMU guest agent is not connected");
        _channel.Connect();
        _channel.Require().ShouldNotBeSameAs(first);
        await _channel.DisposeAsync();
        _channel.Connect();
        Refusal().ShouldContain("is not connected");
    }

    [Fact]
    public async Task A_channel_that_nobody_serves_is_an_error_until_the_guest_comes_anew()
    {
        await using var dead = new AgentChannel("channel0", _dir["nobody.sock"], "vm1", NullLogger.Instance);
        dead.Connect();
        Should.Throw<VireoException>(() => dead.Require()).Message.ShouldBe("Guest agent is not responding: QEMU guest agent is not available due to an error");
        dead.Disconnect();
        Should.Throw<VireoException>(() => dead.Require()).Message.ShouldBe("Guest agent is not responding: QEMU guest agent is not connected");
    }

    [Fact]
    public async Task A_thaw_that_is_owed_is_done_when_the_agent_comes_back()
    {
        _channel.OweThaw();
        _channel.Connect();
        using var guest = await _listener.AcceptAsync().WaitAsync(s_patience);
        using var heard = new StreamReader(new NetworkStream(guest), Encoding.Latin1);
        await EchoAsync(guest, heard);
        (await heard.ReadLineAsync().WaitAsync(s_patience)).ShouldBe("""{"execute":"guest-fsfreeze-thaw"}""");
        await guest.SendAsync("{\"return\": 1}\n"u8.ToArray());

        // It is owed no more: what comes next is what is asked next.
        var time = _channel.Require().GetTimeAsync(default);
        await EchoAsync(guest, heard);
        (await heard.ReadLineAsync().WaitAsync(s_patience)).ShouldBe("""{"execute":"guest-get-time"}""");
        await guest.SendAsync("{\"return\": 1700000000000000005}\n"u8.ToArray());
        (await time).ShouldBe((1700000000, 5u));
    }

    [Fact]
    public void Only_the_agents_own_port_counts()
    {
        static DomainConfig With(string channel) => DomainConfig.Parse($"<domain type='qemu'><name>vm1</name><devices>{channel}</devices></domain>");

        AgentChannel.Of(With("<channel type='unix'><target type='virtio' name='other.0'/><alias name='channel0'/></channel>"), NullLogger.Instance).ShouldBeNull();
        AgentChannel.Of(With("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/><alias name='channel0'/></channel>"), NullLogger.Instance)!.Alias.ShouldBe("channel0");
    }

    private string Refusal() => Should.Throw<VireoException>(() => _channel.Require()).Message;

    private static async Task EchoAsync(Socket guest, StreamReader heard)
    {
        var line = (await heard.ReadLineAsync().WaitAsync(s_patience))!;
        using var document = JsonDocument.Parse(line[1..]);
        await guest.SendAsync(Encoding.UTF8.GetBytes($$"""{"return": {{document.RootElement.GetProperty("arguments").GetProperty("id").GetInt64()}}}""" + "\n"));
    }
}
