using System.Globalization;

namespace Vireo.Qemu.Tests.Drills;

/// <summary>Many guests and many clients at once, while something breaks; and the same thing a thousand times.</summary>
public sealed class DrillTests
{
    private static readonly string[] s_conflicts = ["already running", "is not running", "block job", "already exists"];

    [Fact]
    public async Task Twenty_guests_in_the_midst_of_fifty_operations_outlive_their_daemon()
    {
        await using var drill = await Drill.CreateAsync(20, plugs: 3);
        var guests = drill.Guests();
        guests.Count.ShouldBe(20);

        using var storm = drill.Watch("storm.py", drill.Folder, "20");
        (await storm.SaysAsync("all at work", TimeSpan.FromSeconds(120))).ShouldBeTrue(storm.Output);
        await drill.Daemon.KillAsync();
        var ended = await storm.EndAsync(TimeSpan.FromSeconds(60));
        ended.ExitCode.ShouldBe(0, ended.ToString());
        // What two changes of one guest refuse each other for.
        ended.Output.Split('\n').Where(line => line.StartsWith("refused", StringComparison.Ordinal))
            .ShouldAllBe(line => s_conflicts.Any(conflict => line.Contains(conflict, StringComparison.Ordinal)));

        await drill.Daemon.StartAsync();

        drill.Guests().ShouldBe(guests, ignoreOrder: true);
        (await drill.RunAsync("survivors.py", drill.Folder)).ShouldBe("found 20\n");
        drill.Guests().ShouldBeEmpty();
    }

    [Fact]
    public async Task Guests_that_hang_are_nobody_elses_trouble()
    {
        await using var drill = await Drill.CreateAsync(6);
        string[] pids = [.. await Task.WhenAll(drill.PidAsync("g0"), drill.PidAsync("g1"))];

        (await drill.RunAsync("hung.py", pids)).ShouldBe(
            """
            state was told at once
            info was told at once
            XMLDesc was told at once
            vcpusFlags was told at once
            schedulerParameters was told at once
            getCPUStats was told at once
            jobInfo was told at once
            listAllDomains was told at once
            destroyed while it hangs: 0 0
            True Timed out during operation: QEMU did not answer 'balloon' within 30 s; its monitor hangs or its host is overloaded
            goes on: 0 True

            """);
    }

    [Fact]
    public async Task A_thousand_cycles_leave_nothing_behind()
    {
        await using var drill = await Drill.CreateAsync(0);
        await drill.RunAsync("cycles.py", "100");
        var before = await drill.RemainsAsync();

        await drill.RunAsync("cycles.py", "700");

        drill.Guests().ShouldBeEmpty();
        await Eventually.TrueAsync(async () => await drill.RemainsAsync() == before, $"as before: {before}");
        long memory = drill.PrivateMemory();
        await drill.RunAsync("cycles.py", "200");
        await Eventually.TrueAsync(() => Task.FromResult(drill.PrivateMemory() < memory + 4_000_000), $"memory as before: {memory.ToString(CultureInfo.InvariantCulture)}", 60);
    }
}
