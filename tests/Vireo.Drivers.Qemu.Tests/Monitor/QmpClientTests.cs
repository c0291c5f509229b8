using System.Text;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

public sealed class QmpClientTests
{
    [Fact]
    public async Task NegotiatesBeforeTheGreetingIsSeen()
    {
        var (socket, monitor) = FakeMonitor.Raw();
        await using var _ = monitor;
        var opening = QmpClient.OpenAsync(socket);
        (await monitor.HearTextAsync()).ShouldBe("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}""");
        await monitor.SayAsync(FakeMonitor.GreetingLine);
        await monitor.ReturnAsync(0);
        await using var client = await opening;
        client.Greeting.Version.ShouldBe(new Version(7, 2, 3));
        client.OutOfBand.ShouldBeTrue();
    }

    [Fact]
    public async Task GoesOnWithoutOutOfBandWhereItIsRefused()
    {
        var (socket, monitor) = FakeMonitor.Raw();
        await using var _ = monitor;
        var opening = QmpClient.OpenAsync(socket);
        await monitor.SayAsync(FakeMonitor.GreetingLine.Replace("\"oob\"", ""));
        await monitor.RefuseAsync((await monitor.HearAsync()).Id, "GenericError", "no oob");
        (await monitor.HearTextAsync()).ShouldBe("""{"execute":"qmp_capabilities","id":0}""");
        await monitor.ReturnAsync(0);
        await using var client = await opening;
        client.OutOfBand.ShouldBeFalse();
        var stop = client.ExecuteAsync(Qmp.Stop with { OutOfBand = true });
        (await monitor.HearTextAsync()).ShouldBe("""{"execute":"stop","id":0}""");
        await monitor.ReturnAsync(0);
        await stop;
    }

    [Fact]
    public async Task AnswersInAnyOrderReachWhoAsked()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var status = monitor.Client.ExecuteAsync(Qmp.QueryStatus);
        var balloon = monitor.Client.ExecuteAsync(Qmp.QueryBalloon);
        var first = await monitor.HearAsync();
        var second = await monitor.HearAsync();
        second.Name.ShouldBe("query-balloon");
        await monitor.ReturnAsync(second.Id, """{"actual": 1048576}""");
        (await balloon).ShouldBe(1048576);
        status.IsCompleted.ShouldBeFalse();
        await monitor.ReturnAsync(first.Id, """{"status": "paused", "running": false, "singlestep": false}""");
        (await status).ShouldBe(new QmpStatus(false, "paused"));
    }

    [Fact]
    public async Task ABatchGoesOutInOneWriteAndTellsEachError()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var batch = new QmpBatch();
        var status = batch.Add(Qmp.QueryStatus);
        batch.Add(Qmp.BlockdevDel("gone"));
        var running = monitor.Client.ExecuteAsync(batch, throwOnError: false);
        await monitor.ReturnAsync((await monitor.HearAsync()).Id, """{"status": "running", "running": true}""");
        await monitor.RefuseAsync((await monitor.HearAsync()).Id, "GenericError", "Failed to find node");
        await running;
        status().Running.ShouldBeTrue();
        batch.ErrorOf(0).ShouldBeNull();
        batch.ErrorOf(1)!.Message.ShouldBe("internal error: unable to execute QEMU command 'blockdev-del': Failed to find node");
    }

    [Fact]
    public async Task ARefusalKeepsClassAndWords()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var call = monitor.Client.ExecuteAsync(Qmp.DeviceDel("net0"));
        await monitor.RefuseAsync((await monitor.HearAsync()).Id, "DeviceNotFound", "Device 'net0' not found");
        var error = await Should.ThrowAsync<VireoException>(() => call);
        error.Code.ShouldBe(ErrorCode.InternalError);
        error.Domain.ShouldBe(ErrorDomain.Qemu);
        error.Message.ShouldBe("internal error: unable to execute QEMU command 'device_del': Device 'net0' not found");
        error.InnerException.ShouldBeOfType<QmpErrorException>().DeviceNotFound.ShouldBeTrue();
    }

    [Fact]
    public async Task ACommandPastItsDeadlineFailsAloneAndItsIdIsNotGivenAway()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var slow = monitor.Client.ExecuteAsync(Qmp.QueryBalloon, TimeSpan.FromMilliseconds(30));
        var late = await monitor.HearAsync();
        var error = await Should.ThrowAsync<VireoException>(() => slow);
        error.Code.ShouldBe(ErrorCode.OperationTimeout);
        error.Message.ShouldContain("'query-balloon'");
        var next = monitor.Client.ExecuteAsync(Qmp.QueryBalloon);
        var asked = await monitor.HearAsync();
        asked.Id.ShouldNotBe(late.Id);
        await monitor.ReturnAsync(late.Id, """{"actual": 1}""");
        await monitor.ReturnAsync(asked.Id, """{"actual": 2}""");
        (await next).ShouldBe(2);
    }

    [Fact]
    public async Task ACancelledCommandLeavesTheConnectionGood()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var call = monitor.Client.ExecuteAsync(Qmp.Stop, null, cancellation.Token);
        var id = (await monitor.HearAsync()).Id;
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await monitor.ReturnAsync(id);
        var next = monitor.Client.ExecuteAsync(Qmp.Cont);
        await monitor.ReturnAsync((await monitor.HearAsync()).Id);
        await next;
    }

    [Fact]
    public async Task EverythingPendingFailsWhenQemuGoesAndKeepsWhatWasSent()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var calls = new[] { monitor.Client.ExecuteAsync(Qmp.Cont), monitor.Client.ExecuteAsync(Qmp.Quit) };
        await monitor.HearAsync();
        await monitor.HearAsync();
        monitor.Hang();
        foreach (var (call, name) in calls.Zip(["cont", "quit"]))
        {
            var error = await Should.ThrowAsync<VireoException>(() => call);
            error.Message.ShouldBe($"internal error: End of file from qemu monitor while waiting for '{name}'");
            error.InnerException.ShouldBeOfType<MonitorClosedException>().Sent!.ShouldStartWith($$"""{"execute":"{{name}}","id":""");
        }

        (await monitor.Client.Closed).Message.ShouldBe("End of file");
        await Should.ThrowAsync<ChannelClosed>(async () => throw await Completed(monitor.Client));
        (await Should.ThrowAsync<VireoException>(() => monitor.Client.ExecuteAsync(Qmp.Cont))).InnerException.ShouldBeOfType<MonitorClosedException>();
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("[1, 2]")]
    [InlineData("\"text\"")]
    [InlineData("{\"return\": {}, \"id\": 400}")]
    [InlineData("{\"return\": {}, \"id\": \"x\"}")]
    [InlineData("{\"event\": 5}")]
    [InlineData("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}")]
    [InlineData("{\"unknown\": true}")]
    public async Task GarbageClosesTheConnection(string line)
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var call = monitor.Client.ExecuteAsync(Qmp.Cont);
        await monitor.HearAsync();
        await monitor.SayAsync(line);
        (await Should.ThrowAsync<VireoException>(() => call)).InnerException.ShouldBeOfType<MonitorClosedException>();
        await monitor.Client.Closed;
    }

    [Fact]
    public async Task AnEndlessMessageClosesTheConnection()
    {
        await using var monitor = await FakeMonitor.OpenAsync(new() { LongestMessage = 100_000 });
        await monitor.SayBytesAsync(Encoding.ASCII.GetBytes(new string('x', 150_000)));
        (await monitor.Client.Closed).Message.ShouldContain("longer than 100000 bytes");
    }

    [Fact]
    public async Task AMalformedAnswerFailsOnlyItsCommand()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var call = monitor.Client.ExecuteAsync(Qmp.QueryStatus);
        await monitor.ReturnAsync((await monitor.HearAsync()).Id, "[]");
        var error = await Should.ThrowAsync<VireoException>(() => call);
        error.Message.ShouldStartWith("internal error: query-status reply was missing return data or malformed");
        monitor.Client.Closed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task EventsComeInOrderAndToWhoWaits()
    {
        await using var monitor = await FakeMonitor.OpenAsync();
        var waited = monitor.Client.WaitForEventAsync(e => e.Name == "JOB_STATUS_CHANGE" && e.Text("status") == "concluded");
        await monitor.SayAsync("""{"timestamp": {"seconds": 5, "microseconds": 7}, "event": "STOP"}""");
        await monitor.SayAsync("""{"timestamp": {"seconds": 5, "microseconds": 8}, "event": "JOB_STATUS_CHANGE", "data": {"status": "concluded", "id": "j"}}""");
        (await waited).Text("id").ShouldBe("j");
        var first = await monitor.Client.Events.ReadAsync();
        (first.Name, first.Seconds, first.Microseconds, first.Text("x")).ShouldBe(("STOP", 5, 7, null));
        (await monitor.Client.Events.ReadAsync()).Name.ShouldBe("JOB_STATUS_CHANGE");
    }

    [Fact]
    public async Task ASlowReaderLosesTheOldestEventsAndIsToldSo()
    {
        await using var monitor = await FakeMonitor.OpenAsync(new() { MostEvents = 2 });
        for (var i = 0; i < 5; i++)
            await monitor.SayAsync($$"""{"event": "E{{i}}"}""");
        var call = monitor.Client.ExecuteAsync(Qmp.Cont);
        await monitor.ReturnAsync((await monitor.HearAsync()).Id);
        await call;
        monitor.Client.LostEvents.ShouldBe(3);
        (await monitor.Client.Events.ReadAsync()).Name.ShouldBe("E3");
    }

    [Fact]
    public async Task TooManyUnansweredCommandsAreRefused()
    {
        await using var monitor = await FakeMonitor.OpenAsync(new() { MostInFlight = 2 });
        var calls = new[] { monitor.Client.ExecuteAsync(Qmp.Cont), monitor.Client.ExecuteAsync(Qmp.Cont) };
        (await Should.ThrowAsync<VireoException>(() => monitor.Client.ExecuteAsync(Qmp.Cont))).Code.ShouldBe(ErrorCode.OperationFailed);
        foreach (var call in calls)
        {
            await monitor.ReturnAsync((await monitor.HearAsync()).Id);
            await call;
        }
    }

    [Fact]
    public async Task AnEndWhileNegotiatingIsTold()
    {
        var (socket, monitor) = FakeMonitor.Raw();
        var opening = QmpClient.OpenAsync(socket);
        monitor.Hang();
        (await Should.ThrowAsync<VireoException>(() => opening)).InnerException.ShouldBeOfType<MonitorClosedException>();
    }

    private static async Task<Exception> Completed(QmpClient client)
    {
        await client.Events.Completion;
        return new ChannelClosed();
    }

    private sealed class ChannelClosed : Exception;
}
