using System.Threading.Channels;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

public sealed class QmpMonitorTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly Channel<QmpEvent> _events = Channel.CreateUnbounded<QmpEvent>();
    private FakeQemu _qemu = null!;
    private QmpMonitor _monitor = null!;

    public async ValueTask InitializeAsync()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        _qemu = qemu;
        var greeted = qemu.GreetAsync();
        _monitor = await QmpMonitor.OpenAsync(socket, e => _events.Writer.TryWrite(e), s_patience, default);
        await greeted;
    }

    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync();
        _qemu.Dispose();
    }

    [Fact]
    public void The_greeting_tells_version_and_abilities()
    {
        _monitor.Version.ShouldBe(new Version(7, 2, 22));
        _monitor.HasOutOfBand.ShouldBeTrue();
    }

    [Fact]
    public async Task Answers_are_matched_by_id_in_any_order()
    {
        var first = _monitor.ExecuteAsync("one", default);
        var second = _monitor.ExecuteAsync("two", default);
        var one = await _qemu.CommandAsync();
        var two = await _qemu.CommandAsync();

        _qemu.Say($$"""{"return":2,"id":{{two.Id}}}""");
        _qemu.Say($$"""{"return":1,"id":{{one.Id}}}""");

        (await first).GetInt32().ShouldBe(1);
        (await second).GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_goes_out_at_once_and_each_has_its_answer()
    {
        var answers = _monitor.ExecuteEach(["a", new QmpCommand("b", """{"x":1}"""), "c"], s_patience, default);
        var ids = new List<uint>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await _qemu.CommandAsync()).Id);
        }

        _qemu.Say($$"""{"return":{},"id":{{ids[0]}}}""");
        _qemu.Say($$"""{"error":{"class":"GenericError","desc":"no b today"},"id":{{ids[1]}}}""");
        _qemu.Say($$"""{"return":{},"id":{{ids[2]}}}""");

        await answers[0];
        (await Should.ThrowAsync<VireoException>(answers[1])).Message.ShouldBe("internal error: unable to execute QEMU command 'b': no b today");
        await answers[2];
    }

    [Fact]
    public async Task Out_of_band_commands_say_so()
    {
        var answer = _monitor.ExecuteOutOfBandAsync("migrate-pause", s_patience, default);
        var (name, id) = await _qemu.CommandAsync();
        _qemu.Say($$"""{"return":{},"id":{{id}}}""");

        name.ShouldBe("oob:migrate-pause");
        await answer;
    }

    [Fact]
    public async Task Events_come_in_order_with_their_data()
    {
        _qemu.Say("""{"event":"STOP","timestamp":{"seconds":1700000000,"microseconds":5}}""");
        _qemu.Say("""{"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-shutdown"},"timestamp":{"seconds":1700000000,"microseconds":9}}""");

        (await Next()).Name.ShouldBe("STOP");
        var shutdown = await Next();
        shutdown.Flag("guest").ShouldBeTrue();
        shutdown.Text("reason").ShouldBe("guest-shutdown");
        shutdown.Time.ToUnixTimeSeconds().ShouldBe(1700000000);
    }

    [Fact]
    public async Task A_message_may_come_in_pieces()
    {
        var answer = _monitor.ExecuteAsync("x", default);
        var (_, id) = await _qemu.CommandAsync();
        foreach (var c in $"{{\"return\":\"é\",\"id\":{id}}}\r\n")
        {
            _qemu.SayRaw(c.ToString());
        }

        (await answer).GetString().ShouldBe("é");
    }

    [Fact]
    public async Task Without_an_answer_the_deadline_ends_the_wait_and_a_late_answer_does_no_harm()
    {
        var error = await Should.ThrowAsync<VireoException>(_monitor.ExecuteAsync("slow", TimeSpan.FromMilliseconds(50), default));
        error.Code.ShouldBe(ErrorCode.OperationTimeout);
        error.Message.ShouldContain("'slow'");

        var (_, late) = await _qemu.CommandAsync();
        _qemu.Say($$"""{"return":{},"id":{{late}}}""");
        var next = _monitor.ExecuteAsync("next", default);
        var (_, id) = await _qemu.CommandAsync();
        _qemu.Say($$"""{"return":3,"id":{{id}}}""");
        (await next).GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task When_qemu_goes_everything_that_waits_fails_and_later_commands_too()
    {
        var waiting = _monitor.ExecuteAsync("quit", default);
        await _qemu.CommandAsync();
        _qemu.Dispose();

        (await Should.ThrowAsync<VireoException>(waiting)).Message.ShouldContain("before it answered 'quit'");
        (await _monitor.Closed.WaitAsync(s_patience)).ShouldBeNull();
        (await Should.ThrowAsync<VireoException>(_monitor.ExecuteAsync("after", default))).Code.ShouldBe(ErrorCode.OperationFailed);
    }

    [Theory]
    [InlineData("this is no JSON")]
    [InlineData("[1,2]")]
    [InlineData("""{"return":{}}""")]
    [InlineData("""{"return":{},"id":"word"}""")]
    public async Task Garbage_ends_the_connection_with_the_reason(string line)
    {
        var waiting = _monitor.ExecuteAsync("x", default);
        await _qemu.CommandAsync();
        _qemu.Say(line);

        await Should.ThrowAsync<VireoException>(waiting);
        (await _monitor.Closed.WaitAsync(s_patience)).ShouldBeOfType<VireoException>().Message.ShouldContain("not QMP");
    }

    [Fact]
    public async Task A_message_without_end_is_not_collected_for_ever()
    {
        var piece = new string('x', 1 << 20);
        await Should.ThrowAsync<Exception>(async () =>
        {
            for (var i = 0; i < 64; i++)
            {
                _qemu.SayRaw(piece);
                await Task.Yield();
            }
        });

        (await _monitor.Closed.WaitAsync(s_patience)).ShouldBeOfType<VireoException>().Message.ShouldContain("longer than");
    }

    private async Task<QmpEvent> Next() => await _events.Reader.ReadAsync().AsTask().WaitAsync(s_patience);
}
