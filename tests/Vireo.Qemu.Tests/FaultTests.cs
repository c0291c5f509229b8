using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>
/// At every fault point of snapshot create, revert and delete the daemon is killed, or the step fails. Afterwards either all is done or nothing
/// is, there are no stray files, and the guest lives if it did.
/// </summary>
public sealed class FaultTests
{
    public static IEnumerable<TheoryDataRow<string, string, bool>> Points() =>
        from point in FaultPoints.All
        where point != FaultPoints.CreateFrozen // Only a guest with an agent comes there: AgentTests.
            && !point.StartsWith("snapshot.clone.", StringComparison.Ordinal) // CloneFaultTests.
        from how in (string[])["kill", "error"]
        from running in (bool[])[true, false]
        select new TheoryDataRow<string, string, bool>(point, how, running);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task All_or_nothing(string point, string how, bool running)
    {
        bool memory = point == FaultPoints.CreateMemorySaved || (point == FaultPoints.RevertPresentKept && running);
        bool inside = IsInternal(point) || (point == FaultPoints.RevertPresentKept && !running);
        if ((!running && (memory || NeedsProcess(point))) || (running && NeedsNone(point)))
            return; // Such a step exists only with a guest that runs, or only without one.

        bool firmware = point == FaultPoints.RevertFirmwareReplaced;
        await using var lab = await GuestLab.CreateAsync(linux: false, firmware: firmware);
        if (running)
            await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(inside ? InternalArguments("s1") : lab.SnapshotArguments("s1"));
        await lab.VirshAsync(inside ? InternalArguments("s2") : lab.SnapshotArguments("s2"));
        if (firmware)
            await File.WriteAllTextAsync(lab["vars.fd"], new string('2', 128 * 1024), TestContext.Current.CancellationToken);
        var before = await DomainPicture.TakeAsync(lab);
        string[] operation = Operation(lab, point, memory, inside, running);

        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{point}:{how}" });
        var result = await Client.VireoAsync(lab.Daemon, operation);
        if (how == "kill")
        {
            await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(20));
            result.ExitCode.ShouldBe(1, result.ToString());
        }
        else
        {
            // What failed after the point of no return is finished at the next start.
            await lab.Daemon.StopAsync();
        }

        await lab.Daemon.StartAsync();

        lab.Daemon.IsRunning.ShouldBeTrue();
        if (point.StartsWith("snapshot.delete.", StringComparison.Ordinal))
        {
            string journals = Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/journal");
            await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateFiles(journals).Any()), "a deletion that was cut short is gone on with");
        }

        var after = await DomainPicture.TakeAsync(lab);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty($"{result}\n{lab.Daemon.Log}");
        lab.Guests().Count.ShouldBe(running ? 1 : 0, lab.Daemon.Log);
        after.State.ShouldBe(before.State);
        if (after != before)
            ShouldBeDone(lab, point, inside, before, after);
        if (firmware)
            ((await File.ReadAllTextAsync(lab["vars.fd"], TestContext.Current.CancellationToken))[0] == '2').ShouldBe(after == before);
        if (inside)
            await TagsShouldBeKnownAsync(lab, after);
        if (!running)
            await lab.CheckImagesAsync();

        // Nothing stands in the way of the next one.
        await lab.VirshAsync(lab.SnapshotArguments("next"));
    }

    // Every image holds the internal snapshots that the domain knows, and no other.
    private static async Task TagsShouldBeKnownAsync(GuestLab lab, DomainPicture after)
    {
        for (int disk = 0; disk < 2; disk++)
            (await InternalSnapshotTests.TagsAsync(lab, disk)).ShouldBe(after.Snapshots.Split(' '), $"disk {disk}\n{lab.Daemon.Log}");
    }

    private static void ShouldBeDone(GuestLab lab, string point, bool inside, DomainPicture before, DomainPicture after)
    {
        if (inside)
        {
            after.Disks.ShouldBe(before.Disks);
            var (snapshots, current) = point.Split('.')[1] switch { "revert" => ("s1 s2 kept", "s1"), "delete" => ("s1", "s1"), _ => ("s1 s2 s3", "s3") };
            after.Snapshots.ShouldBe(snapshots);
            after.Current.ShouldBe(current);
            return;
        }

        if (point.StartsWith("snapshot.revert.", StringComparison.Ordinal))
        {
            after.Current.ShouldBe("s1");
            after.Snapshots.ShouldBe(before.Snapshots + (Keeps(point) ? " kept" : ""));
            after.Disks.ShouldNotBe(before.Disks);
        }
        else if (point.StartsWith("snapshot.delete.", StringComparison.Ordinal))
        {
            after.Snapshots.ShouldBe("s1");
            after.Disks.ShouldBe($"vda={lab["disk0.s1"]} vdb={lab["disk1.s1"]}");
        }
        else
        {
            after.Snapshots.ShouldBe("s1 s2 s3");
            after.Current.ShouldBe("s3");
            after.Disks.ShouldBe($"vda={lab["disk0.s3"]} vdb={lab["disk1.s3"]}");
        }
    }

    private static string[] InternalArguments(string name) => ["snapshot-create-as", "guest", name];

    private static bool IsInternal(string point) => NeedsNone(point) ||
        point is FaultPoints.CreateStateSaved or FaultPoints.RevertStateLoaded or FaultPoints.DeleteTagRemoved;

    private static bool NeedsNone(string point) => point is FaultPoints.CreateTagMade or FaultPoints.RevertTagApplied;

    private static bool NeedsProcess(string point) =>
        point is FaultPoints.CreateStateSaved or FaultPoints.RevertStateLoaded or FaultPoints.CreateNodesAdded or FaultPoints.RevertFirmwareReplaced or FaultPoints.RevertProcessStarted or FaultPoints.RevertVerified or FaultPoints.RevertOldStopped;

    // A revert that keeps the present state goes through all the points of one that does not, but for what it would remove.
    private static bool Keeps(string point) => point.StartsWith("snapshot.revert.", StringComparison.Ordinal) && point != FaultPoints.RevertFileRetired;

    private static string[] Operation(GuestLab lab, string point, bool memory, bool inside, bool running) => point.Split('.')[1] switch
    {
        "revert" =>
        [
            "snapshot-revert", "guest", "s1", .. (running && !inside ? (string[])["--running", "--allow-respawn"] : []),
            .. (Keeps(point) ? (string[])["--keep-current", "kept"] : []), .. (memory ? (string[])["--memspec", lab["kept.mem"]] : []),
        ],
        "delete" => ["snapshot-delete", "guest", "s1", "--children-only"],
        _ when inside => InternalArguments("s3"),
        _ when memory =>
        [
            "snapshot-create-as", "guest", "s3", "--memspec", lab["s3.mem"] + ",snapshot=external", "--diskspec", $"vda,file={lab["disk0.s3"]}",
            "--diskspec", $"vdb,file={lab["disk1.s3"]}",
        ],
        _ => lab.SnapshotArguments("s3"),
    };
}
