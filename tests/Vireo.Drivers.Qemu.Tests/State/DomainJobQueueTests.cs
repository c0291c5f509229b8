using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Tests.State;

public sealed class DomainJobQueueTests
{
    [Fact]
    public async Task ChangesHappenOneAtATimeInTheOrderOfAsking()
    {
        var queue = new DomainJobQueue();
        var order = new List<int>();
        var first = await queue.EnterAsync("first", "g", null, default);
        var waiting = Enumerable.Range(0, 5).Select(async i =>
        {
            using var job = await queue.EnterAsync($"job {i}", "g", null, default);
            order.Add(i);
            await Task.Yield();
        }).ToList();
        order.ShouldBeEmpty();
        queue.Current.ShouldBe(first);
        first.Dispose();
        await Task.WhenAll(waiting);
        order.ShouldBe([0, 1, 2, 3, 4]);
        queue.Current.ShouldBeNull();
    }

    [Fact]
    public async Task WhoWaitsTooLongIsToldWhoHoldsTheLock()
    {
        var queue = new DomainJobQueue();
        using var held = await queue.EnterAsync("virDomainSuspend", "g", null, default);
        var error = await Should.ThrowAsync<VireoException>(async () => await queue.EnterAsync("virDomainResume", "g", TimeSpan.FromMilliseconds(20), default));
        error.Code.ShouldBe(ErrorCode.OperationTimeout);
        error.Message.ShouldBe("Timed out during operation: cannot acquire state change lock (held by monitor=virDomainSuspend)");
    }

    [Fact]
    public async Task WhoGivesUpWaitingIsPassedOver()
    {
        var queue = new DomainJobQueue();
        var held = await queue.EnterAsync("a", "g", null, default);
        using var cancelled = new CancellationTokenSource();
        var second = queue.EnterAsync("b", "g", null, cancelled.Token).AsTask();
        var third = queue.EnterAsync("c", "g", null, default).AsTask();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        held.Dispose();
        (await third).Name.ShouldBe("c");
    }

    [Fact]
    public async Task TheQueueIsBounded()
    {
        var queue = new DomainJobQueue();
        using var held = await queue.EnterAsync("a", "g", null, default);
        for (var i = 0; i < DomainJobQueue.MaxWaiting; i++)
        {
            _ = queue.EnterAsync("b", "g", Timeout.InfiniteTimeSpan, default).AsTask();
        }

        (await Should.ThrowAsync<VireoException>(async () => await queue.EnterAsync("c", "g", null, default))).Code.ShouldBe(ErrorCode.OperationFailed);
    }
}
