using System.Diagnostics;
using System.Text.Json;

namespace Vireo.Qemu.Tests;

/// <summary>Snapshots of disks that are no plain files, and those that the user takes himself.</summary>
public sealed class StorageKindTests
{
    private const int Sector = 512;

    [Fact]
    public async Task Disk_on_the_network_gets_local_overlays_and_is_reverted()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);
        await using var server = await NbdServer.StartAsync(lab, "served.raw");
        await DefineAsync(lab, server.Disk);
        string[] disks = ["--diskspec", $"vda,file={lab["a.off"]}", "--diskspec", $"vdb,file={lab["net.off"]}"];

        (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "off", "--disk-only")).Error.ShouldContain("cannot generate external snapshot name for disk 'vdb' on a 'network' device");
        await lab.VirshAsync(["snapshot-create-as", "guest", "off", "--disk-only", .. disks]);
        (await BackingAsync(lab["net.off"])).ShouldBe($"nbd+unix:///x?socket={Uri.EscapeDataString(server.Socket)}");
        await IoAsync(lab["net.off"], "write -P 17 0 512");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(["snapshot-create-as", "guest", "on", "--disk-only", "--diskspec", $"vda,file={lab["a.on"]}", "--diskspec", $"vdb,file={lab["net.on"]}"]);

        foreach (var (snapshot, pattern) in new[] { ("on", 17), ("off", 0), ("on", 17) })
        {
            await lab.VireoAsync("snapshot-revert", "guest", snapshot, "--running", "--allow-respawn");
            await lab.VirshAsync("destroy", "guest");
            await IoAsync((await lab.DisksAsync())["vdb"], $"read -P {pattern} 0 512");
            await lab.VirshAsync("start", "guest");
        }

        // A running guest's first overlay over it: the size is what the hypervisor says.
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-delete", "guest", "off", "--children", "--metadata");
        await DefineAsync(lab, server.Disk);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(["snapshot-create-as", "guest", "first", "--disk-only", "--diskspec", "vda,snapshot=no", "--diskspec", $"vdb,file={lab["net.first"]}"]);
        (await BackingAsync(lab["net.first"])).ShouldStartWith("nbd+unix:///x");
        (await File.ReadAllBytesAsync(server.Image, TestContext.Current.CancellationToken)).ShouldAllBe(b => b == 0);
    }

    [Fact]
    public async Task Overlay_that_the_user_made_keeps_its_relative_backing_name()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        foreach (int disk in (int[])[0, 1])
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", $"disk{disk}.qcow2", "-F", "qcow2", lab[$"disk{disk}.s1"]);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync([.. lab.SnapshotArguments("s1"), "--reuse-external"]);
        await lab.VirshAsync("destroy", "guest");
        (await BackingAsync(lab["disk1.s1"])).ShouldBe("disk1.qcow2");
        await lab.VirshAsync("start", "guest");
        (await lab.VirshAsync("domblklist", "guest")).ShouldContain(lab["disk1.s1"]);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Disk_that_the_user_takes_leaves_the_guest_paused()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        string[] create = ["snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", $"vda,file={lab["a.s1"]}", "--diskspec", "vdb,snapshot=manual"];
        await lab.VirshAsync("start", "guest");

        (await lab.VireoAsync([.. create, "--dry-run"])).ShouldContain("is left paused");
        await lab.VirshAsync(create);

        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("paused (creating snapshot)");
        (await lab.VirshAsync("snapshot-dumpxml", "guest", "s1")).ShouldContain("<disk name='vdb' snapshot='manual'/>");
        (await lab.DisksAsync())["vdb"].ShouldBe(lab["disk1.qcow2"]);
        await lab.VirshAsync("resume", "guest");

        // The image of such a disk is the user's to bring back: a revert leaves it, and refuses when a later snapshot stands on it.
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn");
        (await lab.DisksAsync())["vdb"].ShouldBe(lab["disk1.qcow2"]);
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        (await Client.VireoAsync(lab.Daemon, "snapshot-revert", "guest", "s1")).Error.ShouldContain("snapshot 's2' of domain 'guest' stands on an image");
    }

    [Fact]
    public async Task Folder_is_shown_as_a_disk_and_has_the_size_that_libvirtd_tells()
    {
        string expected = await FoldersAsync(DaemonKind.Libvirtd);

        (await FoldersAsync(DaemonKind.Vireod)).ShouldBe(expected);
        expected.ShouldContain("virtual FAT storage can't be accessed in read-write mode");
        expected.ShouldContain("Cannot access storage file");
        expected.ShouldContain("what the host has written");
    }

    // What a client is told of folders, and what a guest reads of one.
    private static async Task<string> FoldersAsync(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0);
        await using var server = await NbdServer.StartAsync(lab, "served.raw");
        Directory.CreateDirectory(lab["folder"]);
        await File.WriteAllTextAsync(Path.Combine(lab["folder"], "HELLO.TXT"), "what the host has written");
        string told = "";
        foreach (string options in (string[])["", "<readonly/>"])
        {
            foreach (string folder in (string[])["missing", "folder"])
            {
                string disk = $"<disk type='dir' device='disk'><driver name='qemu' type='fat'/><source dir='{lab[folder]}'/><target dev='vda' bus='virtio'/>{options}</disk>";
                await File.WriteAllTextAsync(lab["domain.xml"], (lab.Domain with { Devices = disk + server.Disk }).ToXml());
                var defined = await Client.VirshAsync(lab.Daemon, "define", lab["domain.xml"]);
                var started = defined.ExitCode == 0 ? await Client.VirshAsync(lab.Daemon, "start", "guest") : defined;
                told += $"{folder}: {started.Error}\n";
            }
        }

        await using (var guest = await lab.SerialAsync())
        {
            // The first cluster of files, after the boot sectors, the tables and the root folder.
            told += await guest.AskAsync("READ vda 307200") + "\n";
        }

        told += await lab.VirshAsync("domblkinfo", "guest", "vda") + await lab.VirshAsync("domblkinfo", "guest", "vdb");
        told += string.Join('\n', (await lab.VirshAsync("domstats", "guest", "--block")).Split('\n').Where(line => line.Contains(".path", StringComparison.Ordinal) || line.Contains(".capacity", StringComparison.Ordinal) || line.Contains(".physical", StringComparison.Ordinal)));
        return told.Replace(lab.Folder, "FOLDER", StringComparison.Ordinal);
    }

    private static async Task IoAsync(string image, string command) =>
        (await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", command, image)).ShouldNotContain("failed");

    private static async Task<string> BackingAsync(string path)
    {
        using var told = JsonDocument.Parse(await ProgramRun.CheckAsync("qemu-img", "info", "-U", "--output=json", path));
        return told.RootElement.GetProperty("backing-filename").GetString()!;
    }

    private static async Task DefineAsync(GuestLab lab, string disk)
    {
        await File.WriteAllTextAsync(lab["domain.xml"], (lab.Domain with { Devices = disk }).ToXml(), TestContext.Current.CancellationToken);
        await lab.VirshAsync("define", lab["domain.xml"]);
    }

    /// <summary>An export of an empty raw image.</summary>
    private sealed class NbdServer : IAsyncDisposable
    {
        private readonly Process _process;

        private NbdServer(Process process, string image, string socket) => (_process, Image, Socket) = (process, image, socket);

        public string Image { get; }

        public string Socket { get; }

        public string Disk => $"<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='x'><host transport='unix' socket='{Socket}'/></source><target dev='vdb' bus='virtio'/></disk>";

        public static async Task<NbdServer> StartAsync(GuestLab lab, string image)
        {
            string path = lab[image], socket = lab["nbd.sock"];
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "raw", path, $"{4096 * Sector}");
            var process = Process.Start(new ProcessStartInfo("qemu-nbd", ["-t", "-x", "x", "-k", socket, "-f", "raw", "-e", "0", path]))!;
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(socket)), "the server listens");
            return new NbdServer(process, path, socket);
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
    }
}
