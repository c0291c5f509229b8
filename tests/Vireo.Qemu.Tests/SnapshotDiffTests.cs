using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>`snapshot-diff` says where the disks of two snapshots differ and by how much, and what differs in the documents; it changes nothing.</summary>
public sealed class SnapshotDiffTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frozen_images_are_compared_byte_by_byte(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await WriteAsync(lab["disk0.qcow2"], "write -P 0x11 0 2M");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));

        // The same bytes again, a sector, zeros over data, data over a hole.
        await WriteAsync(lab["disk0.s1"], "write -P 0x11 64k 64k", "write -P 0x22 512k 512", "write -z 1M 64k", "write -P 0x33 8M 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteAsync(lab["disk0.s2"], "write -P 0x11 1M 64k", "write -P 0x44 15M 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s3"));
        if (running)
            await lab.VirshAsync("start", "guest");
        var before = await DomainPicture.TakeAsync(lab);

        string told = await lab.VireoAsync("snapshot-diff", "guest", "s1", "s2", "--extents");
        Words(told, "vda", "changed").ShouldBe($"vda changed {512 + 65536 + (1 << 20)} 3");
        Words(told, "vdb", "same").ShouldBe("vdb same 0 0");
        foreach (string extent in new[] { "vda 524288 512", "vda 1048576 65536", "vda 8388608 1048576" })
            told.Split('\n').Select(Compact).ShouldContain(extent);
        told.ShouldContain($" devices/disk[vda]/source/@file: '{lab["disk0.qcow2"]}' -> '{lab["disk0.s1"]}'");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s3", "s1"), "vda", "changed").ShouldBe($"vda changed {512 + (2 << 20)} 3");
        (await lab.VireoAsync("snapshot-diff", "guest", "s1", "s1", "--summary")).ShouldContain("0 of 2 disks, 0 bytes, 0 values of the document differ");

        // Branches share what is below them.
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--stopped");
        await WriteAsync((await lab.DisksAsync())["vda"], "write -P 0x55 0 64k");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vda", "changed").ShouldBe("vda changed 65536 1");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s2"), "vda", "changed").ShouldBe($"vda changed {65536 + 512 + 65536 + (1 << 20)} 4");

        (await DomainPicture.TakeAsync(lab)).Snapshots.ShouldBe(before.Snapshots);
        await lab.CheckImagesAsync();
        Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "run"), "nbd-*", SearchOption.AllDirectories).ShouldBeEmpty();
        OwnedProcesses.Naming(lab.Folder, "qemu-nbd").ShouldBeEmpty();
    }

    [Fact]
    public async Task Present_state_of_a_running_guest_is_read_through_its_hypervisor()
    {
        await using var lab = await CreateAsync();
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync("start", "guest");
        await WriteLiveAsync(lab, "write -P 0x22 1M 64k");
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteLiveAsync(lab, "write -P 0x33 8M 4k");

        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vda", "changed").ShouldBe($"vda changed {65536 + 4096} 2");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s2"), "vda", "changed").ShouldBe("vda changed 4096 1");
        (await lab.VireoAsync("snapshot-diff", "guest", "s2", "--summary")).ShouldContain("1 of 2 disks, 4096 bytes");

        // A backup is served by the same server, and has come first; then nothing is left behind.
        await File.WriteAllTextAsync(lab["backup.xml"], $"<domainbackup mode='pull'><server transport='unix' socket='{lab["nbd.sock"]}'/></domainbackup>");
        await lab.VirshAsync("backup-begin", "guest", lab["backup.xml"]);
        (await Client.VireoAsync(lab.Daemon, "snapshot-diff", "guest", "s2")).Error.ShouldContain("served to a pulled backup");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1", "s2"), "vda", "changed").ShouldBe("vda changed 65536 1");
        await lab.VirshAsync("domjobabort", "guest");
        await Eventually.TrueAsync(async () => (await Client.VireoAsync(lab.Daemon, "snapshot-diff", "guest", "s2")).ExitCode == 0, "the server is free again");

        // As a daemon leaves it that is killed while it compares.
        await using (var monitor = await SecondMonitor.ConnectAsync(lab["qmp.sock"]))
            await monitor.AskAsync("""{"execute":"nbd-server-start","arguments":{"addr":{"type":"unix","data":{"path":"PLACE"}}}}""".Replace("PLACE", Place(lab), StringComparison.Ordinal));
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s2"), "vda", "changed").ShouldBe("vda changed 4096 1");
        await lab.VirshAsync("snapshot-delete", "guest", "s2");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Internal_snapshots_are_compared_within_their_image(bool running)
    {
        await using var lab = await CreateAsync();
        if (running)
            await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        await WriteBothAsync("write -P 0x22 1M 64k");
        await lab.VirshAsync("snapshot-create-as", "guest", "s2");
        await WriteBothAsync("write -P 0x33 8M 4k");

        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1", "s2"), "vda", "changed").ShouldBe("vda changed 65536 1");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vda", "changed").ShouldBe($"vda changed {65536 + 4096} 2");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s2", "s2"), "vda", "same").ShouldBe("vda same 0 0");

        Task WriteBothAsync(string command) => running ? WriteLiveAsync(lab, command) : WriteAsync(lab["disk0.qcow2"], command);
    }

    [Fact]
    public async Task What_cannot_be_compared_is_told()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", $"vda,file={lab["disk0.s1"]}", "--diskspec", "vdb,snapshot=no");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vdb").ShouldBe("vdb unknown - - unsupported configuration: disk vdb is not part of snapshot 's1'");
        var document = XDocument.Parse(await lab.VirshAsync("dumpxml", "guest"));
        document.Descendants("disk").Last().Remove();
        await File.WriteAllTextAsync(lab["less.xml"], document.ToString());
        await lab.VirshAsync("define", lab["less.xml"]);
        await ProgramRun.CheckAsync("qemu-img", "resize", "-q", lab["disk0.s1"], "32M");
        await WriteAsync(lab["disk0.s1"], "write -P 0x11 31M 1M");

        string told = await lab.VireoAsync("snapshot-diff", "guest", "s1");
        Words(told, "vda", "changed").ShouldBe($"vda changed {16 << 20} 1 size {16 << 20} -> {32 << 20}");
        Words(told, "vdb").ShouldStartWith("vdb removed");
        told.ShouldContain(" devices/disk[vdb]: '<disk ");
        (await Client.VireoAsync(lab.Daemon, "snapshot-diff", "guest", "s1", "none")).Error.ShouldContain("no domain snapshot with matching name 'none'");
        (await Client.VireoAsync(lab.Daemon, "-r", "snapshot-diff", "guest", "s1")).Error.ShouldContain("read only");
        File.Move(lab["disk0.qcow2"], lab["away"]);
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vda").ShouldStartWith("vda unknown - - operation failed: disk vda of snapshot 's1' cannot be read");
    }

    [Fact]
    public async Task A_cancelled_comparison_leaves_nothing()
    {
        using var tools = new ScratchDirectory("vt");
        await File.WriteAllTextAsync(tools["qemu-nbd"], "#!/bin/sh\nexec tail -f \"$0\"\n");
        File.SetUnixFileMode(tools["qemu-nbd"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var lab = await GuestLab.CreateAsync(
            linux: false, disks: 1, environment: new Dictionary<string, string> { ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}" });
        await lab.VirshAsync(lab.SnapshotArguments("s1"));

        var comparison = Client.VireoAsync(lab.Daemon, "snapshot-diff", "guest", "s1");
        await Eventually.TrueAsync(() => Task.FromResult(Tools().Count == 1), "the tool is started");
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ExitCode.ShouldBe(0);

        (await comparison).Error.ShouldContain("operation aborted");
        Tools().ShouldBeEmpty();

        IReadOnlyList<int> Tools() => OwnedProcesses.Naming(tools.Path, "tail");
    }

    private static async Task<GuestLab> CreateAsync()
    {
        var lab = await GuestLab.CreateAsync(linux: false);
        await WriteAsync(lab["disk0.qcow2"], "write -P 0x11 0 2M");
        await File.WriteAllTextAsync(lab["domain.xml"], SecondMonitor.Added(lab.Domain, lab["qmp.sock"]));
        await lab.VirshAsync("define", lab["domain.xml"]);
        return lab;
    }

    private static string Place(GuestLab lab) =>
        Path.Combine(Directory.EnumerateDirectories(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/channel/target")).Single(), "compare");

    private static async Task WriteLiveAsync(GuestLab lab, string command)
    {
        await using var monitor = await SecondMonitor.ConnectAsync(lab["qmp.sock"]);
        await monitor.WriteAsync(command);
    }

    private static Task WriteAsync(string image, params string[] commands) =>
        ProgramRun.CheckAsync("qemu-io", ["-f", "qcow2", .. commands.SelectMany(c => new[] { "-c", c }), image]);

    private static string Words(string table, params string[] first) =>
        table.Split('\n').Select(Compact).FirstOrDefault(line => line.StartsWith(string.Join(' ', first), StringComparison.Ordinal)) ?? table;

    private static string Compact(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
