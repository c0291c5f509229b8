using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tests.Agent;

public sealed class GuestAgentTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly Socket _guest;
    private readonly GuestAgent _agent;
    private readonly StreamReader _heard;

    public GuestAgentTests()
    {
        var (host, guest) = UnixSocket.Pair();
        _guest = guest;
        _agent = new(host) { SynchronizationDeadline = TimeSpan.FromMilliseconds(800) };
        _heard = new StreamReader(new NetworkStream(guest), Encoding.Latin1);
    }

    public async ValueTask DisposeAsync()
    {
        _guest.Dispose();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Freezes_and_thaws_after_a_synchronization()
    {
        var freeze = _agent.FreezeAsync(["/a", "/b"], s_patience, default);
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-freeze-list","arguments":{"mountpoints":["/a","/b"]}}""");
        Say("""{"return": 2}""");
        (await freeze).ShouldBe(2);
        var frozen = _agent.IsFrozenAsync(s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"return": "frozen"}""");
        (await frozen).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_left_of_an_earlier_command_is_passed_over()
    {
        Say("""{"return": 77}""");
        var thaw = _agent.ThawAsync(s_patience, default);
        var id = await HearSynchronizationAsync();
        Say("""{"return": {"half""");
        Say("garbage \u0001");
        Say("""{"return": 78}""");
        SayBytes([0xff, .. Encoding.UTF8.GetBytes($$"""{"return": {{id}}}"""), (byte)'\n']);
        await HearAsync();
        Say("""{"return": 3}""");
        (await thaw).ShouldBe(3);
    }

    [Fact]
    public async Task A_silent_guest_is_given_up_in_time_and_may_come_back()
    {
        var error = await Should.ThrowAsync<VireoException>(() => _agent.ThawAsync(s_patience, default));
        error.Code.ShouldBe(ErrorCode.AgentUnresponsive);
        error.Message.ShouldContain("synchronization within '0.8' seconds");
        await HearSynchronizationAsync();
        var slow = _agent.ThawAsync(TimeSpan.FromMilliseconds(50), default);
        await AnswerSynchronizationAsync();
        (await Should.ThrowAsync<VireoException>(() => slow)).Message.ShouldContain("'guest-fsfreeze-thaw'");
        await HearAsync();
        Say("""{"return": 1}""");
        var thaw = _agent.ThawAsync(s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"return": 2}""");
        (await thaw).ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_keeps_the_agents_words()
    {
        var freeze = _agent.FreezeAsync(null, s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"error": {"class": "CommandNotFound", "desc": "Command guest-fsfreeze-freeze has been disabled"}}""");
        (await Should.ThrowAsync<VireoException>(() => freeze)).Message
            .ShouldBe("internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': Command guest-fsfreeze-freeze has been disabled");
    }

    [Fact]
    public async Task A_shutdown_that_is_obeyed_has_no_answer()
    {
        var shutdown = _agent.ShutdownAsync("powerdown", TimeSpan.FromMilliseconds(50), default);
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-shutdown","arguments":{"mode":"powerdown"}}""");
        await shutdown;
        var refused = _agent.ShutdownAsync("halt", s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"error": {"class": "GenericError", "desc": "no"}}""");
        await Should.ThrowAsync<VireoException>(() => refused);
    }

    [Fact]
    public async Task A_guest_that_floods_or_goes_is_cut_off()
    {
        var thaw = _agent.ThawAsync(s_patience, default);
        await HearSynchronizationAsync();
        var flood = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
        await Should.ThrowAsync<SocketException>(async () =>
        {
            for (var i = 0; i < 64; i++)
                await _guest.SendAsync(flood);
        });
        (await Should.ThrowAsync<VireoException>(() => thaw)).Code.ShouldBe(ErrorCode.AgentUnresponsive);
        (await Should.ThrowAsync<VireoException>(() => _agent.ThawAsync(s_patience, default))).Code.ShouldBe(ErrorCode.AgentUnresponsive);
    }

    private async Task AnswerSynchronizationAsync()
    {
        var id = await HearSynchronizationAsync();
        SayBytes([0xff, .. Encoding.UTF8.GetBytes($$"""{"return": {{id}}}"""), (byte)'\n']);
    }

    private async Task<long> HearSynchronizationAsync()
    {
        var line = await HearAsync();
        line[0].ShouldBe('\u00ff');
        using var document = JsonDocument.Parse(line[1..]);
        document.RootElement.GetProperty("execute").GetString().ShouldBe("guest-sync-delimited");
        return document.RootElement.GetProperty("arguments").GetProperty("id").GetInt64();
    }

    private async Task<string> HearAsync() => await _heard.ReadLineAsync().WaitAsync(s_patience) ?? throw new EndOfStreamException();

    private void Say(string line) => SayBytes(Encoding.UTF8.GetBytes(line + "\n"));

    private void SayBytes(byte[] bytes) => _guest.Send(bytes);
}
