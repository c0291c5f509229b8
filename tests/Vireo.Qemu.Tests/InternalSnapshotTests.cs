namespace Vireo.Qemu.Tests;

/// <summary>Snapshots within the domain's own images: memory and disks of a real guest come back, in the same process when there is one.</summary>
public sealed class InternalSnapshotTests
{
    [Fact]
    public async Task Guest_that_runs_is_brought_back_in_its_own_process()
    {
        await using var lab = await GuestLab.CreateAsync();
        await using var guest = await lab.BootAsync();
        await FillAsync(guest, "one", "v1");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        await FillAsync(guest, "two", "v2");
        await lab.VirshAsync("snapshot-create-as", "guest", "s2");
        await FillAsync(guest, "three", "v3");
        var before = lab.Guests();
        (await lab.VireoAsync("snapshot-revert", "guest", "s1", "--dry-run")).ShouldContain("hypervisor process: kept");

        foreach (var (name, memory, disk) in new[] { ("s1", "one", "v1"), ("s2", "two", "v2"), ("s1", "one", "v1") })
        {
            await lab.VirshAsync("snapshot-revert", "guest", name);
            await HoldsAsync(guest, memory, disk);
            (await lab.VirshAsync("snapshot-current", "guest", "--name")).Trim().ShouldBe(name);
        }

        await lab.VirshAsync("snapshot-revert", "guest", "s2", "--paused");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("paused (from snapshot)");
        await lab.VirshAsync("resume", "guest");
        await HoldsAsync(guest, "two", "v2");
        lab.Guests().ShouldBe(before);

        await lab.VirshAsync("snapshot-delete", "guest", "s1", "--children");
        (await TagsAsync(lab, 0)).ShouldBeEmpty();
        (await TagsAsync(lab, 1)).ShouldBeEmpty();
        await HoldsAsync(guest, "two", "v2");
    }

    [Fact]
    public async Task Guest_that_was_shut_off_goes_on_where_the_snapshot_was_taken()
    {
        await using var lab = await GuestLab.CreateAsync();
        await using (var guest = await lab.BootAsync())
        {
            await FillAsync(guest, "one", "v1");
            await lab.VirshAsync("snapshot-create-as", "guest", "s1");
            await FillAsync(guest, "two", "v2");
        }

        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-revert", "guest", "s1");

        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("running (from snapshot)");
        await using var again = await lab.SerialAsync();
        await HoldsAsync(again, "one", "v1");
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await HoldsAsync(again, "one", "v1");
        await lab.VirshAsync("snapshot-revert", "guest", "s1");
        await HoldsAsync(again, "one", "v1");
    }

    [Fact]
    public async Task Changed_hardware_needs_leave_for_a_new_process()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        await lab.VirshAsync("destroy", "guest");
        await File.WriteAllTextAsync(lab["domain.xml"], (lab.Domain with { Memory = 48 }).ToXml(), TestContext.Current.CancellationToken);
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest");
        var before = lab.Guests();

        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", "s1");
        refused.Error.ShouldContain("--force");
        lab.Guests().ShouldBe(before);

        await lab.VirshAsync("snapshot-revert", "guest", "s1", "--force");
        lab.Guests().ShouldNotBe(before);
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain("<memory unit='KiB'>32768</memory>");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
    }

    [Fact]
    public async Task Image_that_holds_one_is_neither_merged_nor_filled_behind_its_back()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("outer"));
        await lab.VirshAsync("snapshot-create-as", "guest", "inner");

        foreach (string[] command in (string[][])[["blockpull", "guest", "vda"], ["blockcommit", "guest", "vda", "--active", "--pivot"]])
        {
            (await Client.VirshAsync(lab.Daemon, command)).Error.ShouldContain($"internal snapshot 'inner' of domain 'guest' lies in image '{lab["disk0.outer"]}' and would be lost; delete the snapshot first");
        }

        await lab.VirshAsync("snapshot-revert", "guest", "inner");
        await lab.VirshAsync("snapshot-delete", "guest", "inner");
        await lab.VirshAsync("blockpull", "guest", "vda", "--wait");
    }

    [Fact]
    public async Task Image_with_a_checkpoints_bitmap_is_not_brought_back()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("snapshot-create-as", "guest", "off");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("snapshot-create-as", "guest", "on");
        await lab.VirshAsync("checkpoint-create-as", "guest", "c1", "--diskspec", "vda,checkpoint=no", "--diskspec", "vdb");
        (await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", "on")).Error.ShouldContain("delete the checkpoints first");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");

        await lab.VirshAsync("destroy", "guest");
        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", "off");
        refused.Error.ShouldContain($"image '{lab["disk1.qcow2"]}' of disk vdb has dirty bitmaps");
        (await lab.VirshAsync("snapshot-current", "guest", "--name")).Trim().ShouldBe("on");

        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("checkpoint-delete", "guest", "c1");
        await lab.VirshAsync("snapshot-revert", "guest", "on");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-revert", "guest", "off");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task What_cannot_hold_a_snapshot_is_refused_in_libvirts_words()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disk: index => new TestDisk(index == 0 ? "vda" : "vdb", $"disk{index}", Format: index == 0 ? "qcow2" : "raw"));
        foreach (string state in (string[])["shut off", "running"])
        {
            if (state == "running")
                await lab.VirshAsync("start", "guest");
            (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s1")).Error
                .ShouldContain("unsupported configuration: internal snapshot for disk vdb unsupported for storage type raw", Case.Sensitive, state);
            (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s1", "--diskspec", "vdb,snapshot=no")).Error
                .ShouldContain("disk 'vdb' must use snapshot mode 'internal'", Case.Sensitive, state);
        }

        (await TagsAsync(lab, "disk0")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Part_that_is_missing_stops_a_revert_and_not_a_deletion(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        if (running)
            await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        if (running)
            await lab.VirshAsync("destroy", "guest");
        await ProgramRun.CheckAsync("qemu-img", "snapshot", "-d", "s1", lab["disk1.qcow2"]);
        if (running)
            await lab.VirshAsync("start", "guest");
        var before = await DomainPicture.TakeAsync(lab);

        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", "s1");

        refused.Error.ShouldContain("does not hold internal snapshot 's1'");
        (await DomainPicture.TakeAsync(lab)).ShouldBe(before);
        await lab.VirshAsync("snapshot-delete", "guest", "s1");
        (await TagsAsync(lab, 0)).ShouldBeEmpty();
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_mean_what_they_say(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        if (running)
            await lab.VirshAsync("start", "guest");
        string[] names = ["-x", "--help", "-l", "a,b=c", "name with 'quotes\" and \\", "ü", "1795253330"];
        foreach (string name in names)
            await lab.VirshAsync("snapshot-create-as", "guest", "--name", name);

        (await TagsAsync(lab, 0)).Count.ShouldBe(names.Length);
        foreach (string name in names.Reverse())
        {
            await lab.VirshAsync("snapshot-revert", "guest", "--snapshotname", name);
            (await lab.VirshAsync("snapshot-current", "guest", "--name")).Trim().ShouldBe(name);
            await lab.VirshAsync("snapshot-delete", "guest", "--snapshotname", name);
        }

        (await TagsAsync(lab, 0)).ShouldBeEmpty();
        (await TagsAsync(lab, 1)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Name_that_is_anothers_number_is_not_taken_for_it()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await WriteAsync(lab, 1);
        await lab.VirshAsync("snapshot-create-as", "guest", "2");
        await WriteAsync(lab, 2);
        await lab.VirshAsync("snapshot-create-as", "guest", "other"); // QEMU gives it the number 2.
        await WriteAsync(lab, 3);

        await lab.VirshAsync("snapshot-revert", "guest", "2");
        (await ReadsAsync(lab, 1)).ShouldBeTrue();
        await lab.VirshAsync("snapshot-revert", "guest", "other");
        (await ReadsAsync(lab, 2)).ShouldBeTrue();

        await lab.VirshAsync("start", "guest");
        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "1");
        refused.Error.ShouldContain("for the number of '2'");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-delete", "guest", "2");
        await lab.VirshAsync("snapshot-revert", "guest", "other");
        (await ReadsAsync(lab, 2)).ShouldBeTrue();
    }

    /// <summary>The names of the snapshots within an image.</summary>
    public static async Task<IReadOnlyList<string>> TagsAsync(GuestLab lab, string image)
    {
        using var info = System.Text.Json.JsonDocument.Parse(await ProgramRun.CheckAsync("qemu-img", "info", "-U", "--output=json", lab[image]));
        return info.RootElement.TryGetProperty("snapshots", out var held) ? [.. held.EnumerateArray().Select(s => s.GetProperty("name").GetString()!)] : [];
    }

    /// <inheritdoc cref="TagsAsync(GuestLab, string)"/>
    public static Task<IReadOnlyList<string>> TagsAsync(GuestLab lab, int disk) => TagsAsync(lab, $"disk{disk}.qcow2");

    internal static async Task FillAsync(GuestSerial guest, string memory, string disk)
    {
        await guest.AskAsync("SET " + memory);
        (await guest.AskAsync("WRITE vda 0 " + disk)).ShouldBe("WROTE");
        (await guest.AskAsync("WRITE vdb 65536 " + disk)).ShouldBe("WROTE");
    }

    internal static async Task HoldsAsync(GuestSerial guest, string memory, string disk)
    {
        (await guest.AskAsync("GET")).ShouldBe(memory);
        (await guest.AskAsync("READ vda 0")).ShouldBe(disk);
        (await guest.AskAsync("READ vdb 65536")).ShouldBe(disk);
    }

    private static Task WriteAsync(GuestLab lab, int value) => ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P {value} 0 64k", lab["disk0.qcow2"]);

    private static async Task<bool> ReadsAsync(GuestLab lab, int value) =>
        !(await ProgramRun.ExecuteAsync("qemu-io", ["-f", "qcow2", "-c", $"read -P {value} 0 64k", lab["disk0.qcow2"]])).ToString().Contains("verification failed", StringComparison.Ordinal);
}
