namespace Vireo.Qemu.Tests;

/// <summary>`snapshot-prune` shows which snapshots a retention lets go, deletes them when told to, and says what that freed.</summary>
public sealed class SnapshotPruneTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_oldest_go_and_the_others_keep_their_data(bool running)
    {
        await using var lab = await PrepareAsync();
        if (running)
            await lab.VirshAsync("start", "guest", "--paused");
        var before = await DomainPicture.TakeAsync(lab);

        string shown = await lab.VireoAsync("snapshot-prune", "guest", "--keep", "2");
        shown.ShouldContain("s1, taken 20");
        shown.ShouldContain($"vda: move the data of {lab["disk0.s1"]} down into {lab["disk0.qcow2"]}, at most (2");
        shown.ShouldContain("2 of the snapshots of domain 'guest' would be deleted; delete them with --apply");
        (await lab.VireoAsync("snapshot-prune", "guest", "--keep", "1", "--older-than", "4w")).ShouldContain("0 of the snapshots");
        (await DomainPicture.TakeAsync(lab)).ShouldBe(before);

        string told = await lab.VireoAsync("snapshot-prune", "guest", "--keep", "2", "--older-than", "0s", "--apply");

        told.ShouldMatch(@"(?s)s1 deleted, .*s2 deleted, .* freed\s+2 of the snapshots of domain 'guest' deleted, \d+\.\d+ MiB freed");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["s3", "s4"]);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
        if (running)
            await lab.VirshAsync("destroy", "guest");
        foreach (var (range, pattern) in new[] { ("0 1M", "0x11"), ("1M 1M", "0x22"), ("2M 1M", "0x33"), ("3M 1M", "0x44") })
            (await ProgramRun.CheckAsync("qemu-io", "-r", "-f", "qcow2", "-c", $"read -P {pattern} {range}", (await lab.DisksAsync())["vda"])).ShouldNotContain("verification failed");
        (await lab.VireoAsync("snapshot-prune", "guest", "--keep", "0", "--apply")).ShouldContain("s3 deleted");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe("s4");
        (await lab.VireoAsync("snapshot-prune", "guest", "--keep", "0", "--include-current", "--apply")).ShouldContain("s4 deleted");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task What_cannot_be_deleted_stays_and_the_others_go()
    {
        await using var lab = await PrepareAsync();
        await lab.VireoAsync("snapshot-delete", "guest", "s4");
        File.Move(lab["disk0.s1"], lab["away"]);
        var missing = await Client.VireoAsync(lab.Daemon, "snapshot-prune", "guest", "--keep", "0", "--apply");
        missing.ExitCode.ShouldBe(1);
        missing.Output.ShouldContain("s1 cannot be deleted: ");
        missing.Output.ShouldContain("0 of the snapshots of domain 'guest' deleted");
        File.Move(lab["away"], lab["disk0.s1"]);

        foreach (var (arguments, reason) in new (string[], string)[]
        {
            ([], "--keep or --older-than is required"),
            (["--keep", "-1"], "0 or more"),
            (["--older-than", "30"], "age '30'"),
            (["--older-than", "xd"], "age 'xd'"),
        })
        {
            var result = await Client.VireoAsync(lab.Daemon, ["snapshot-prune", "guest", .. arguments]);
            result.ExitCode.ShouldBe(1, result.ToString());
            result.Error.ShouldContain(reason);
        }
    }

    [Fact]
    public async Task Snapshots_of_a_stock_daemon_are_pruned_without_a_plan()
    {
        await using var lab = await GuestLab.CreateAsync(DaemonKind.Libvirtd, linux: false, disks: 1);
        foreach (string name in new[] { "s1", "s2", "s3" })
            await lab.VirshAsync("snapshot-create-as", "guest", name);

        (await lab.VireoAsync("snapshot-prune", "guest", "--keep", "1", "--apply")).ShouldContain("2 of the snapshots of domain 'guest' deleted\n");

        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe("s3");
    }

    /// <summary>Snapshots s1 to s4 of one disk, with another MiB written before each, and one that is written before every one.</summary>
    private static async Task<GuestLab> PrepareAsync()
    {
        var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        string image = lab["disk0.qcow2"];
        for (int i = 1; i <= 4; i++)
        {
            await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P 0x{i}{i} {i - 1}M 1M", "-c", "write 8M 1M", image);
            await lab.VirshAsync(lab.SnapshotArguments($"s{i}"));
            image = lab[$"disk0.s{i}"];
        }

        return lab;
    }
}
