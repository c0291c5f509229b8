using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>A command that is read before it is to be run: what QEMU gets to see.</summary>
public sealed class HeldCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private FakeQemu _qemu = null!;
    private QmpMonitor _monitor = null!;

    public async ValueTask InitializeAsync()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        _qemu = qemu;
        var greeted = qemu.GreetAsync();
        _monitor = await QmpMonitor.OpenAsync(socket, _ => { }, s_patience, default);
        await greeted;
    }

    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync();
        _qemu.Dispose();
    }

    [Fact]
    public async Task Released_it_is_the_command_it_was_meant_to_be()
    {
        using var held = _monitor.Hold(new QmpCommand("go", """{"x":1}"""));
        var heard = _qemu.TextAsync();
        var answer = held.ReleaseAsync(s_patience, default);
        (await heard).ShouldBe("""{"execute":"go","arguments":{"x":1},"id":0}""");
        _qemu.Say("""{"return":7,"id":0}""");
        (await answer).GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task What_is_sent_meanwhile_goes_first_and_it_is_sent_anew()
    {
        using var held = _monitor.Hold(new QmpCommand("go", """{"x":1}"""));
        var other = _monitor.ExecuteAsync("other", default);
        (await _qemu.TextAsync()).ShouldBe("""{"execute":"go","arguments":{"x":1},"id":0,"held":0}""");
        _qemu.Say("""{"error":{"class":"GenericError","desc":"QMP input member 'held' is unexpected"},"id":0}""");
        var (name, id) = await _qemu.CommandAsync();
        name.ShouldBe("other");
        _qemu.Say($$"""{"return":1,"id":{{id}}}""");
        (await other).GetInt32().ShouldBe(1);

        var answer = held.ReleaseAsync(s_patience, default);
        (await _qemu.TextAsync()).ShouldBe("""{"execute":"go","arguments":{"x":1},"id":0}""");
        _qemu.Say("""{"return":2,"id":0}""");
        (await answer).GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Given_up_it_is_one_that_is_refused()
    {
        _monitor.Hold(new QmpCommand("go", """{"x":1}""")).Dispose();
        (await _qemu.TextAsync()).ShouldEndWith(""","id":0,"held":0}""");
    }

    [Fact]
    public async Task When_the_connection_goes_its_release_fails()
    {
        using var held = _monitor.Hold(new QmpCommand("go"));
        _qemu.Dispose();
        await _monitor.Closed.WaitAsync(s_patience);
        (await Should.ThrowAsync<VireoException>(held.ReleaseAsync(s_patience, default))).Code.ShouldBe(ErrorCode.OperationFailed);
        Should.Throw<VireoException>(() => _monitor.Hold(new QmpCommand("go"))).Code.ShouldBe(ErrorCode.OperationFailed);
    }

    [Fact]
    public async Task Many_that_hold_and_send_at_once_never_mix_their_bytes()
    {
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var held = _monitor.Hold(new QmpCommand("held", """{"a":[1,2,3]}"""));
                if (i % 3 > 0)
                {
                    await held.ReleaseAsync(s_patience, default);
                }

                await _monitor.ExecuteAsync("sent", default);
            }
        })).ToList();
        var all = Task.WhenAll(work);
        var ran = new Dictionary<string, int> { ["held"] = 0, ["sent"] = 0 };
        var end = _monitor.ExecuteAsync("first", default);
        while (!all.IsCompleted || !end.IsCompleted)
        {
            var text = _qemu.TextAsync();
            if (await Task.WhenAny(text, Task.WhenAll(all, end)) != text)
            {
                break;
            }

            using var heard = System.Text.Json.JsonDocument.Parse(await text);
            var id = heard.RootElement.GetProperty("id").GetInt32();
            if (heard.RootElement.TryGetProperty("held", out _))
            {
                _qemu.Say($$$"""{"error":{"class":"GenericError","desc":"unexpected"},"id":{{{id}}}}""");
                continue;
            }

            var name = heard.RootElement.GetProperty("execute").GetString()!;
            ran[name] = ran.GetValueOrDefault(name) + 1;
            _qemu.Say($$$"""{"return":{},"id":{{{id}}}}""");
        }

        await all;
        ran["sent"].ShouldBe(8 * 50);
        ran["held"].ShouldBe(8 * Enumerable.Range(0, 50).Count(i => i % 3 > 0));
    }
}
