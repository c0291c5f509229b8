namespace Vireo.Qemu.Tests;

/// <summary>Disks made of files that a client has opened and lends to the domain by a name.</summary>
public sealed class LentFileTests
{
    private const string Sets = """{"execute":"query-fdsets"}""";

    [Theory]
    [InlineData("virsh")]
    [InlineData("vireo")]
    public async Task A_disk_is_lent_for_as_long_as_its_client_stays_as_with_libvirtd(string tool)
    {
        string expected = await SessionAsync(DaemonKind.Libvirtd, "virsh");

        (await SessionAsync(DaemonKind.Vireod, tool)).ShouldBe(expected);
        expected.ShouldContain("file descriptor group 'lent' was not associated with the domain");
        expected.ShouldContain("block info is not supported for FD passed disk image");
        expected.ShouldContain("<source file=\"/nowhere/disk\" fdgroup=\"lent\" index=\"1\"/>");
    }

    [Fact]
    public async Task A_guest_reads_and_writes_what_it_is_lent()
    {
        await using var lab = await LabAsync(DaemonKind.Vireod, linux: true, "qcow2");
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["more.qcow2"], "16M");
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", lab["more.qcow2"], "-F", "qcow2", lab["above.qcow2"]);
        await File.WriteAllTextAsync(lab["more.xml"], "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/nowhere/more' fdgroup='more'/><target dev='vdb' bus='virtio'/></disk>");
        (await LendAsync(lab, "virsh", lab.Domain.Disks[0].Path, "dom-fd-associate guest --name lent --pass-fds 5 --seclabel-writable --seclabel-restore; start guest")).ShouldContain("started");
        await using var guest = await lab.SerialAsync();
        (await guest.AskAsync("WRITE vda 0 first")).ShouldBe("WROTE");

        // A daemon that comes after lends nothing, and the guest goes on.
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await guest.AskAsync("READ vda 0")).ShouldBe("first");
        await RefusedAsync(lab, "file descriptor group 'more' was not associated with the domain", "attach-device", "guest", lab["more.xml"], "--live");
        (await LendAsync(lab, "virsh", lab["above.qcow2"], $"dom-fd-associate guest --name more --pass-fds 5; attach-device guest {lab["more.xml"]} --live")).ShouldContain("which a <backingStore> has to name");
        (await SetsAsync(lab)).ShouldBe(1);
        (await LendAsync(lab, "virsh", lab["more.qcow2"], $"dom-fd-associate guest --name more --pass-fds 5; attach-device guest {lab["more.xml"]} --live")).ShouldContain("attached");
        await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", true);
        (await guest.AskAsync("WRITE vdb 0 second")).ShouldBe("WROTE");
        (await SetsAsync(lab)).ShouldBe(2);

        await RefusedAsync(lab, "cannot name '/nowhere/disk' as its backing file", "snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", $"vda,file={lab["s1"]}", "--diskspec", "vdb,snapshot=no");
        await RefusedAsync(lab, "takes part in no block job", "blockcopy", "guest", "vdb", lab["copy"], "--transient-job");
        await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
        (await SetsAsync(lab)).ShouldBe(1);
        await RefusedAsync(lab, "file descriptor group 'more' was not associated with the domain", "attach-device", "guest", lab["more.xml"], "--live");
        (await SetsAsync(lab)).ShouldBe(1);
        await lab.VirshAsync("destroy", "guest");
        await lab.CheckImagesAsync();
        (await ProgramRun.ExecuteAsync("qemu-io", ["-r", "-f", "qcow2", "-c", "read -v 0 8", lab["more.qcow2"]])).Output.ShouldContain("second");
    }

    // What virsh says of a domain whose disk is lent, within one connection and after it.
    private static async Task<string> SessionAsync(DaemonKind kind, string tool)
    {
        await using var lab = await LabAsync(kind, linux: false, "raw");
        string answers = await LendAsync(lab, tool, lab.Domain.Disks[0].Path, "start guest --paused");
        answers += await LendAsync(lab, tool, lab.Domain.Disks[0].Path, "dom-fd-associate guest --name other --pass-fds 5; start guest --paused");
        answers += await LendAsync(lab, tool, lab.Domain.Disks[0].Path, "dom-fd-associate none --name lent --pass-fds 5; dom-fd-associate guest --name lent --pass-fds 77");
        answers += await LendAsync(
            lab, tool, lab.Domain.Disks[0].Path, "dom-fd-associate guest --name lent --pass-fds 5; start guest --paused; dumpxml guest --xpath //disk; dumpxml guest --inactive --xpath //disk; domblklist guest; domblkinfo guest vda");
        (await lab.VirshAsync("qemu-monitor-command", "guest", "--hmp", "info block")).ShouldContain("/dev/fdset/");
        await lab.VirshAsync("destroy", "guest");
        answers += await LendAsync(lab, tool, lab.Domain.Disks[0].Path, "start guest --paused");
        return Normaliser.Mask(answers, lab.Folder, lab.Daemon.Root);
    }

    private static async Task<GuestLab> LabAsync(DaemonKind kind, bool linux, string format)
    {
        var lab = await GuestLab.CreateAsync(kind, disks: 1, linux: linux, disk: index => new TestDisk("vda", "disk0", Format: format));
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace($"<source file='{lab["disk0"]}'/>", "<source file='/nowhere/disk' fdgroup='lent'/>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        return lab;
    }

    private static async Task<string> LendAsync(GuestLab lab, string tool, string image, string line)
    {
        var result = await ProgramRun.ExecuteAsync("/bin/sh", ["-c", "exec \"$@\" 5<>\"$0\"", image, tool == "virsh" ? "/usr/bin/virsh" : Repository.Program("vireo"), "-c", lab.Daemon.Uri, line]);
        if (result is { ExitCode: 0, Error: "" })
            CommandRecord.Note(tool, lab.Daemon, [line]);
        return result.ToString();
    }

    private static async Task<int> SetsAsync(GuestLab lab) => (await lab.VirshAsync("qemu-monitor-command", "guest", Sets)).Split("\"fdset-id\"").Length - 1;

    private static async Task RefusedAsync(GuestLab lab, string why, params string[] arguments)
    {
        var result = await Client.VirshAsync(lab.Daemon, arguments);
        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain(why);
    }
}
