using Vireo.Drivers.Qemu.HotPlug;

namespace Vireo.Drivers.Qemu.Tests.HotPlug;

public sealed class DeviceRemovalsTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guest_answers_before_it_is_waited_for(bool gone)
    {
        var removals = new DeviceRemovals();
        removals.Expect("d");
        removals.Answered("d", gone).ShouldBeTrue();
        (await removals.WaitAsync("d", TimeSpan.FromMinutes(1), Never, default)).ShouldBe(gone);
    }

    [Fact]
    public async Task Answer_that_comes_late_is_for_whoever_hears_of_it()
    {
        var removals = new DeviceRemovals();
        removals.Expect("d");
        (await removals.WaitAsync("d", TimeSpan.Zero, Never, default)).ShouldBeNull();
        removals.Answered("d", gone: true).ShouldBeFalse();
    }

    [Fact]
    public async Task Wait_ends_with_the_hypervisor()
    {
        var removals = new DeviceRemovals();
        removals.Expect("d");
        (await removals.WaitAsync("d", TimeSpan.FromMinutes(1), Task.CompletedTask, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Wait_ends_with_the_caller()
    {
        var removals = new DeviceRemovals();
        removals.Expect("d");
        using var caller = new CancellationTokenSource();
        var waiting = removals.WaitAsync("d", TimeSpan.FromMinutes(1), Never, caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        removals.Answered("d", gone: true).ShouldBeFalse();
    }
}
