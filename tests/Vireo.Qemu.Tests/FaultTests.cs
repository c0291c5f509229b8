using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>
/// At every fault point of snapshot create, revert and delete the daemon is killed, or the guest's QEMU, or both, or the step fails; and every write to a file fails. Afterwards either
/// all is done or nothing is, the snapshots have their data, there are no stray files, and a guest that was not killed lives.
/// </summary>
public sealed class FaultTests
{
    public static IEnumerable<TheoryDataRow<string, bool>> Operations() => FaultedOperation.All.Select(operation => new TheoryDataRow<string, bool>(operation.Name, operation.Running));

    [Fact]
    public void Every_fault_point_is_passed_by_some_operation() =>
        FaultedOperation.All.SelectMany(operation => operation.Points).Distinct().Order()
            .ShouldBe(FaultPoints.All.Where(point => point != FaultPoints.CreateFrozen && !IsElsewhere(point)).Order(), "AgentTests freezes, CloneFaultTests clones, ArchiveFaultTests moves, HotPlugFaultTests plugs, SavedStateTests saves");

    private static bool IsElsewhere(string point) => point.Split('.') is [_, "clone" or "export" or "import" or "plug" or "unplug", _] or ["save", _];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task All_or_nothing(string name, bool running)
    {
        var operation = new FaultedOperation(name, running);
        await using var walk = await FaultWalk.SetAsync(operation);
        var passed = await walk.PassedAsync();
        passed.Keys.Where(operation.IsOwn).Order().ShouldBe(operation.Points.Order());
        foreach (var (point, hits) in passed)
        {
            foreach (string how in running ? (string[])["kill", "qemu", "both", "error"] : ["kill"])
                await walk.TryAsync(point, 1, how);
            if (hits > 1 && running)
                await walk.TryAsync(point, hits, "both");
        }

        walk.Finish($"{passed.Count} fault points");
    }

    [Theory]
    [InlineData("create", "EIO")]
    [InlineData("revert", "ENOSPC")]
    [InlineData("delete", "EIO")]
    public async Task Any_write_may_fail_while_the_guest_runs(string name, string errno)
    {
        await using var walk = await FaultWalk.SetAsync(new FaultedOperation(name, Running: true));
        await walk.PassedAsync();
        await walk.TryWritesAsync(errno);
        walk.Finish(errno);
    }
}
