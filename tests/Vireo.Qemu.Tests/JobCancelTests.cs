namespace Vireo.Qemu.Tests;

/// <summary>Long jobs show how far they are, and can be cancelled; what is cancelled leaves nothing broken.</summary>
public sealed class JobCancelTests
{
    [Fact]
    public async Task A_cancelled_merge_of_files_leaves_the_snapshot_marked_and_it_can_be_deleted_again()
    {
        using var tools = new ScratchDirectory("vt");
        await WriteSlowToolAsync(tools["qemu-img"]);
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1, environment: new Dictionary<string, string> { ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}" });
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await WriteAsync(lab["disk0.s1"], 0x11);
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteAsync(lab["disk0.s2"], 0x22, "0 1M");
        await WriteAsync(lab["disk0.qcow2"], 0x33, "8M 1M");
        string before = await ContentAsync(lab["disk0.s2"]);

        var deletion = await BeginDeletionAsync(lab);
        string shown = await lab.VireoAsync("domjobinfo", "guest");
        shown.ShouldContain("Snapshot delete");
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ExitCode.ShouldBe(0);
        var result = await deletion;

        result.ExitCode.ShouldBe(1);
        result.ToString().ShouldContain("operation aborted: job 'snapshot' canceled by client");
        await ShouldBeMarkedAsync(lab, "s2");
        (await ContentAsync((await lab.DisksAsync())["vda"])).ShouldBe(before);
        await lab.CheckImagesAsync();
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await ShouldBeMarkedAsync(lab, "s2");
        await lab.VirshAsync("snapshot-delete", "guest", "s2");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe("s1");
        (await ContentAsync((await lab.DisksAsync())["vda"])).ShouldBe(before);
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ToString().ShouldContain("domain is not running");
    }

    [Fact]
    public async Task A_merge_that_is_cancelled_or_loses_its_hypervisor_leaves_the_images_whole_and_can_be_finished()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await ProgramRun.CheckAsync("qemu-img", "resize", "-q", lab["disk0.qcow2"], "2G");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await WriteAsync(lab["disk0.s1"], 0x11, "0 1G");
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteAsync(lab["disk0.s2"], 0x22, "512M 1G");
        await lab.VirshAsync("start", "guest", "--paused");

        // Either way a gigabyte is copied. The hypervisor is held while the job is aborted, so that it is not done first.
        var deletion = await BeginDeletionAsync(lab);
        string guest = $"{lab.Guests().ShouldHaveSingleItem()}";
        await ProgramRun.CheckAsync("/bin/kill", "-STOP", guest);
        var abortion = Client.VirshAsync(lab.Daemon, "domjobabort", "guest");
        await Task.WhenAny(abortion, Task.Delay(TimeSpan.FromSeconds(1)));
        await ProgramRun.CheckAsync("/bin/kill", "-CONT", guest);
        (await abortion).ExitCode.ShouldBe(0);
        (await deletion).ToString().ShouldContain("operation aborted: job 'snapshot' canceled by client");
        await ShouldBeMarkedAsync(lab, "s2");
        (await lab.DisksAsync())["vda"].ShouldBe(lab["disk0.s2"]);
        (await lab.VirshAsync("blockjob", "guest", "vda")).ShouldContain("No current block job");
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        await ShouldBeMarkedAsync(lab, "s2");

        deletion = await BeginDeletionAsync(lab);
        await ProgramRun.CheckAsync("/bin/kill", "-KILL", $"{lab.Guests().ShouldHaveSingleItem()}");
        (await deletion).ToString().ShouldContain("snapshot 's2' of domain 'guest' is half-deleted");
        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest", "--reason")).Trim() == "shut off (crashed)", "the guest is gone");
        await ShouldBeMarkedAsync(lab, "s2");
        await lab.VirshAsync("snapshot-delete", "guest", "s2");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe("s1");
        string top = (await lab.DisksAsync())["vda"];
        foreach (string check in new[] { "read -P 0x11 0 512M", "read -P 0x22 512M 1G", "read -P 0 1536M 1M" })
            (await ProgramRun.ExecuteAsync("qemu-io", ["-f", "qcow2", "-r", "-c", check, top])).ToString().ShouldNotContain("verification failed");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task A_cancelled_save_of_memory_leaves_nothing()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await File.WriteAllTextAsync(lab["large.xml"], (lab.Domain with { Memory = 12 * 1024 }).ToXml());
        await lab.VirshAsync("define", lab["large.xml"]);
        await lab.VirshAsync("start", "guest");
        string[] files = [.. Directory.EnumerateFiles(lab.Folder).Order()];

        var creation = Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s1", "--memspec", lab["memory"], "--diskspec", $"vda,file={lab["disk0.s1"]}");
        await Eventually.TrueAsync(() => Task.FromResult(Directory.EnumerateFiles(lab.Folder).Any(f => f.Contains("memory", StringComparison.Ordinal) && new FileInfo(f).Length > 64 * 1024)), "memory is written");
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ExitCode.ShouldBe(0);
        var result = await creation;

        result.ToString().ShouldContain("operation aborted: job 'snapshot' canceled by client");
        Directory.EnumerateFiles(lab.Folder).Order().ShouldBe(files);
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBeEmpty();
        (await lab.DisksAsync())["vda"].ShouldBe(lab["disk0.qcow2"]);
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ToString().ShouldContain("no job is active on the domain");
        (await lab.VirshAsync("domjobinfo", "guest", "--completed")).ShouldContain("None");
    }

    [Fact]
    public async Task A_saved_memory_is_told_as_a_completed_job_once()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.VirshAsync("start", "guest");

        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--memspec", lab["memory"], "--diskspec", $"vda,file={lab["disk0.s1"]}");

        string told = await lab.VirshAsync("domjobinfo", "guest", "--completed", "--rawstats");
        foreach (string name in new[] { "operation: 6", "time_elapsed:", "downtime:", "setup_time:", "data_total:", "memory_total:", "memory_remaining: 0", "memory_page_size: 4096" })
            told.ShouldContain(name);
        (await lab.VirshAsync("domjobinfo", "guest", "--completed")).ShouldContain("None");
    }

    private static async Task<Task<ProgramResult>> BeginDeletionAsync(GuestLab lab)
    {
        var deletion = Client.VirshAsync(lab.Daemon, "snapshot-delete", "guest", "s2");
        await Eventually.TrueAsync(async () => (await Client.VirshAsync(lab.Daemon, "domjobinfo", "guest")).Output.Contains("File remaining:", StringComparison.Ordinal), "the deletion is shown");
        return deletion;
    }

    /// <summary>A qemu-img that merges 64 KiB a second, so that what takes a moment takes minutes.</summary>
    private static async Task WriteSlowToolAsync(string path)
    {
        await File.WriteAllTextAsync(path, "#!/bin/sh\n[ \"$1\" = commit ] || exec /usr/bin/qemu-img \"$@\"\nshift\nexec /usr/bin/qemu-img commit -r 65536 \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static Task WriteAsync(string image, byte pattern, string range = "0 16M") => ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P {pattern} {range}", image);

    private static async Task<string> ContentAsync(string image)
    {
        using var scratch = new ScratchDirectory("vc");
        await ProgramRun.CheckAsync("qemu-img", "convert", "-U", "-O", "raw", image, scratch["raw"]);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(scratch["raw"])));
    }

    private static async Task ShouldBeMarkedAsync(GuestLab lab, string snapshot)
    {
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).ShouldContain(snapshot);
        var revert = await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", snapshot);
        revert.ExitCode.ShouldBe(1);
        revert.ToString().ShouldContain($"snapshot '{snapshot}' is half-deleted: its data may be merged already; delete it again to finish that");
    }
}
