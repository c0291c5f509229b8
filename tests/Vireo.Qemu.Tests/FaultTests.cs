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
        from how in (string[])["kill", "error"]
        from running in (bool[])[true, false]
        select new TheoryDataRow<string, string, bool>(point, how, running);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task All_or_nothing(string point, string how, bool running)
    {
        bool memory = point == FaultPoints.CreateMemorySaved;
        bool inside = IsInternal(point);
        if ((!running && (memory || NeedsProcess(point))) || (running && NeedsNone(point)))
            return; // Such a step exists only with a guest that runs, or only without one.

        await using var lab = await GuestLab.CreateAsync(linux: false);
        if (running)
            await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(inside ? InternalArguments("s1") : lab.SnapshotArguments("s1"));
        await lab.VirshAsync(inside ? InternalArguments("s2") : lab.SnapshotArguments("s2"));
        var before = await DomainPicture.TakeAsync(lab);
        string[] operation = Operation(lab, point, memory, running);

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
        if (IsDelete(point))
        {
            string journals = Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/journal");
            await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateFiles(journals).Any()), "a deletion that was cut short is gone on with");
        }

        var after = await DomainPicture.TakeAsync(lab);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty($"{result}\n{lab.Daemon.Log}");
        lab.Guests().Count.ShouldBe(running ? 1 : 0, lab.Daemon.Log);
        after.State.ShouldBe(before.State);
        if (after != before)
            ShouldBeDone(lab, point, before, after);
        if (inside)
            await TagsShouldBeKnownAsync(lab, after);
        if (running)
            await OpenImagesShouldBeKnownAsync(lab);
        else
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

    // The hypervisor has open what the domain's disks are made of, and nothing else.
    private static async Task OpenImagesShouldBeKnownAsync(GuestLab lab)
    {
        int guest = lab.Guests().ShouldHaveSingleItem();
        var open = Directory.EnumerateFiles($"/proc/{guest}/fd").Select(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName).OfType<string>()
            .Where(path => path.StartsWith(lab["disk"], StringComparison.Ordinal)).Distinct().Order();
        open.ShouldBe((await DomainPicture.ImagesAsync(lab)).Order(), lab.Daemon.Log);
    }

    private static void ShouldBeDone(GuestLab lab, string point, DomainPicture before, DomainPicture after)
    {
        if (IsInternal(point))
        {
            after.Disks.ShouldBe(before.Disks);
            var (snapshots, current) = point.Split('.')[1] switch { "revert" => ("s1 s2", "s1"), "delete" => ("s1", "s1"), _ => ("s1 s2 s3", "s3") };
            after.Snapshots.ShouldBe(snapshots);
            after.Current.ShouldBe(current);
            return;
        }

        if (point.StartsWith("snapshot.revert.", StringComparison.Ordinal))
        {
            after.Current.ShouldBe("s1");
            after.Snapshots.ShouldBe(before.Snapshots);
            after.Disks.ShouldNotBe(before.Disks);
        }
        else if (IsDelete(point))
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

    private static bool IsDelete(string point) => point.Split('.') is ["snapshot", "delete", _] or ["blockjob", _];

    private static bool NeedsNone(string point) => point is FaultPoints.CreateTagMade or FaultPoints.RevertTagApplied;

    private static bool NeedsProcess(string point) =>
        point is FaultPoints.JobConcluded or FaultPoints.JobDismissed or FaultPoints.CreateStateSaved or FaultPoints.RevertStateLoaded or FaultPoints.CreateNodesAdded or FaultPoints.RevertProcessStarted or FaultPoints.RevertVerified or FaultPoints.RevertOldStopped;

    private static string[] Operation(GuestLab lab, string point, bool memory, bool running) => point.Split('.')[1] switch
    {
        "revert" => ["snapshot-revert", "guest", "s1", .. (running && !IsInternal(point) ? (string[])["--running", "--allow-respawn"] : [])],
        "delete" or "concluded" or "dismissed" => ["snapshot-delete", "guest", "s1", "--children-only"],
        _ when IsInternal(point) => InternalArguments("s3"),
        _ when memory =>
        [
            "snapshot-create-as", "guest", "s3", "--memspec", lab["s3.mem"] + ",snapshot=external", "--diskspec", $"vda,file={lab["disk0.s3"]}",
            "--diskspec", $"vdb,file={lab["disk1.s3"]}",
        ],
        _ => lab.SnapshotArguments("s3"),
    };
}
