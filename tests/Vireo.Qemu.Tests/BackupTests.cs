using System.Text.Json;

namespace Vireo.Qemu.Tests;

/// <summary>Checkpoints and backups by stock virsh, of a paused guest whose disk is written through a monitor of the test's own; libvirtd does the same.</summary>
public sealed class BackupTests
{
    private const string Monitor = "qmp.sock";

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Full_backup_and_incremental_one_give_the_disk_back(DaemonKind kind)
    {
        await using var lab = await StartedAsync(kind);
        await BeginAsync(lab, Push("full.qcow2"), checkpoint: "c1");
        await EndedAsync(lab);
        await WriteAsync(lab, 0x22, "2M", "1M");

        await lab.VirshAsync("checkpoint-create-as", "guest", "c2");
        await WriteAsync(lab, 0x33, "4M", "64k");
        await BeginAsync(lab, Push("inc.qcow2", since: "c1"), checkpoint: "c3");
        await EndedAsync(lab);
        await WriteAsync(lab, 0x44, "6M", "64k");
        await BeginAsync(lab, Push("inc2.qcow2", since: "c3"));
        await EndedAsync(lab);

        // The backup's own is removed a moment after its end is told.
        await Eventually.TrueAsync(async () => (await BitmapsAsync(lab)).SequenceEqual(["c1", "c2", "c3"]), "only the checkpoints' bitmaps are left");
        await lab.VirshAsync("destroy", "guest");
        await ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-b", lab["full.qcow2"], "-F", "qcow2", lab["inc.qcow2"]);
        await ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-b", lab["inc.qcow2"], "-F", "qcow2", lab["inc2.qcow2"]);
        await ProgramRun.CheckAsync("qemu-img", "compare", lab["inc2.qcow2"], lab["disk0.qcow2"]);
        (await MappedAsync(lab["inc.qcow2"])).ShouldBe((1 << 20) + 65536);
        (await MappedAsync(lab["inc2.qcow2"])).ShouldBe(65536);
        await lab.CheckImagesAsync();
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Incremental_backup_over_a_snapshot_has_what_was_written_before_and_after_it(DaemonKind kind)
    {
        await using var lab = await StartedAsync(kind);
        await BeginAsync(lab, Push("full.qcow2"), checkpoint: "c1");
        await EndedAsync(lab);
        await WriteAsync(lab, 0x22, "2M", "64k");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await WriteAsync(lab, 0x33, "4M", "64k");
        await BeginAsync(lab, Push("inc.qcow2", since: "c1"));
        await EndedAsync(lab);
        (await lab.VirshAsync("checkpoint-dumpxml", "guest", "c1", "--size", "--no-domain")).ShouldContain("size='131072'");
        await lab.VirshAsync("checkpoint-delete", "guest", "c1");

        (await BitmapsAsync(lab)).ShouldBeEmpty();
        await lab.VirshAsync("destroy", "guest");
        await ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-b", lab["full.qcow2"], "-F", "qcow2", lab["inc.qcow2"]);
        await ProgramRun.CheckAsync("qemu-img", "compare", lab["inc.qcow2"], lab["disk0.s1"]);
        await lab.CheckImagesAsync();
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Pulled_backup_is_the_disk_as_it_was_when_it_began(DaemonKind kind)
    {
        await using var lab = await StartedAsync(kind);
        await lab.VirshAsync("checkpoint-create-as", "guest", "c1");
        await WriteAsync(lab, 0x22, "2M", "64k");
        string xml = $"<domainbackup mode='pull'><incremental>c1</incremental><server transport='unix' socket='{lab["nbd.sock"]}'/>"
            + $"<disks><disk name='vda' type='file'><scratch file='{lab["scratch.qcow2"]}'/></disk></disks></domainbackup>";
        await BeginAsync(lab, _ => xml);
        (await lab.VirshAsync("backup-dumpxml", "guest")).ShouldContain("exportname='vda' exportbitmap='backup-vda' index=");
        await WriteAsync(lab, 0x33, "2M", "1M");

        string export = $"nbd+unix:///vda?socket={lab["nbd.sock"]}";
        (await ProgramRun.CheckAsync("qemu-io", "-r", "-f", "raw", "-c", "read -P 0x22 2M 64k", "-c", "read -P 0 2112k 128k", "-c", "read -P 0x11 0 1M", export)).ShouldNotContain("verification failed");
        string map = await ProgramRun.CheckAsync(
            "qemu-img", "map", "--output=json", "--image-opts", $"driver=nbd,server.type=unix,server.path={lab["nbd.sock"]},export=vda,x-dirty-bitmap=qemu:dirty-bitmap:backup-vda");
        using var parsed = JsonDocument.Parse(map);
        parsed.RootElement.EnumerateArray().Where(e => !e.GetProperty("data").GetBoolean()).Select(e => (e.GetProperty("start").GetInt64(), e.GetProperty("length").GetInt64()))
            .ShouldBe([(2L << 20, 65536L)]);
        if (kind == DaemonKind.Vireod)
            await RevertIsRefusedAsync(lab);
        await lab.VirshAsync("domjobabort", "guest");
        await EndedAsync(lab);

        File.Exists(lab["scratch.qcow2"]).ShouldBe(false);
        File.Exists(lab["nbd.sock"]).ShouldBe(false);
        (await BitmapsAsync(lab)).ShouldBe(["c1"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Checkpoints_and_a_pulled_backup_outlive_the_daemon(bool killed)
    {
        await using var lab = await StartedAsync(DaemonKind.Vireod);
        await lab.VirshAsync("checkpoint-create-as", "guest", "c1");
        await lab.VirshAsync("checkpoint-create-as", "guest", "c2");
        string xml = $"<domainbackup mode='pull'><server transport='unix' socket='{lab["nbd.sock"]}'/><disks><disk name='vda' type='file'><scratch file='{lab["scratch.qcow2"]}'/></disk></disks></domainbackup>";
        await BeginAsync(lab, _ => xml);
        string before = await lab.VirshAsync("backup-dumpxml", "guest");

        await (killed ? lab.Daemon.KillAsync() : lab.Daemon.StopAsync());
        await lab.Daemon.StartAsync();

        (await lab.VirshAsync("backup-dumpxml", "guest")).ShouldBe(before);
        (await lab.VirshAsync("checkpoint-parent", "guest", "c2")).Trim().ShouldBe("c1");
        await lab.VirshAsync("checkpoint-create-as", "guest", "c3");
        (await lab.VirshAsync("checkpoint-parent", "guest", "c3")).Trim().ShouldBe("c2");
        await lab.VirshAsync("domjobabort", "guest");
        await EndedAsync(lab);
        File.Exists(lab["scratch.qcow2"]).ShouldBe(false);
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Backup_after_a_pull_of_the_lower_image_has_what_was_written_to_it(DaemonKind kind)
    {
        await using var lab = await StartedAsync(kind);
        await BeginAsync(lab, Push("full.qcow2"), checkpoint: "c1");
        await EndedAsync(lab);
        await WriteAsync(lab, 0x22, "2M", "64k");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync("blockpull", "guest", "vda", "--wait");
        await BeginAsync(lab, Push("inc.qcow2", since: "c1"));
        await EndedAsync(lab);

        await lab.VirshAsync("destroy", "guest");
        await ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-b", lab["full.qcow2"], "-F", "qcow2", lab["inc.qcow2"]);
        await ProgramRun.CheckAsync("qemu-img", "compare", lab["inc.qcow2"], lab["disk0.s1"]);
    }

    /// <summary>It would end the process that makes the backup.</summary>
    private static async Task RevertIsRefusedAsync(GuestLab lab)
    {
        string document = "<domainsnapshot><name>old</name><state>shutoff</state><creationTime>1</creationTime><memory snapshot='no'/>"
            + $"<disks><disk name='vda' snapshot='external' type='file'><driver type='qcow2'/><source file='{lab["old.qcow2"]}'/></disk></disks>{lab.Domain.ToXml()}</domainsnapshot>";
        await File.WriteAllTextAsync(lab["old.xml"], document);
        await lab.VirshAsync("snapshot-create", "guest", lab["old.xml"], "--redefine");
        var refused = await Client.VireoAsync(lab.Daemon, "snapshot-revert", "guest", "old", "--allow-respawn");
        refused.Error.ShouldContain("disk 'vda' already in active block job");
        await lab.VirshAsync("snapshot-delete", "guest", "old", "--metadata");
    }

    private static async Task<GuestLab> StartedAsync(DaemonKind kind)
    {
        var lab = await GuestLab.CreateAsync(kind, disks: 1, linux: false);
        await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", "write -P 0x11 0 1M", lab["disk0.qcow2"]);
        await File.WriteAllTextAsync(lab["domain.xml"], SecondMonitor.Added(lab.Domain, lab[Monitor]));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest", "--paused");
        return lab;
    }

    private static Func<GuestLab, string> Push(string file, string? since = null) => lab =>
        $"<domainbackup>{(since is null ? "" : $"<incremental>{since}</incremental>")}<disks><disk name='vda' type='file'><target file='{lab[file]}'/></disk></disks></domainbackup>";

    private static async Task BeginAsync(GuestLab lab, Func<GuestLab, string> xml, string? checkpoint = null)
    {
        await File.WriteAllTextAsync(lab["backup.xml"], xml(lab));
        await File.WriteAllTextAsync(lab["checkpoint.xml"], $"<domaincheckpoint><name>{checkpoint}</name></domaincheckpoint>");
        string[] arguments = ["backup-begin", "guest", lab["backup.xml"]];
        await lab.VirshAsync(checkpoint is null ? arguments : [.. arguments, lab["checkpoint.xml"]]);
    }

    private static Task EndedAsync(GuestLab lab) =>
        Eventually.TrueAsync(async () => (await Client.VirshAsync(lab.Daemon, "backup-dumpxml", "guest")).Error.Contains("no domain backup job present", StringComparison.Ordinal), "the backup ends");

    private static async Task WriteAsync(GuestLab lab, int pattern, string offset, string length)
    {
        await using var monitor = await SecondMonitor.ConnectAsync(lab[Monitor]);
        await monitor.WriteAsync($"write -P {pattern} {offset} {length}");
    }

    private static async Task<IReadOnlyList<string>> BitmapsAsync(GuestLab lab)
    {
        await using var monitor = await SecondMonitor.ConnectAsync(lab[Monitor]);
        var nodes = await monitor.AskAsync("""{"execute":"query-named-block-nodes","arguments":{"flat":true}}""");
        return [.. nodes.EnumerateArray().SelectMany(n => n.TryGetProperty("dirty-bitmaps", out var all) ? all.EnumerateArray().ToList() : [])
            .Select(b => b.TryGetProperty("name", out var name) ? name.GetString()! : "").Where(n => n.Length > 0).Distinct().Order(StringComparer.Ordinal)];
    }

    private static async Task<long> MappedAsync(string image)
    {
        using var map = JsonDocument.Parse(await ProgramRun.CheckAsync("qemu-img", "map", "--output=json", image));
        return map.RootElement.EnumerateArray().Where(e => e.GetProperty("depth").GetInt32() == 0 && e.GetProperty("data").GetBoolean()).Sum(e => e.GetProperty("length").GetInt64());
    }
}
