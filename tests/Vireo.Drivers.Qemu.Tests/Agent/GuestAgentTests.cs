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
        var thaw = _agent.ThawAsync(s_patience, default);
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-thaw"}""");
        Say("""{"return": 3}""");
        (await thaw).ShouldBe(3);
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
        error.Message.ShouldBe("Guest agent is not responding: Guest agent not available for now");
        error.InnerException.ShouldBeNull("it was never asked to thaw");
        await HearSynchronizationAsync();
        var slow = _agent.ThawAsync(TimeSpan.FromMilliseconds(50), default);
        await AnswerSynchronizationAsync();
        (await Should.ThrowAsync<VireoException>(() => slow)).InnerException.ShouldBeOfType<UnansweredCommandException>();
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
        var obeyed = new TaskCompletionSource();
        var shutdown = _agent.ShutdownAsync("powerdown", obeyed.Task, s_patience, default);
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-shutdown","arguments":{"mode":"powerdown"}}""");
        shutdown.IsCompleted.ShouldBeFalse();
        obeyed.SetResult();
        await shutdown;
        var refused = _agent.ShutdownAsync("halt", Never, s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"error": {"class": "GenericError", "desc": "no"}}""");
        await Should.ThrowAsync<VireoException>(() => refused);
    }

    [Fact]
    public async Task A_shutdown_that_is_neither_refused_nor_obeyed_is_given_up()
    {
        var shutdown = _agent.ShutdownAsync("reboot", Never, TimeSpan.FromMilliseconds(50), default);
        await AnswerSynchronizationAsync();
        (await Should.ThrowAsync<VireoException>(() => shutdown)).Code.ShouldBe(ErrorCode.AgentUnresponsive);
    }

    [Fact]
    public async Task An_agent_that_goes_away_when_told_to_shut_down_obeys()
    {
        var shutdown = _agent.ShutdownAsync("powerdown", Never, s_patience, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        _guest.Dispose();
        await shutdown;
    }

    [Fact]
    public async Task Any_command_is_passed_on_and_answered_whole()
    {
        var answer = _agent.ExecuteRawAsync(JsonDocument.Parse("""{ "execute": "guest-ping", "arguments": {"x": "é"} }""").RootElement, s_patience, default);
        await AnswerSynchronizationAsync();
        JsonDocument.Parse(await HearAsync()).RootElement.GetProperty("execute").GetString().ShouldBe("guest-ping");
        Say("""{"return": {}, "id": 5}""");
        (await answer).GetRawText().ShouldBe("""{"return": {}, "id": 5}""");
    }

    [Fact]
    public async Task A_freeze_that_is_not_answered_is_followed_by_a_thaw()
    {
        _agent.Patience = TimeSpan.FromMilliseconds(300);
        var freeze = Quiesce.FreezeAsync(_agent, default);
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-freeze"}""");

        // The thaw does not wait for the freeze: the guest finds it behind.
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-thaw"}""");
        var id = await HearSynchronizationAsync();
        Say("""{"return": 1}""");
        Say("""{"return": 1}""");
        SayEcho(id);
        var error = await Should.ThrowAsync<VireoException>(() => freeze);
        error.Message.ShouldBe("Guest agent is not responding: Guest agent not available for now");
    }

    [Fact]
    public async Task A_cancelled_freeze_is_followed_by_a_thaw()
    {
        using var stop = new CancellationTokenSource();
        var freeze = Quiesce.FreezeAsync(_agent, stop.Token);
        await AnswerSynchronizationAsync();
        await HearAsync();
        await stop.CancelAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-thaw"}""");
        SayEcho(await HearSynchronizationAsync());
        await Should.ThrowAsync<OperationCanceledException>(() => freeze);
    }

    [Fact]
    public async Task A_freeze_that_fails_half_way_is_taken_back()
    {
        var freeze = Quiesce.FreezeAsync(_agent, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"error": {"class": "GenericError", "desc": "failed to freeze /b"}}""");
        await AnswerSynchronizationAsync();
        (await HearAsync()).ShouldBe("""{"execute":"guest-fsfreeze-thaw"}""");
        Say("""{"return": 1}""");
        (await Should.ThrowAsync<VireoException>(() => freeze)).Message.ShouldEndWith("'guest-fsfreeze-freeze': failed to freeze /b");
    }

    [Fact]
    public async Task A_freeze_that_can_neither_be_done_nor_taken_back_says_so()
    {
        _agent.Patience = TimeSpan.FromMilliseconds(200);
        var freeze = Quiesce.FreezeAsync(_agent, default);
        await AnswerSynchronizationAsync();
        var error = await Should.ThrowAsync<VireoException>(() => freeze);
        error.InnerException.ShouldBeOfType<StillFrozenException>();
        error.Message.ShouldContain("so did thawing them");
    }

    [Fact]
    public async Task What_somebody_else_has_frozen_stays_frozen()
    {
        var freeze = Quiesce.FreezeAsync(_agent, default);
        await AnswerSynchronizationAsync();
        await HearAsync();
        Say("""{"error": {"class": "CommandNotFound", "desc": "Command guest-fsfreeze-freeze has been disabled: the agent is in frozen state"}}""");
        await Should.ThrowAsync<VireoException>(() => freeze);
        _guest.Available.ShouldBe(0);
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

    private static Task Never => new TaskCompletionSource().Task;

    private async Task AnswerSynchronizationAsync() => SayEcho(await HearSynchronizationAsync());

    private void SayEcho(long id) => SayBytes([0xff, .. Encoding.UTF8.GetBytes($$"""{"return": {{id}}}"""), (byte)'\n']);

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
