namespace Vireo.Qemu.Tests;

/// <summary>Disks whose image another process has: QEMU's own storage daemon, which serves it over a socket.</summary>
public sealed class VhostUserDiskTests
{
    [Fact]
    public async Task A_guest_reads_and_writes_them_from_the_start_and_plugged_in()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0);
        using var first = await ServeAsync(lab, "one");
        using var second = await ServeAsync(lab, "two");
        await ShareMemoryAsync(lab);
        await File.WriteAllTextAsync(lab["one.xml"], Disk(lab, "one", "vda"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["two.xml"], Disk(lab, "two", "vdb"), TestContext.Current.CancellationToken);
        await lab.VirshAsync("attach-device", "guest", lab["one.xml"], "--config");

        await using (var guest = await lab.BootAsync())
        {
            await guest.AskAsync("WRITE vda 0 from-the-start");
            (await guest.AskAsync("READ vda 0")).ShouldBe("from-the-start");
            await lab.VirshAsync("attach-device", "guest", lab["two.xml"]);
            await Eventually.TrueAsync(async () => (await guest.AskAsync("DISKS")).Contains("vdb", StringComparison.Ordinal), "the guest sees what was plugged in");
            await guest.AskAsync("WRITE vdb 4096 plugged-in");

            // Its image is another's: nothing here can change it, or knows of it.
            (await Client.VirshAsync(lab.Daemon, "blockpull", "guest", "vda")).Error.ShouldContain("block jobs are not supported on vhostuser disk 'vda'");
            (await Client.VirshAsync(lab.Daemon, "domblkinfo", "guest", "vda")).Error.ShouldContain("block info is not supported for vhostuser disk");
            (await Client.VirshAsync(lab.Daemon, "domblkstat", "guest", "vda")).Error.ShouldContain("block stats are not supported for vhostuser disk");
            (await Client.VirshAsync(lab.Daemon, "blkdeviotune", "guest", "vda", "--total-bytes-sec", "1000")).Error.ShouldContain("a block I/O throttling is not supported for vhostuser disk");
            (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s", "--disk-only")).Error.ShouldContain("nothing selected for snapshot");

            await lab.VirshAsync("detach-device", "guest", lab["two.xml"]);
            await Eventually.TrueAsync(async () => !(await guest.AskAsync("DISKS")).Contains("vdb", StringComparison.Ordinal), "the guest has let it go");
        }

        await lab.VirshAsync("destroy", "guest");
        (await TextAsync(lab["one.raw"], 0, 14)).ShouldBe("from-the-start");
        (await TextAsync(lab["two.raw"], 4096, 10)).ShouldBe("plugged-in");
    }

    private static async Task<WatchedProgram> ServeAsync(GuestLab lab, string name)
    {
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "raw", lab[name + ".raw"], "4M");
        var server = new WatchedProgram(
            "qemu-storage-daemon", "--blockdev", $"driver=file,node-name=f,filename={lab[name + ".raw"]}", "--export", $"type=vhost-user-blk,id=e,node-name=f,addr.type=unix,addr.path={lab[name + ".sock"]},writable=on");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(lab[name + ".sock"])), "the storage daemon listens");
        File.SetUnixFileMode(lab[name + ".sock"], (UnixFileMode)0b111_111_111);
        return server;
    }

    // The other process looks into the guest's memory.
    private static async Task ShareMemoryAsync(GuestLab lab)
    {
        var document = await lab.VirshAsync("dumpxml", "guest", "--inactive");
        await File.WriteAllTextAsync(lab["shared.xml"], document.Replace("<os>", "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking><os>", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await lab.VirshAsync("define", lab["shared.xml"]);
    }

    private static async Task<string> TextAsync(string image, int from, int length) =>
        System.Text.Encoding.ASCII.GetString((await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken)).AsSpan(from, length));

    private static string Disk(GuestLab lab, string name, string target) =>
        $"<disk type='vhostuser' device='disk'><driver name='qemu' type='raw'/><source type='unix' path='{lab[name + ".sock"]}'/><target dev='{target}' bus='virtio'/></disk>";
}
