namespace Vireo.Qemu.Tests;

/// <summary>A running guest sees what is plugged in, and loses what goes.</summary>
public sealed class HotPlugTests
{
    [Fact]
    public async Task Devices_come_to_a_running_guest_and_go()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace("<vcpu>1</vcpu>", "<vcpu current='1'>2</vcpu>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["x.qcow2"], "16M");
        await using var guest = await lab.BootAsync();

        await AttachAsync(lab, lab["x.qcow2"], "--persistent");
        await SeesAsync(guest, "DISKS", "vdb", true);
        (await guest.AskAsync("WRITE vdb 0 first")).ShouldBe("WROTE");

        // It takes part in what other disks take part in.
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--atomic", "--diskspec", $"vda,file={lab["a.s1"]}", "--diskspec", $"vdb,file={lab["x.s1"]}");
        (await guest.AskAsync("WRITE vdb 512 second")).ShouldBe("WROTE");
        string before = await lab.VirshAsync("dumpxml", "guest");
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("dumpxml", "guest")).ShouldBe(before);
        await lab.VirshAsync("blockpull", "guest", "vdb", "--wait");
        (await lab.DisksAsync())["vdb"].ShouldBe(lab["x.s1"]);

        // A guest that stands still answers nothing; the disk goes when it runs again.
        await lab.VirshAsync("suspend", "guest");
        await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
        (await lab.DisksAsync()).Keys.ShouldContain("vdb");
        var told = Client.VirshAsync(lab.Daemon, "event", "guest", "--event", "device-removed", "--timeout", "20");
        await lab.VirshAsync("resume", "guest");
        (await told).Output.ShouldContain("device-removed' for domain 'guest': virtio-disk1");
        (await lab.DisksAsync()).Keys.ShouldBe(["vda"]);
        await SeesAsync(guest, "DISKS", "vdb", false);

        // Nothing has the image any more; its data are there.
        await AttachAsync(lab, lab["x.s1"], "--live");
        await SeesAsync(guest, "DISKS", "vdb", true);
        (await guest.AskAsync("READ vdb 0")).ShouldBe("first");
        (await guest.AskAsync("READ vdb 512")).ShouldBe("second");
        await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
        (await lab.DisksAsync()).Keys.ShouldBe(["vda"], "the guest lets go, and virsh has waited for it");
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldContain("vdb");

        await File.WriteAllTextAsync(lab["card.xml"], "<interface type='user'><model type='virtio'/></interface>");
        await lab.VirshAsync("attach-device", "guest", lab["card.xml"], "--live");
        await SeesAsync(guest, "SHOW /sys/class/net", "eth0", true);
        await lab.VirshAsync("detach-interface", "guest", "user", "--live");
        await SeesAsync(guest, "SHOW /sys/class/net", "eth0", false);

        await lab.VirshAsync("setvcpus", "guest", "2", "--live");
        await SeesAsync(guest, "SHOW /sys/devices/system/cpu/present", "0-1", true);
        (await lab.VirshAsync("vcpucount", "guest", "--current", "--live")).Trim().ShouldBe("2");
    }

    internal static Task<string> AttachAsync(GuestLab lab, string image, string flag) => lab.VirshAsync("attach-disk", "guest", image, "vdb", "--subdriver", "qcow2", flag);

    internal static Task SeesAsync(GuestSerial guest, string command, string word, bool there) => Eventually.TrueAsync(
        async () => (await guest.AskAsync(command)).Split(' ').Contains(word) == there, $"{command} {(there ? "has" : "does not have")} {word}");
}
