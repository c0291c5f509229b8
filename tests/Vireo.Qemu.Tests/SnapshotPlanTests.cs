namespace Vireo.Qemu.Tests;

/// <summary>`--dry-run` says what a change of snapshots would do, does nothing of it, and is right.</summary>
public sealed class SnapshotPlanTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plan_says_what_then_happens(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        if (running)
            await lab.VirshAsync("start", "guest");

        string plan = await PlanAsync(lab, lab.SnapshotArguments("s1"));
        plan.ShouldContain($"vda: make {lab["disk0.s1"]} over {lab["disk0.qcow2"]}");
        plan.ShouldContain($"vdb: switch to {lab["disk1.s1"]}");
        plan.ShouldContain(running ? "stands still for the moment" : "does not notice");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync(lab.SnapshotArguments("s2"));

        string[] revert = ["snapshot-revert", "guest", "s1", .. (running ? (string[])["--running", "--allow-respawn"] : [])];
        plan = await PlanAsync(lab, revert);
        plan.ShouldContain($"hypervisor process: {(running ? "replaced" : "none")}");
        plan.ShouldContain($"remove {lab["disk0.s2"]}");

        plan = await PlanAsync(lab, "snapshot-delete", "guest", "s2");
        plan.ShouldContain("vda: ");
        plan.ShouldContain($"remove {lab["disk0.s2"]}");
        await lab.VirshAsync("snapshot-delete", "guest", "s2");
        File.Exists(lab["disk0.s2"]).ShouldBeFalse();
        (await lab.DisksAsync())["vda"].ShouldBe(lab["disk0.s1"]);
    }

    [Fact]
    public async Task Plan_that_would_be_refused_says_why()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));

        (await RefusedAsync(lab, lab.SnapshotArguments("s1"))).ShouldContain("already exists");
        (await RefusedAsync(lab, "snapshot-revert", "guest", "s1", "--running")).ShouldContain("--allow-respawn");
        (await RefusedAsync(lab, "snapshot-delete", "guest", "nothere")).ShouldContain("no domain snapshot with matching name 'nothere'");
    }

    [Fact]
    public async Task Plan_tells_every_reason_at_once()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disk: index => new TestDisk($"vd{(char)('a' + index)}", $"disk{index}", Format: index == 0 ? "raw" : "qcow2", Shareable: index == 0));
        await File.WriteAllTextAsync(lab["taken"], "", TestContext.Current.CancellationToken);
        string[] create = ["snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", $"vda,file={lab["a.s1"]}", "--diskspec", $"vdb,file={lab["taken"]}", "--diskspec", "vdx"];
        string[] reasons = ["no disk named 'vdx'", "shared access for disk 'vda' requires use of supported storage format", $"external snapshot file for disk vdb already exists and is not a block device: {lab["taken"]}"];

        string told = await RefusedAsync(lab, create);
        foreach (string reason in reasons)
            told.ShouldContain(reason);
        told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(reasons.Length, told);

        // What is really to be done ends at the first.
        var result = await Client.VireoAsync(lab.Daemon, create);
        result.ExitCode.ShouldBe(1);
        reasons.Count(result.Error.Contains).ShouldBe(1, result.Error);

        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", "vda,snapshot=no", "--diskspec", $"vdb,file={lab["b.s1"]}");
        await lab.VirshAsync("start", "guest");
        File.Move(lab["disk1"], lab["elsewhere"]);
        told = await RefusedAsync(lab, "snapshot-revert", "guest", "s1", "--running");
        told.ShouldContain("--allow-respawn");
        told.ShouldContain($"Cannot access storage file '{lab["disk1"]}'");
    }

    [Fact]
    public async Task Stock_daemon_that_cannot_plan_is_told_apart()
    {
        await using var lab = await GuestLab.CreateAsync(DaemonKind.Libvirtd, linux: false);

        var result = await Client.VireoAsync(lab.Daemon, [.. lab.SnapshotArguments("s1"), "--dry-run"]);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("this daemon cannot plan");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBeEmpty();
    }

    private static async Task<string> PlanAsync(GuestLab lab, params string[] command)
    {
        var before = await DomainPicture.TakeAsync(lab);
        string plan = await lab.VireoAsync([.. command, "--dry-run"]);
        (await DomainPicture.TakeAsync(lab)).ShouldBe(before);
        return plan;
    }

    private static async Task<string> RefusedAsync(GuestLab lab, params string[] command)
    {
        var result = await Client.VireoAsync(lab.Daemon, [.. command, "--dry-run"]);
        result.ExitCode.ShouldBe(1, result.ToString());
        return result.Error;
    }
}
