using System.Globalization;
using System.Text.RegularExpressions;

namespace Vireo.Qemu.Tests;

/// <summary>What a guest does when its agent is told to: clock, password, processors, unused blocks and sleep, by stock clients and the project's tool, and as with libvirtd.</summary>
public sealed partial class AgentChangeTests
{
    private const string Script = """
        d = c.lookupByName('guest')
        print('name', d.hostname(libvirt.VIR_DOMAIN_GET_HOSTNAME_AGENT), d.hostname())
        print('time', d.setTime({'seconds': 1000000000, 'nseconds': 5}), d.getTime()['seconds'] - 1000000000 in range(60))
        print('time', d.setTime(flags=libvirt.VIR_DOMAIN_TIME_SYNC), told(d.setTime, {'seconds': 1 << 62}))
        print('trim', d.fSTrim(None, 0), told(d.fSTrim, '/mnt/vda', 0), told(d.fSTrim, None, 1 << 60))
        print('password', d.setUserPassword('root', 'secret'), d.setUserPassword('root', '$6$x', libvirt.VIR_DOMAIN_PASSWORD_ENCRYPTED))
        print('processors', d.guestVcpus(), d.setGuestVcpus('1', 0), d.guestVcpus(), d.setGuestVcpus('1', 1), d.guestVcpus())
        print('processors', told(d.setGuestVcpus, '0', 0), told(d.setGuestVcpus, '5', 1), told(d.setGuestVcpus, '1', 2))
        count = lambda: (d.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_GUEST), d.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_GUEST | libvirt.VIR_DOMAIN_VCPU_MAXIMUM))
        print('count', count(), d.setVcpusFlags(1, libvirt.VIR_DOMAIN_VCPU_GUEST), count(), d.setVcpusFlags(2, libvirt.VIR_DOMAIN_VCPU_GUEST), count())
        print('count', told(d.setVcpusFlags, 3, libvirt.VIR_DOMAIN_VCPU_GUEST), told(d.setVcpusFlags, 1, libvirt.VIR_DOMAIN_VCPU_GUEST | libvirt.VIR_DOMAIN_AFFECT_CONFIG))
        print('count', told(d.setVcpusFlags, 1, libvirt.VIR_DOMAIN_VCPU_GUEST | libvirt.VIR_DOMAIN_VCPU_MAXIMUM), told(d.setVcpusFlags, 0, libvirt.VIR_DOMAIN_VCPU_GUEST))
        """;

    [Fact]
    public async Task Guest_does_for_vireod_what_it_does_for_libvirtd()
    {
        string expected = await ChangeAsync(DaemonKind.Libvirtd);

        expected.ShouldContain("name vireo-guest vireo-guest");
        expected.ShouldContain("password 0 0");
        expected.ShouldContain("chpasswd -e root:$6$x");
        expected.ShouldContain("count (2, 2) 0 (1, 2) 0 (2, 2)");
        LineDifference.Between(expected, await ChangeAsync(DaemonKind.Vireod)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("vireo")]
    public async Task Guest_falls_asleep_and_is_woken(string tool)
    {
        await using var lab = await CreateAsync(DaemonKind.Vireod);
        string boot;
        await using (var guest = await BootAsync(lab))
            boot = await guest.AskAsync("BOOT");
        (await Client.RunAsync(tool, lab.Daemon, "dompmwakeup", "guest")).Error.ShouldNotBeEmpty("it is awake");

        (await Client.RunAsync(tool, lab.Daemon, "dompmsuspend", "guest", "mem")).ToString().ShouldContain("Domain 'guest' successfully suspended");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("pmsuspended (unknown)");
        (await Client.RunAsync(tool, lab.Daemon, "domtime", "guest")).Error.ShouldNotBeEmpty("it is asleep");
        (await Client.RunAsync(tool, lab.Daemon, "dompmwakeup", "guest")).ToString().ShouldContain("Domain 'guest' successfully woken up");

        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest")).Trim() == "running", "it is awake again");
        await using var again = await lab.SerialAsync();
        (await again.AskAsync("BOOT")).ShouldBe(boot);
    }

    // By python, and then by virsh and, where that is a client of the daemon's kind, the project's tool.
    private static async Task<string> ChangeAsync(DaemonKind kind)
    {
        await using var lab = await CreateAsync(kind);
        await using var guest = await BootAsync(lab);
        long before = await BlocksAsync(lab);
        var answers = new List<string> { (await Client.PythonAsync(lab.Daemon, Script)).ToString() };
        (await BlocksAsync(lab)).ShouldBeLessThan(before, "what the file system does not use is given back");
        answers.Add(await guest.AskAsync("SHOW /run/password"));
        string[][] commands =
        [
            ["domhostname", "guest", "--source", "agent"], ["domhostname", "guest"], ["domhostname", "guest", "--source", "lease"], ["domtime", "guest", "--time", "1100000000"], ["domtime", "guest"],
            ["domtime", "guest", "--pretty"], ["domtime", "guest", "--now"], ["domtime", "guest", "--sync"], ["domfstrim", "guest"], ["domfstrim", "guest", "--minimum", "4096"],
            ["domfstrim", "guest", "--mountpoint", "/mnt/vda"], ["set-user-password", "guest", "root", "other"], ["set-user-password", "guest", "root", "$6$y", "--encrypted"],
            ["guestvcpus", "guest", "1", "--disable"], ["guestvcpus", "guest"], ["setvcpus", "guest", "2", "--guest"], ["vcpucount", "guest", "--guest"], ["setvcpus", "guest", "0", "--guest"],
            ["setvcpus", "guest", "1", "--guest", "--config"], ["dompmsuspend", "guest", "disk"], ["dompmsuspend", "guest", "hybrid"], ["dompmsuspend", "guest", "mem", "--duration", "3"],
        ];
        foreach (string tool in (string[])["virsh", "vireo"])
        {
            foreach (string[] command in commands)
                answers.Add($"{tool} {string.Join(' ', command)}: {Clock().Replace((await Client.RunAsync(tool, lab.Daemon, command)).ToString(), "$1{time}")}");
        }

        return string.Join('\n', answers);
    }

    private static async Task<GuestLab> CreateAsync(DaemonKind kind)
    {
        var lab = await GuestLab.CreateAsync(kind, disks: 1, disk: _ => new TestDisk("vda", "disk0.raw", Format: "raw"), agent: true);
        await File.WriteAllBytesAsync(lab["disk0.raw"], [.. Enumerable.Repeat((byte)0x5a, 16 << 20)]);
        await ProgramRun.CheckAsync("/sbin/mke2fs", "-q", "-t", "ext4", "-E", "nodiscard", lab["disk0.raw"]);
        string xml = lab.Domain.ToXml().Replace("<vcpu>1</vcpu>", "<vcpu>2</vcpu>", StringComparison.Ordinal).Replace("type='raw'/>", "type='raw' discard='unmap'/>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(lab["domain.xml"], xml);
        await lab.VirshAsync("define", lab["domain.xml"]);
        return lab;
    }

    private static async Task<GuestSerial> BootAsync(GuestLab lab)
    {
        var guest = await lab.BootAsync();
        (await guest.AskAsync("MOUNT vda")).ShouldBe("MOUNTED");
        await Eventually.TrueAsync(async () => (await lab.VirshAsync("dumpxml", "guest")).Contains(" state='connected'", StringComparison.Ordinal), "the agent is there");
        return guest;
    }

    private static async Task<long> BlocksAsync(GuestLab lab) =>
        long.Parse((await ProgramRun.ExecuteAsync("/usr/bin/stat", ["-c", "%b", lab["disk0.raw"]])).Output, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(Time: )[^\n]*")]
    private static partial Regex Clock();
}
