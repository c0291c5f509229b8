using System.Diagnostics;

namespace Vireo.Qemu.Tests;

/// <summary>Limits that disks of a guest share: they hold, can be changed while it runs, and stay with a disk whatever becomes of its images.</summary>
public sealed class ThrottleGroupTests
{
    private const string Groups = """
        <throttlegroups>
          <throttlegroup><group_name>slow</group_name><total_iops_sec>2000</total_iops_sec></throttlegroup>
          <throttlegroup><group_name>wide</group_name><write_bytes_sec>50000000</write_bytes_sec></throttlegroup>
        </throttlegroups>
        """;

    [Fact]
    public async Task Guest_is_held_to_the_limits_of_a_group()
    {
        await using var lab = await LabAsync(linux: true);
        await using var guest = await lab.BootAsync();
        (await guest.AskAsync("WRITE vda 0 quick")).ShouldBe("WROTE");
        using var watcher = Client.Watch("virsh", lab.Daemon, "event", "guest", "--event", "tunable", "--loop");
        await Eventually.TrueAsync(async () => (await SetAsync(lab, 1900)) && watcher.Output.Contains("total_iops_sec: 1900", StringComparison.Ordinal), "the change is told of");

        // QEMU lets a tenth of a second's worth pass at once, which is less than one write.
        await SetAsync(lab, 1);
        (await watcher.SaysAsync("\tblkdeviotune.group_name: slow\n\tblkdeviotune.total_iops_sec: 1\n\tblkdeviotune.group_name: slow\n", TimeSpan.FromSeconds(20))).ShouldBeTrue(watcher.Output);
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < 4; i++)
            (await guest.AskAsync($"WRITE vda {i * 4096} held{i}")).ShouldBe("WROTE");
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));

        await SetAsync(lab, 0);
        (await guest.AskAsync("READ vda 4096")).ShouldBe("held1");
        (await LimitsAsync(lab, "slow")).ShouldContain("\"iops-total\": 0,");
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldContain("<total_iops_sec>2000</total_iops_sec>");
    }

    [Fact]
    public async Task Groups_come_change_and_go_live_and_in_the_definition()
    {
        await using var lab = await LabAsync();
        await lab.VirshAsync("start", "guest", "--paused");
        (await lab.VireoAsync("domthrottlegrouplist", "guest")).ShouldBe(" Name\n-------\n slow\n wide\n\n");
        (await lab.VireoAsync("domthrottlegroupinfo", "guest", "slow")).ShouldBe("total_iops_sec : 2000\n\n");
        (await lab.VireoAsync("domthrottlegroupset", "guest", "new", "--read-iops-sec", "7", "--read-iops-sec-max", "70", "--read-iops-sec-max-length", "3", "--live", "--config")).ShouldContain("set successfully");
        (await lab.VireoAsync("domthrottlegroupinfo", "guest", "new", "--inactive")).ShouldBe("read_iops_sec  : 7\nread_iops_sec_max: 70\nread_iops_sec_max_length: 3\n\n");
        string limits = await LimitsAsync(lab, "new");
        limits.ShouldContain("\"iops-read\": 7,");
        limits.ShouldContain("\"iops-read-max\": 70,");
        limits.ShouldContain("\"iops-read-max-length\": 3");

        // A daemon that comes after knows them.
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        await lab.VireoAsync("domthrottlegroupset", "guest", "new", "--total-bytes-sec", "5000", "--live");
        limits = await LimitsAsync(lab, "new");
        limits.ShouldContain("\"bps-total\": 5000,");
        limits.ShouldContain("\"iops-read\": 7,");

        await RefusedAsync(lab, "error: invalid argument: throttle group 'slow' is still being used by disk vda", "domthrottlegroupdel", "guest", "slow");
        await RefusedAsync(lab, "error: invalid argument: throttle group 'slow' is still being used by disk vda", "domthrottlegroupdel", "guest", "slow", "--config");
        await RefusedAsync(lab, "object 'throttle-none' not found", "domthrottlegroupdel", "guest", "none");
        await RefusedAsync(lab, "total and read/write of iops_sec cannot be set at the same time", "domthrottlegroupset", "guest", "new", "--total-iops-sec", "5", "--read-iops-sec", "3");
        await RefusedAsync(lab, "Parameter 'id' expects an identifier", "domthrottlegroupset", "guest", "no identifier", "--total-iops-sec", "5");
        await RefusedAsync(lab, "block 'iotune' can't be used together with 'throttlefilters' for disk 'vda'", "blkdeviotune", "guest", "vda", "--total-iops-sec", "5");
        (await lab.VireoAsync("domthrottlegrouplist", "guest")).ShouldBe(" Name\n-------\n slow\n wide\n new\n\n", "what is refused changes nothing");
        await lab.VireoAsync("domthrottlegroupdel", "guest", "new", "--live", "--config");
        (await lab.VireoAsync("domthrottlegrouplist", "guest", "--inactive")).ShouldBe(" Name\n-------\n slow\n wide\n\n");
        (await lab.VirshAsync("qemu-monitor-command", "guest", "--hmp", "qom-list /objects")).ShouldNotContain("throttle-new");
    }

    [Fact]
    public async Task Disk_comes_with_its_limits_and_leaves_nothing()
    {
        await using var lab = await LabAsync(linux: true);
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["x.qcow2"], "16M");
        await using var guest = await lab.BootAsync();
        await RefusedAsync(lab, "XML error: throttle group 'none' not found", "attach-disk", "guest", lab["x.qcow2"], "vdb", "--subdriver", "qcow2", "--throttle-groups", "none");
        await lab.VireoAsync("domthrottlegroupset", "guest", "spare", "--total-bytes-sec", "90M", "--live");
        await lab.VireoAsync("attach-disk", "guest", lab["x.qcow2"], "vdb", "--subdriver", "qcow2", "--throttle-groups", "slow,spare", "--live");
        (await OpenAsync(lab)).ShouldContain("vdb-limit1: json:{\"throttle-group\": \"throttle-spare\", \"driver\": \"throttle\", \"file\": {\"throttle-group\": \"throttle-slow\"");
        await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", true);
        await File.WriteAllTextAsync(lab["x.xml"], $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{lab["x.qcow2"]}'/><target dev='vdb' bus='virtio'/></disk>");
        await RefusedAsync(lab, "cannot modify field 'throttlefilters' of the disk", "update-device", "guest", lab["x.xml"], "--live");

        // An image put on top comes below the limits, whose nodes are closed all the same when the disk goes.
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--atomic", "--diskspec", $"vda,file={lab["a.s1"]}", "--diskspec", $"vdb,file={lab["x.s1"]}");
        await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
        (await lab.DisksAsync()).Keys.ShouldBe(["vda"]);
        (await lab.VirshAsync("qemu-monitor-command", "guest", "{\"execute\":\"query-named-block-nodes\",\"arguments\":{\"flat\":true}}")).ShouldNotContain(lab["x."]);
        await lab.VireoAsync("domthrottlegroupdel", "guest", "spare", "--live");
    }

    [Fact]
    public async Task Limits_stay_whatever_becomes_of_the_images()
    {
        await using var lab = await LabAsync(linux: true);
        await using var guest = await lab.BootAsync();
        (await guest.AskAsync("WRITE vda 0 first")).ShouldBe("WROTE");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--atomic", "--diskspec", $"vda,file={lab["a.s1"]}");
        await IsLimitedAsync(lab, "a.s1");
        (await guest.AskAsync("WRITE vda 4096 second")).ShouldBe("WROTE");
        string figures = await lab.VirshAsync("domstats", "guest", "--block", "--backing");
        figures.ShouldContain("block.1.path=" + lab["disk0.qcow2"]);
        figures.ShouldContain("block.1.allocation=");
        (await lab.VirshAsync("domblkstat", "guest", "vda")).ShouldNotContain("vda wr_bytes 0");

        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("blockcommit", "guest", "vda", "--active", "--pivot", "--verbose")).ShouldContain("Successfully pivoted");
        await IsLimitedAsync(lab, "disk0.qcow2");
        (await lab.VirshAsync("blockcopy", "guest", "vda", lab["copy.qcow2"], "--transient-job", "--pivot", "--wait", "--verbose")).ShouldContain("Successfully pivoted");
        await IsLimitedAsync(lab, "copy.qcow2");
        await lab.VirshAsync("snapshot-create-as", "guest", "s2", "--disk-only", "--atomic", "--no-metadata", "--diskspec", $"vda,file={lab["a.s2"]}");
        (await lab.VirshAsync("blockpull", "guest", "vda", "--wait", "--verbose")).ShouldContain("Pull complete");
        await IsLimitedAsync(lab, "a.s2");
        await lab.VirshAsync("blockresize", "guest", "vda", "20M");
        await HotPlugTests.SeesAsync(guest, "SHOW /sys/block/vda/size", "40960", true);
        (await guest.AskAsync("READ vda 0")).ShouldBe("first");
        (await guest.AskAsync("READ vda 4096")).ShouldBe("second");

        await File.WriteAllTextAsync(lab["backup.xml"], $"<domainbackup><disks><disk name='vda' type='file'><target file='{lab["backup.qcow2"]}'/><driver type='qcow2'/></disk></disks></domainbackup>");
        await lab.VirshAsync("backup-begin", "guest", lab["backup.xml"]);
        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domjobinfo", "guest")).Contains("None", StringComparison.Ordinal), "the backup ends");
        (await ProgramRun.ExecuteAsync("qemu-img", ["compare", "-U", lab["backup.qcow2"], lab["a.s2"]])).ExitCode.ShouldBe(0);
        await IsLimitedAsync(lab, "a.s2");
        await lab.VirshAsync("save", "guest", lab["saved"]);
        await lab.VirshAsync("restore", lab["saved"]);
        await IsLimitedAsync(lab, "a.s2");
        await lab.CheckImagesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Revert_brings_back_the_limits_of_the_snapshot(bool memory)
    {
        await using var lab = await LabAsync(linux: true);
        await using (var guest = await lab.BootAsync())
        {
            (await guest.AskAsync("WRITE vda 0 then")).ShouldBe("WROTE");
            await (memory ? lab.VirshAsync("snapshot-create-as", "guest", "s1") : lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--atomic", "--diskspec", $"vda,file={lab["a.s1"]}"));
            (await guest.AskAsync("WRITE vda 0 later")).ShouldBe("WROTE");
        }

        // In the same process while the groups are the snapshot's; in a new one when they are not.
        if (memory)
            await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running");
        await lab.VireoAsync("domthrottlegroupset", "guest", "slow", "--total-iops-sec", "500", "--live");
        await RefusedAsync(lab, "error:", "snapshot-revert", "guest", "s1", "--running");
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn");
        (await OpenAsync(lab)).ShouldContain("vda-limit1");
        (await LimitsAsync(lab, "slow")).ShouldContain("\"iops-total\": 2000,");
        await using var again = await lab.SerialAsync();
        (await again.AskAsync("READ vda 0")).ShouldBe("then");
    }

    [Theory]
    [InlineData("snapshot.create.nodes-added", false)]
    [InlineData("snapshot.create.swapped", true)]
    public async Task Daemon_that_dies_within_a_snapshot_is_followed_by_one_that_sees_below_the_limits(string point, bool made)
    {
        await using var lab = await LabAsync(environment: new Dictionary<string, string> { ["VIREO_FAULT"] = point + ":kill" });
        await lab.VirshAsync("start", "guest", "--paused");
        (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s1", "--disk-only", "--atomic", "--diskspec", $"vda,file={lab["a.s1"]}")).ExitCode.ShouldNotBe(0);
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe(made ? "s1" : "");
        (await lab.DisksAsync())["vda"].ShouldBe(lab[made ? "a.s1" : "disk0.qcow2"]);
        await IsLimitedAsync(lab, made ? "a.s1" : "disk0.qcow2");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task Disk_that_is_only_read_has_limits_too()
    {
        await using var lab = await LabAsync();
        string xml = await lab.VirshAsync("dumpxml", "guest");
        await File.WriteAllTextAsync(lab["read.xml"], xml.Replace("</throttlefilters>", "</throttlefilters><readonly/>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["read.xml"]);
        await lab.VirshAsync("start", "guest", "--paused");
        (await OpenAsync(lab)).ShouldContain("vda-limit1: ");
        (await OpenAsync(lab)).ShouldContain("(throttle, read-only)");
    }

    private static async Task<GuestLab> LabAsync(bool linux = false, IReadOnlyDictionary<string, string>? environment = null)
    {
        var lab = await GuestLab.CreateAsync(disks: 1, linux: linux, environment: environment);
        string xml = lab.Domain.ToXml().Replace("<vcpu>", Groups + "<vcpu>", StringComparison.Ordinal)
            .Replace("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='virtio'/><throttlefilters><throttlefilter group='slow'/><throttlefilter group='wide'/></throttlefilters>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(lab["domain.xml"], xml);
        await lab.VirshAsync("define", lab["domain.xml"]);
        return lab;
    }

    private static async Task<bool> SetAsync(GuestLab lab, int limit) =>
        (await lab.VireoAsync("domthrottlegroupset", "guest", "slow", "--total-iops-sec", limit.ToString(System.Globalization.CultureInfo.InvariantCulture), "--live")).Length > 0;

    private static async Task RefusedAsync(GuestLab lab, string why, params string[] arguments)
    {
        var result = await Client.VireoAsync(lab.Daemon, arguments);
        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain(why);
    }

    private static Task<string> LimitsAsync(GuestLab lab, string group) => lab.VirshAsync("qemu-monitor-command", "guest", "--hmp", $"qom-get /objects/throttle-{group} limits");

    private static Task<string> OpenAsync(GuestLab lab) => lab.VirshAsync("qemu-monitor-command", "guest", "--hmp", "info block");

    private static async Task IsLimitedAsync(GuestLab lab, string image)
    {
        string open = await OpenAsync(lab);
        open.ShouldContain("vda-limit1: json:{\"throttle-group\": \"throttle-wide\", \"driver\": \"throttle\", \"file\": {\"throttle-group\": \"throttle-slow\", \"driver\": \"throttle\", \"file\": {\"driver\": \"qcow2\"");
        open.ShouldContain($"\"filename\": \"{lab[image]}\"");
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain("<throttlefilter group='slow'/>");
    }
}
