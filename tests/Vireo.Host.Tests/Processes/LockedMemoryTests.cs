using System.Globalization;
using Vireo.Host.Files;
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

    [Theory]
    [InlineData(1UL << 20, null)]
    [InlineData(1UL << 20, 65534u)]
    [InlineData(1UL << 33, null)]
    [InlineData(1UL << 33, 65534u)]
    [InlineData(LockedMemory.Unlimited, 65534u)]
    public async Task A_program_has_its_limit_before_its_first_instruction(ulong bytes, uint? user)
    {
        var own = LockedMemory.LimitsOf(Environment.ProcessId);
        Require(bytes);
        using var scratch = new TemporaryDirectory();
        using (var output = HostFile.OpenLog(scratch["limits"]))
        {
            using var process = HostProcess.Start(new ProcessStart("/bin/cat", ["/proc/self/limits"]) { UserId = user, GroupId = user, LockedMemory = bytes, StandardOutput = output });
            (await process.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token))!.Value.Success.ShouldBeTrue();
        }

        var limit = bytes == LockedMemory.Unlimited ? "unlimited" : bytes.ToString(CultureInfo.InvariantCulture);
        File.ReadAllText(scratch["limits"]).ShouldMatch($@"Max locked memory +{limit} ");
        LockedMemory.LimitsOf(Environment.ProcessId).ShouldBe(own);
    }

    [Fact]
    public void A_limit_above_what_may_be_allowed_is_as_far_as_it_goes()
    {
        var own = LockedMemory.LimitsOf(Environment.ProcessId);
        Assert.SkipUnless(CurrentUser.Id == 0, "root alone gives rights up");
        Assert.SkipWhen(own.Most == LockedMemory.Unlimited, "there is nothing above the limit");
        var (found, failure) = (0UL, default(Exception));
        var thread = new Thread(() =>
        {
            try
            {
                ThreadIdentity.Assume(65534, 65534, []);
                using var process = HostProcess.Start(new ProcessStart("/bin/sleep", ["60"]) { LockedMemory = LockedMemory.Unlimited });
                found = LockedMemory.LimitOf(process.Pid);
                process.Kill(Signals.Kill);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        failure.ShouldBeNull();
        found.ShouldBe(own.Most);
        LockedMemory.LimitsOf(Environment.ProcessId).ShouldBe(own);
    }

    [Fact]
    public async Task Programs_that_are_started_at_once_have_each_their_own()
    {
        var own = LockedMemory.LimitsOf(Environment.ProcessId);
        Require(64UL << 14);
        var found = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() =>
        {
            ulong? wanted = i % 2 == 0 ? (ulong)(i + 1) << 14 : null;
            using var process = HostProcess.Start(new ProcessStart("/bin/sleep", ["60"]) { LockedMemory = wanted });
            var limit = LockedMemory.LimitOf(process.Pid);
            process.Kill(Signals.Kill);
            return (Expected: wanted ?? own.Bytes, Found: limit);
        })));
        found.ShouldAllBe(pair => pair.Found == pair.Expected);
        LockedMemory.LimitsOf(Environment.ProcessId).ShouldBe(own);
    }

    [Fact]
    public void A_process_that_is_not_there_has_none() => Should.Throw<VireoException>(() => LockedMemory.LimitOf(int.MaxValue)).Number1.ShouldBe(3);

    private static void Require(ulong bytes)
    {
        Assert.SkipUnless(CurrentUser.Id == 0, "root alone starts programs as others");
        using var process = HostProcess.Start(new ProcessStart("/bin/sleep", ["60"]));
        var may = LockedMemory.TryLimit(process.Pid, bytes, Math.Max(bytes, LockedMemory.Most));
        process.Kill(Signals.Kill);
        Assert.SkipUnless(may, "limits cannot be raised here (CAP_SYS_RESOURCE)");
    }
}
