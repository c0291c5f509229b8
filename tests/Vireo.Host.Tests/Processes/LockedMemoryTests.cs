using Vireo.Host.Processes;

namespace Vireo.Host.Tests.Processes;

public sealed class LockedMemoryTests
{
    [Fact]
    public void A_limit_holds_for_the_process_that_it_is_set_for()
    {
        var own = LockedMemory.LimitOf(Environment.ProcessId);
        Assert.SkipWhen(own < 8192, "nothing may be locked here");
        using var process = HostProcess.Start(new ProcessStart("/bin/sleep", ["60"]));
        try
        {
            LockedMemory.Limit(process.Pid, 4096);
            LockedMemory.LimitOf(process.Pid).ShouldBe(4096ul);
            LockedMemory.LimitOf(Environment.ProcessId).ShouldBe(own);
        }
        finally
        {
            process.Kill(Signals.Kill);
        }
    }

    [Fact]
    public void A_process_that_is_not_there_has_none() => Should.Throw<VireoException>(() => LockedMemory.LimitOf(int.MaxValue)).Number1.ShouldBe(3);
}
