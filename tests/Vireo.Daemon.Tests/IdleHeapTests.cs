namespace Vireo.Daemon.Tests;

public sealed class IdleHeapTests
{
    [Fact]
    public void Collects_once_after_a_burst_and_not_within_it()
    {
        using var heap = IdleHeap.Unwatched();

        heap.IsDue(1000).ShouldBeFalse("nothing much was allocated yet");
        heap.IsDue(IdleHeap.WorthBytes).ShouldBeFalse("the burst goes on");
        heap.IsDue(2 * IdleHeap.WorthBytes).ShouldBeFalse("the burst goes on");
        heap.IsDue((2 * IdleHeap.WorthBytes) + 1000).ShouldBeTrue("it is over");
        heap.IsDue((2 * IdleHeap.WorthBytes) + 2000).ShouldBeFalse("it was collected already");
    }
}
