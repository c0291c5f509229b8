using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>What the monitor does where QEMU is old, slow, hostile or gone.</summary>
public sealed class QmpMonitorEdgeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Negotiation_is_sent_before_the_greeting_is_seen()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        using var _ = qemu;
        var opening = QmpMonitor.OpenAsync(socket, e => { }, s_patience, default);
        (await qemu.TextAsync()).ShouldBe("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}""");
        qemu.Say(FakeQemu.Greeting);
        qemu.Say("""{"return":{},"id":0}""");
        await using var monitor = await opening;
        monitor.Version.ShouldBe(new Version(7, 2, 22));
    }

    [Fact]
    public async Task Out_of_band_that_is_refused_is_done_without()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        using var _ = qemu;
        var opening = QmpMonitor.OpenAsync(socket, e => { }, s_patience, default);
        await qemu.TextAsync();
        qemu.Say(FakeQemu.Greeting);
        qemu.Say("""{"error":{"class":"GenericError","desc":"no"},"id":0}""");
        (await qemu.TextAsync()).ShouldBe("""{"execute":"qmp_capabilities","id":0}""");
        qemu.Say("""{"return":{},"id":0}""");
        await using var monitor = await opening;
        monitor.HasOutOfBand.ShouldBeFalse();
        var stop = monitor.ExecuteOutOfBandAsync(Qmp.Stop, s_patience, default);
        (await qemu.CommandAsync()).Name.ShouldBe("stop");
        qemu.Say("""{"return":{},"id":0}""");
        await stop;
    }

    [Fact]
    public async Task Qemu_gone_while_negotiating_is_told()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        var opening = QmpMonitor.OpenAsync(socket, e => { }, s_patience, default);
        qemu.Dispose();
        var error = await Should.ThrowAsync<VireoException>(() => opening);
        error.Code.ShouldBe(ErrorCode.OperationFailed);
        error.InnerException.ShouldBeOfType<MonitorClosedException>();
    }

    [Fact]
    public async Task A_refusal_keeps_class_and_words()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        var call = monitor.ExecuteAsync(Qmp.DeviceDel("net0"), default);
        (await qemu.TextAsync()).ShouldBe("""{"execute":"device_del","arguments":{"id":"net0"},"id":0}""");
        qemu.Say("""{"id":0,"error":{"class":"DeviceNotFound","desc":"Device 'net0' not found"}}""");
        var error = await Should.ThrowAsync<VireoException>(() => call);
        error.Code.ShouldBe(ErrorCode.InternalError);
        error.Domain.ShouldBe(ErrorDomain.Qemu);
        error.Message.ShouldBe("internal error: unable to execute QEMU command 'device_del': Device 'net0' not found");
        error.InnerException.ShouldBeOfType<QmpErrorException>().DeviceNotFound.ShouldBeTrue();
    }

    [Fact]
    public async Task A_descriptor_that_its_caller_has_closed_meanwhile_is_sent_all_the_same()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        // More than a socket holds: all that follows waits until QEMU reads.
        var filler = new QmpCommand("fill", json => json.WriteString("with", new string('x', 30000)));
        var filling = Enumerable.Range(0, 20).Select(_ => monitor.ExecuteAsync(filler, s_patience, default)).ToList();
        using (var file = Vireo.Host.Files.HostFile.OpenExisting("/dev/null"))
            (await Should.ThrowAsync<VireoException>(() => monitor.ExecuteAsync(Qmp.GetFd("one", file), TimeSpan.FromMilliseconds(50), default))).Code.ShouldBe(ErrorCode.OperationTimeout);

        for (int i = 0; i < filling.Count; i++)
        {
            var (name, id) = await qemu.CommandAsync();
            name.ShouldBe("fill");
            qemu.Say($$"""{"return":{},"id":{{id}}}""");
        }

        await Task.WhenAll(filling);
        (await qemu.CommandAsync()).Name.ShouldBe("getfd");
        var stop = monitor.ExecuteAsync(Qmp.Stop, s_patience, default);
        var (last, number) = await qemu.CommandAsync();
        last.ShouldBe("stop");
        qemu.Say($$"""{"return":{},"id":{{number}}}""");
        await stop;
    }

    [Fact]
    public async Task A_command_of_a_batch_that_is_not_answered_in_time_has_not_been_refused()
    {
        var (qemu, monitor) = await OpenAsync();
        await using var __ = monitor;
        var batch = new QmpBatch().Add(Qmp.Stop).Add(Qmp.DeviceDel("net0")).Add(Qmp.DeviceDel("net1"));
        var running = monitor.ExecuteAsync(batch, TimeSpan.FromMilliseconds(200), default);
        qemu.Say("""{"id":0,"return":{}}""");
        qemu.Say("""{"id":1,"error":{"class":"GenericError","desc":"no"}}""");
        await running;
        batch.ErrorOf(0).ShouldBeNull();
        batch.ErrorOf(1)!.Code.ShouldBe(ErrorCode.InternalError);
        batch.ErrorOf(2)!.Code.ShouldBe(ErrorCode.OperationTimeout);
        ((bool[])[batch.IsRefused(0), batch.IsRefused(1), batch.IsRefused(2)]).ShouldBe([false, true, false]);

        var second = new QmpBatch().Add(Qmp.Stop);
        running = monitor.ExecuteAsync(second, s_patience, default);
        qemu.Dispose();
        await running;
        second.IsRefused(0).ShouldBeTrue();
    }

    [Fact]
    public async Task The_id_of_a_command_given_up_is_not_used_again_until_it_is_answered()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        await Should.ThrowAsync<VireoException>(() => monitor.ExecuteAsync(Qmp.QueryBalloon, TimeSpan.FromMilliseconds(20), default));
        var late = await qemu.CommandAsync();
        var next = monitor.ExecuteAsync(Qmp.QueryBalloon, default);
        var asked = await qemu.CommandAsync();
        asked.Id.ShouldNotBe(late.Id);
        qemu.Say($$$"""{"return":{"actual":1},"id":{{{late.Id}}}}""");
        qemu.Say($$$"""{"return":{"actual":2},"id":{{{asked.Id}}}}""");
        (await next).ShouldBe(2);
        var third = monitor.ExecuteAsync(Qmp.Cont, default);
        (await qemu.CommandAsync()).Id.ShouldBe(late.Id);
        qemu.Say($$"""{"return":{},"id":{{late.Id}}}""");
        await third;
    }

    [Fact]
    public async Task A_cancelled_command_leaves_the_connection_good()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        using var cancellation = new CancellationTokenSource();
        var call = monitor.ExecuteAsync(Qmp.Stop, cancellation.Token);
        await qemu.CommandAsync();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        qemu.Say("""{"return":{},"id":0}""");
        var next = monitor.ExecuteAsync(Qmp.Cont, default);
        qemu.Say($$"""{"return":{},"id":{{(await qemu.CommandAsync()).Id}}}""");
        await next;
    }

    [Fact]
    public async Task What_was_sent_is_kept_when_qemu_goes()
    {
        var (qemu, monitor) = await OpenAsync();
        await using var __ = monitor;
        var call = monitor.ExecuteAsync(Qmp.Quit, default);
        await qemu.CommandAsync();
        qemu.Dispose();
        var error = await Should.ThrowAsync<VireoException>(() => call);
        error.InnerException.ShouldBeOfType<MonitorClosedException>().Sent.ShouldBe("""{"execute":"quit","id":0}""");
    }

    [Theory]
    [InlineData("""{"return":{},"id":400}""")]
    [InlineData("""{"event":5}""")]
    [InlineData("""{"id":0}""")]
    [InlineData("""{"error":{"class":"GenericError","desc":"JSON parse error"}}""")]
    public async Task What_answers_nothing_ends_the_connection(string line)
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        var call = monitor.ExecuteAsync(Qmp.Cont, default);
        await qemu.CommandAsync();
        qemu.Say(line);
        (await Should.ThrowAsync<VireoException>(() => call)).InnerException.ShouldBeOfType<MonitorClosedException>();
        (await monitor.Closed.WaitAsync(s_patience)).ShouldBeOfType<VireoException>().Message.ShouldContain("not QMP");
    }

    [Fact]
    public async Task A_malformed_result_fails_only_its_command()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        var call = monitor.ExecuteAsync(Qmp.QueryStatus, default);
        await qemu.CommandAsync();
        qemu.Say("""{"return":[],"id":0}""");
        (await Should.ThrowAsync<VireoException>(() => call)).Message.ShouldStartWith("internal error: query-status reply was missing return data or malformed");
        monitor.Closed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_for_an_event_gets_it()
    {
        var (qemu, monitor) = await OpenAsync();
        using var _ = qemu;
        await using var __ = monitor;
        var waited = monitor.WaitForEventAsync(e => e.Name == "JOB_STATUS_CHANGE" && e.Text("status") == "concluded", default);
        qemu.Say("""{"event":"JOB_STATUS_CHANGE","data":{"status":"running","id":"a"}}""");
        qemu.Say("""{"event":"JOB_STATUS_CHANGE","data":{"status":"concluded","id":"b"}}""");
        (await waited.WaitAsync(s_patience)).Text("id").ShouldBe("b");
        var never = monitor.WaitForEventAsync(e => false, default);
        qemu.Dispose();
        await Should.ThrowAsync<VireoException>(() => never.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Too_many_unanswered_commands_are_refused()
    {
        var (qemu, monitor) = await OpenAsync(new() { MostInFlight = 2 });
        using var _ = qemu;
        await using var __ = monitor;
        var calls = new[] { monitor.ExecuteAsync(Qmp.Cont, default), monitor.ExecuteAsync(Qmp.Cont, default) };
        (await Should.ThrowAsync<VireoException>(() => monitor.ExecuteAsync(Qmp.Cont, default))).Code.ShouldBe(ErrorCode.OperationFailed);
        foreach (var call in calls)
        {
            qemu.Say($$"""{"return":{},"id":{{(await qemu.CommandAsync()).Id}}}""");
            await call;
        }
    }

    [Fact]
    public async Task A_qemu_that_does_not_read_is_given_up()
    {
        var (qemu, monitor) = await OpenAsync(new() { LongestMessage = 100_000 });
        using var _ = qemu;
        await using var __ = monitor;
        var big = new QmpCommand("x", $$"""{"a":"{{new string('a', 60_000)}}"}""");
        var calls = Enumerable.Range(0, 20).Select(_ => monitor.ExecuteAsync(big, s_patience, default)).ToList();
        foreach (var call in calls)
            (await Should.ThrowAsync<VireoException>(() => call)).Code.ShouldBe(ErrorCode.OperationFailed);
    }

    private static async Task<(FakeQemu Qemu, QmpMonitor Monitor)> OpenAsync(QmpOptions? options = null)
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        var greeted = qemu.GreetAsync();
        var monitor = await QmpMonitor.OpenAsync(socket, e => { }, s_patience, options ?? new(), default);
        await greeted;
        return (qemu, monitor);
    }
}
