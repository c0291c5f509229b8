using System.Globalization;
using System.Text.RegularExpressions;

namespace Vireo.Qemu.Tests;

/// <summary>Guests that run as a user of their own: whose their files are meanwhile and afterwards, what they see of the host, and what they are kept from.</summary>
public sealed class OwnUserTests
{
    private const string User = "libvirt-qemu", Settings = $"user = \"{User}\"\ngroup = \"{User}\"\n";

    // A libvirtd whose guests have a user of their own takes minutes to look at every QEMU: asked for by -explicit on.
    [Theory]
    [InlineData(DaemonKind.Libvirtd, Explicit = true)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Guest_has_its_files_while_it_runs_and_no_rights_beyond(DaemonKind kind)
    {
        var (user, group) = (await IdAsync("-u"), await GroupAsync());
        await using var lab = await GuestLab.CreateAsync(
            kind, disks: 1, linux: false, settings: Settings, devices: "<channel type='unix'><target type='virtio' name='org.x'/></channel><parallel type='file'><source path='{folder}/printed'/></parallel>");
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace("{folder}", lab.Folder, StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest", "--paused");

        int pid = lab.Guests().ShouldHaveSingleItem();
        string status = await File.ReadAllTextAsync($"/proc/{pid}/status");
        foreach (string line in (string[])[$"Uid:\t{user}\t{user}\t{user}\t{user}", $"Gid:\t{group}\t{group}\t{group}\t{group}", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"])
            status.ShouldContain(line + "\n");
        Directory.EnumerateFileSystemEntries($"/proc/{pid}/root/dev").Select(Path.GetFileName).Order().Except(["kvm", "userfaultfd", "mqueue", "hugepages"])
            .ShouldBe(["full", "null", "ptmx", "pts", "random", "shm", "urandom", "zero"]);
        foreach (string file in (string[])["disk0.qcow2", "printed"])
        {
            (await OwnerAsync(lab[file])).ShouldBe($"{user}:{group}");
            (await AttributesAsync(lab[file])).ShouldContain($"trusted.libvirt.security.dac=\"+0:+0\"\ntrusted.libvirt.security.ref_dac=\"1\"\ntrusted.libvirt.security.timestamp_dac=\"{BootTime()}\"");
        }

        (await OwnerAsync(lab["serial.sock"])).ShouldBe($"{user}:{group}");
        string label = $"<seclabel type='dynamic' model='dac' relabel='yes'>\n    <label>+{user}:+{group}</label>\n    <imagelabel>+{user}:+{group}</imagelabel>\n  </seclabel>";
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain(label);
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldNotContain("seclabel");
        (await lab.VirshAsync("capabilities")).ShouldContain($"<model>dac</model>\n      <doi>0</doi>\n      <baselabel type='kvm'>+{user}:+{group}</baselabel>\n      <baselabel type='qemu'>+{user}:+{group}</baselabel>");
        (await Client.PythonAsync(lab.Daemon, "print(told(c.lookupByName('guest').securityLabelList), told(c.getSecurityModel))")).Output
            .ShouldContain($"[['', False], ['+{user}:+{group}', False]] ['none', '0']");

        await lab.VirshAsync("destroy", "guest");
        foreach (string file in (string[])["disk0.qcow2", "printed"])
        {
            (await OwnerAsync(lab[file])).ShouldBe("0:0");
            (await AttributesAsync(lab[file])).ShouldBeEmpty();
        }

        File.Exists(lab["serial.sock"]).ShouldBeFalse();
        foreach (var (seclabel, error) in new[]
        {
            ("<seclabel type='static' model='selinux' relabel='yes'><label>a</label></seclabel>", "unsupported configuration: Security driver model 'selinux' is not available"),
            ("<seclabel type='none' model='dac'/>", "Permission denied"),
        })
        {
            await File.WriteAllTextAsync(lab["labelled.xml"], lab.Domain.ToXml().Replace("{folder}", lab.Folder, StringComparison.Ordinal).Replace("</domain>", seclabel + "</domain>", StringComparison.Ordinal));
            var defined = await Client.VirshAsync(lab.Daemon, "define", lab["labelled.xml"]);
            (defined.Error + (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error).ShouldContain(error);
            (await OwnerAsync(lab["disk0.qcow2"])).ShouldBe("0:0");
        }
    }

    [Fact]
    public async Task Disks_of_a_guest_with_a_user_of_its_own_are_snapshotted_reverted_plugged_saved_and_given_back()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, settings: Settings);
        string user = $"{await IdAsync("-u")}:{await GroupAsync()}";
        await using (var guest = await lab.BootAsync())
        {
            (await guest.AskAsync("WRITE vda 0 before")).ShouldBe("WROTE");
            await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--atomic", "--memspec", $"file={lab["s1.mem"]}", "--diskspec", $"vda,file={lab["a.s1"]}");
            (await guest.AskAsync("WRITE vda 0 after")).ShouldBe("WROTE");
            (await OwnerAsync(lab["a.s1"])).ShouldBe(user);
            (await OwnerAsync(lab["disk0.qcow2"])).ShouldBe(user, "it is read still");
        }

        // The new process stands beside the old one, with the same files.
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn");
        await using (var guest = await lab.SerialAsync())
        {
            (await guest.AskAsync("READ vda 0")).ShouldBe("before");
            await lab.Daemon.KillAsync();
            await lab.Daemon.StartAsync();

            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["x.qcow2"], "16M");
            await lab.VirshAsync("attach-disk", "guest", lab["x.qcow2"], "vdb", "--subdriver", "qcow2", "--live");
            (await OwnerAsync(lab["x.qcow2"])).ShouldBe(user);
            await Eventually.TrueAsync(async () => (await guest.AskAsync("DISKS")).Contains("vdb", StringComparison.Ordinal), "vdb is there");
            await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
            (await OwnerAsync(lab["x.qcow2"])).ShouldBe("0:0");
            await PlugDeviceAsync(lab, user);
            await lab.VirshAsync("save", "guest", lab["saved"]);
        }

        (await LooseAsync(lab)).ShouldBeEmpty();
        await lab.VirshAsync("restore", lab["saved"]);
        await using (var guest = await lab.SerialAsync())
            (await guest.AskAsync("READ vda 0")).ShouldBe("before");
        await lab.VireoAsync("snapshot-delete", "guest", "s1");
        await lab.VirshAsync("blockcopy", "guest", "vda", lab["copy"], "--wait", "--pivot", "--transient-job");
        (await OwnerAsync(lab["copy"])).ShouldBe(user);

        // Whoever comes after a crash of all gives everything back.
        await lab.Daemon.KillAsync();
        OwnedProcesses.KillThoseNaming(lab.Folder);
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("domstate", "guest", "--reason")).ShouldContain("shut off");
        (await LooseAsync(lab)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_domains_never_write_one_disk()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);
        await using var other = await GuestLab.CreateAsync(disks: 1, linux: false);
        foreach (var (name, path, devices) in new[] { ("other", lab["disk0.qcow2"], ""), ("idle", other["disk0.qcow2"], "") })
        {
            await File.WriteAllTextAsync(other[name + ".xml"], new TestDomain(name) { Memory = 32, Disks = [new TestDisk("vda", path)], Devices = devices }.ToXml());
            await other.VirshAsync("define", other[name + ".xml"]);
        }

        await lab.VirshAsync("start", "guest", "--paused");
        await other.VirshAsync("start", "idle", "--paused");
        const string reason = "in use by domain 'guest' (5d0c7a52-91a4-4a57-8f3d-2b6c8a1f0e33)";
        (await Client.VirshAsync(other.Daemon, "start", "other")).Error.ShouldContain(reason);
        (await Client.VirshAsync(other.Daemon, "attach-disk", "idle", lab["disk0.qcow2"], "vdb", "--subdriver", "qcow2", "--live")).Error.ShouldContain(reason);
        (await Client.VirshAsync(other.Daemon, "blockcopy", "idle", "vda", lab["disk0.qcow2"], "--reuse-external", "--transient-job")).Error.ShouldContain(reason);

        // Killed with its daemon it keeps nobody out.
        await lab.Daemon.KillAsync();
        OwnedProcesses.KillThoseNaming(lab.Folder);
        await other.VirshAsync("start", "other");
    }

    [Fact]
    public async Task Guest_that_cannot_start_leaves_nothing_behind_and_a_closed_directory_is_named()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 2, linux: false, settings: Settings);
        await File.WriteAllTextAsync(lab["disk1.qcow2"], "this is no qcow2 image");
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).ExitCode.ShouldBe(1);
        (await LooseAsync(lab)).ShouldBeEmpty();
        File.Exists(lab["serial.sock"]).ShouldBeFalse();

        await lab.Domain.CreateImagesAsync();
        File.SetUnixFileMode(lab.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain($"cannot access '{lab["disk0.qcow2"]}' as uid:{await IdAsync("-u")}, gid:{await GroupAsync()}: Permission denied");
        (await LooseAsync(lab)).ShouldBeEmpty();
    }

    // A device of the host comes into the guest's own /dev and goes from there; on the host it stays whose it is.
    private static async Task PlugDeviceAsync(GuestLab lab, string user)
    {
        await File.WriteAllBytesAsync(lab["device"], new byte[1 << 20]);
        string device = (await ProgramRun.ExecuteAsync("losetup", ["--find", "--show", lab["device"]])).Output.Trim();
        try
        {
            string inside = $"/proc/{lab.Guests()[0]}/root{device}";
            string before = await OwnerAsync(device);
            File.Exists(inside).ShouldBeFalse();
            await lab.VirshAsync("attach-disk", "guest", device, "vdc", "--live", "--sourcetype", "block");
            (await OwnerAsync(inside)).ShouldBe(user);
            (await OwnerAsync(device)).ShouldBe(before);
            await lab.VirshAsync("detach-disk", "guest", "vdc", "--live");
            File.Exists(inside).ShouldBeFalse();
        }
        finally
        {
            await ProgramRun.ExecuteAsync("losetup", ["--detach", device]);
        }
    }

    // What is not root's any more, or has attributes, where no guest runs.
    private static async Task<IReadOnlyList<string>> LooseAsync(GuestLab lab)
    {
        var loose = new List<string>();
        foreach (string file in Directory.EnumerateFiles(lab.Folder))
        {
            if (await OwnerAsync(file) != "0:0" || await AttributesAsync(file) != "")
                loose.Add(file);
        }

        return loose;
    }

    private static async Task<string> OwnerAsync(string path) => (await ProgramRun.ExecuteAsync("stat", ["--format=%u:%g", path])).Output.Trim();

    private static async Task<string> IdAsync(string option) => (await ProgramRun.ExecuteAsync("id", [option, User])).Output.Trim();

    private static async Task<string> GroupAsync() => (await ProgramRun.ExecuteAsync("getent", ["group", User])).Output.Split(':')[2];

    // What both daemons write, in the order of the names.
    private static async Task<string> AttributesAsync(string path) => (await ProgramRun.ExecuteAsync("/usr/bin/python3", ["-c",
        "import os, sys\nfor n in sorted(os.listxattr(sys.argv[1])): print(n + '=\"' + os.getxattr(sys.argv[1], n).decode() + '\"')", path])).Output.Trim();

    private static string BootTime() => Regex.Match(File.ReadAllText("/proc/stat"), @"(?m)^btime (\d+)$").Groups[1].Value.ToString(CultureInfo.InvariantCulture);
}
