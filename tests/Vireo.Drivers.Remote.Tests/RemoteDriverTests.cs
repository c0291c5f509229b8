using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Remote.Tests;

public sealed class RemoteDriverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly DomainRef Domain = new("vm", Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"), 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_daemon_is_told_that_a_connection_is_read_only(bool readOnly)
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync(readOnly);

        served.ReadOnly.ShouldBe(readOnly);
    }

    [Fact]
    public async Task A_slow_call_does_not_hold_up_a_quick_one()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var slow = connection.Hypervisor.ConnectGetCapabilitiesAsync(default).AsTask();
        for (int i = 0; i < 100; i++) (await connection.Hypervisor.ConnectGetHostnameAsync(default)).ShouldBe("probe");
        slow.IsCompleted.ShouldBeFalse();
        served.Hypervisor.Gate.SetResult();
        (await slow.WaitAsync(Patience)).ShouldBe("opened");
    }

    [Fact]
    public async Task An_error_comes_field_by_field()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var error = await Should.ThrowAsync<VireoException>(async () => await connection.Hypervisor.DomainSuspendAsync(Domain, default));
        error.Code.ShouldBe(ErrorCode.NoSupport);
        error.Message.ShouldBe("this function is not supported by the connection driver: virDomainSuspend");
        (error.Text2, error.Number1, error.Number2).ShouldBe(("virDomainSuspend", -1, -1));
    }

    [Fact]
    public async Task Calls_that_wait_fail_when_the_daemon_goes()
    {
        var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var slow = connection.Hypervisor.ConnectGetCapabilitiesAsync(default).AsTask();
        await served.DisposeAsync();
        (await Should.ThrowAsync<VireoException>(() => slow.WaitAsync(Patience))).Code.ShouldBeOneOf(ErrorCode.Rpc, ErrorCode.OperationAborted);
        (await connection.Closed.WaitAsync(Patience)).ShouldBeOneOf(ConnectCloseReason.Eof, ConnectCloseReason.Error);
    }

    [Fact]
    public async Task Events_come_until_the_subscription_ends()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var first = new TaskCompletionSource<DomainEvent>();
        int count = 0;
        var subscription = await connection.Hypervisor.SubscribeDomainEventsAsync(0, null, e => { Interlocked.Increment(ref count); first.TrySetResult(e); }, default);
        var happened = new DomainLifecycleEvent(Domain, 2, 5);
        served.Hypervisor.Happen(happened);
        (await first.Task.WaitAsync(Patience)).ShouldBe(happened);
        await subscription.DisposeAsync();
        served.Hypervisor.Happen(happened);
        await connection.Hypervisor.ConnectGetHostnameAsync(default);
        count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_carries_data_both_ways_and_finishes()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var far = new LoopStream();
        served.Hypervisor.Console = () => far;
        var near = await connection.Hypervisor.DomainOpenConsoleAsync(Domain, null, 0, default);
        byte[] sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        "END"u8.CopyTo(sent.AsSpan(sent.Length - 3));
        var writing = near.WriteAsync(sent, default).AsTask();
        using var received = new MemoryStream();
        byte[] buffer = new byte[10_000];
        while (await near.ReadAsync(buffer, default).AsTask().WaitAsync(Patience) is > 0 and var n) received.Write(buffer, 0, n);
        await writing.WaitAsync(Patience);
        await near.FinishAsync(default).AsTask().WaitAsync(Patience);
        received.ToArray().ShouldBe(sent);
        (await far.Ended.Task.WaitAsync(Patience)).ShouldBe("finished");
    }

    [Fact]
    public async Task A_stream_that_fails_at_its_end_says_why()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        served.Hypervisor.Console = () => new LoopStream { FailOnFinish = VireoException.OperationFailed(ErrorDomain.Storage, "no space") };
        var near = await connection.Hypervisor.DomainOpenConsoleAsync(Domain, null, 0, default);
        (await Should.ThrowAsync<VireoException>(() => near.FinishAsync(default).AsTask().WaitAsync(Patience))).Message.ShouldContain("no space");
    }

    [Fact]
    public async Task An_aborted_stream_is_aborted_at_the_other_end_and_so_is_one_whose_client_goes()
    {
        await using var served = new ServedDriver();
        var connection = await served.ConnectAsync();
        var first = new LoopStream();
        served.Hypervisor.Console = () => first;
        await (await connection.Hypervisor.DomainOpenConsoleAsync(Domain, null, 0, default)).AbortAsync().AsTask().WaitAsync(Patience);
        (await first.Ended.Task.WaitAsync(Patience)).ShouldBe("aborted");
        var second = new LoopStream();
        served.Hypervisor.Console = () => second;
        await connection.Hypervisor.DomainOpenConsoleAsync(Domain, null, 0, default);
        await connection.DisposeAsync();
        (await second.Ended.Task.WaitAsync(Patience)).ShouldBe("aborted");
    }

    [Fact]
    public async Task A_writer_waits_for_a_reader_that_does_not_read()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        var far = new LoopStream();
        served.Hypervisor.Console = () => far;
        var near = await connection.Hypervisor.DomainOpenConsoleAsync(Domain, null, 0, default);
        var writing = near.WriteAsync(new byte[64 * 1024 * 1024], default).AsTask();
        await Should.ThrowAsync<TimeoutException>(() => writing.WaitAsync(TimeSpan.FromSeconds(1)));
        far.Written.ShouldBeLessThan(32L * 1024 * 1024);
    }

    [Fact]
    public async Task A_descriptor_reaches_the_driver()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        string path = Path.GetTempFileName();
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            await connection.Hypervisor.DomainFdAssociateAsync(Domain, "disk", 0, [file], default);
        (await File.ReadAllTextAsync(path)).ShouldBe("through");
        File.Delete(path);
    }

    [Fact]
    public async Task A_daemon_of_ours_gets_the_respawn_flag()
    {
        await using var served = new ServedDriver();
        await using var connection = await served.ConnectAsync();
        await connection.Hypervisor.DomainRevertToSnapshotAsync(new DomainSnapshotRef("s1", Domain), 16 | 4, default);
        served.Hypervisor.RevertFlags.ShouldBe([20u]);
    }

    [Fact]
    public async Task Nobody_at_the_socket_is_told_with_the_path() =>
        (await Should.ThrowAsync<VireoException>(async () => await new DriverRegistry(new RemoteDriver()).OpenAsync("test+unix:///default?socket=/nonexistent/sock")))
            .Message.ShouldBe("Failed to connect socket to '/nonexistent/sock': No such file or directory");
}
