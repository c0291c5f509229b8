using System.Diagnostics;
using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>The QEMU guest agent in a real guest: quiesced snapshots, shutdown, and an agent that says nothing.</summary>
public sealed class AgentTests
{
    private const string Keys = "{keys}";
    private const string Status = """{"execute":"guest-fsfreeze-status"}""";

    [Fact]
    public async Task Quiesced_snapshot_freezes_the_guest_and_thaws_it()
    {
        await using var lab = await CreateAsync();
        await using var guest = await BootAsync(lab);

        await lab.VirshAsync(Snapshot(lab, "s1"));

        (await guest.AskAsync("FROZEN")).ShouldBe("freeze thaw");
        (await lab.VirshAsync("qemu-agent-command", "guest", Status)).Trim().ShouldBe("""{"return":"thawed"}""");
        (await lab.DisksAsync())["vda"].ShouldBe(lab["disk0.s1"]);
        await lab.VirshAsync("domfsfreeze", "guest");
        var refused = await Client.VirshAsync(lab.Daemon, Snapshot(lab, "s2"));
        refused.Error.ShouldContain("the agent is in frozen state");
        File.Exists(lab["disk0.s2"]).ShouldBeFalse();
        (await guest.AskAsync("FROZEN")).ShouldBe("freeze thaw freeze", "what the user has frozen stays frozen");
        (await lab.VirshAsync("domfsthaw", "guest")).Trim().ShouldBe("Thawed 1 filesystem(s)");
    }

    [Theory]
    [InlineData(FaultPoints.CreateFrozen, "")]
    [InlineData(FaultPoints.CreateSwapped, "s1")]
    public async Task Guest_that_a_killed_daemon_left_frozen_is_thawed(string point, string snapshots)
    {
        await using var lab = await CreateAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{point}:kill" });
        await using var guest = await BootAsync(lab);
        (await Client.VirshAsync(lab.Daemon, Snapshot(lab, "s1"))).ExitCode.ShouldBe(1);
        await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(20));
        (await guest.AskAsync("FROZEN")).ShouldBe("freeze");

        await lab.Daemon.StartAsync();

        (await guest.AskAsync("FROZEN")).ShouldBe("freeze thaw", lab.Daemon.Log);
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Trim().ShouldBe(snapshots);
        File.Exists(lab["disk0.s1"]).ShouldBe(snapshots.Length > 0);
        await lab.VirshAsync(Snapshot(lab, "s2"));
        (await guest.AskAsync("FROZEN")).ShouldBe("freeze thaw freeze thaw");
    }

    [Fact]
    public async Task Step_that_fails_while_the_guest_is_frozen_is_taken_back_and_the_guest_thawed()
    {
        await using var lab = await CreateAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{FaultPoints.CreateFrozen}:error" });
        await using var guest = await BootAsync(lab);

        (await Client.VirshAsync(lab.Daemon, Snapshot(lab, "s1"))).Error.ShouldContain("fault injected");

        (await guest.AskAsync("FROZEN")).ShouldBe("freeze thaw");
        File.Exists(lab["disk0.s1"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Guest_tells_vireod_what_it_tells_libvirtd()
    {
        string[][] questions =
        [
            ["guestinfo", "guest"], ["guestinfo", "guest", "--os", "--filesystem"], ["domfsinfo", "guest"], ["domifaddr", "guest", "--source", "agent"], ["guestvcpus", "guest"], ["guestvcpus", "guest", "0", "--disable"],
            ["guestvcpus", "guest", "7", "--enable"], ["vcpucount", "guest", "--guest"], ["get-user-sshkeys", "guest", "root"], ["set-user-sshkeys", "guest", "root", "--file", Keys], ["get-user-sshkeys", "guest", "root"],
            ["set-user-sshkeys", "guest", "root", "--remove", "--file", Keys], ["set-user-sshkeys", "guest", "root", "--reset", "--file", Keys], ["get-user-sshkeys", "guest", "nobody"], ["set-user-password", "guest", "root", "secret"],
        ];
        var told = new Dictionary<DaemonKind, List<string>>();

        foreach (var kind in new[] { DaemonKind.Libvirtd, DaemonKind.Vireod })
        {
            await using var lab = await CreateAsync(kind: kind);
            await File.WriteAllTextAsync(lab["keys"], "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n");
            await using var guest = await BootAsync(lab);
            told[kind] = [];
            foreach (var tool in new[] { "virsh", "vireo" })
            {
                foreach (var question in questions)
                    told[kind].Add($"{tool} {string.Join(' ', question)}: {await Client.RunAsync(tool, lab.Daemon, [.. question.Select(word => word == Keys ? lab["keys"] : word)])}");
            }
        }

        told[DaemonKind.Vireod].ShouldBe(told[DaemonKind.Libvirtd]);
        told[DaemonKind.Vireod].ShouldContain(answer => answer.Contains("fs.0.disk.0.alias   : vda", StringComparison.Ordinal));
        told[DaemonKind.Vireod].ShouldContain(answer => answer.Contains("ssh-ed25519 AAAA one", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("vireo")]
    public async Task Agent_reboots_the_guest_and_shuts_it_down(string tool)
    {
        await using var lab = await CreateAsync();
        string boot;
        await using (var guest = await BootAsync(lab))
            boot = await guest.AskAsync("BOOT");

        (await Client.RunAsync(tool, lab.Daemon, "reboot", "guest", "--mode", "agent")).Output.Trim().ShouldBe("Domain 'guest' is being rebooted");
        await using (var again = await lab.SerialAsync())
            (await again.AskAsync("BOOT")).ShouldNotBe(boot);
        await ConnectedAsync(lab);
        (await Client.RunAsync(tool, lab.Daemon, "shutdown", "guest", "--mode", "agent")).Output.Trim().ShouldBe("Domain 'guest' is being shutdown");

        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest", "--reason")).Trim() == "shut off (shutdown)", "the guest ends");
    }

    [Fact]
    public async Task Silent_agent_is_given_up_in_time_and_the_power_button_still_works()
    {
        await using var lab = await CreateAsync();
        await using var guest = await BootAsync(lab);
        await guest.AskAsync("AGENT stop");
        await StateAsync(lab, "disconnected");
        (await Client.VirshAsync(lab.Daemon, "domfsfreeze", "guest")).Error.ShouldContain("Guest agent is not responding: QEMU guest agent is not connected");
        await guest.AskAsync("AGENT mute");
        await ConnectedAsync(lab);
        await lab.VirshAsync("guest-agent-timeout", "guest", "--timeout", "1");

        var watch = Stopwatch.StartNew();
        var refused = await Client.VirshAsync(lab.Daemon, Snapshot(lab, "s1"));

        watch.Elapsed.TotalSeconds.ShouldBeLessThan(10);
        refused.Error.Trim().ShouldBe("error: Guest agent is not responding: Guest agent not available for now");
        File.Exists(lab["disk0.s1"]).ShouldBeFalse();
        (await Client.VirshAsync(lab.Daemon, "shutdown", "guest", "--mode", "agent")).Error.ShouldContain("Guest agent not available for now");
        (await Client.VirshAsync(lab.Daemon, "guestinfo", "guest")).Error.ShouldContain("Guest agent not available for now");
        await lab.VirshAsync("shutdown", "guest");
        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest")).Trim() == "shut off", "the power button ends the guest");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_is_found_again_by_the_next_daemon(bool killed)
    {
        await using var lab = await CreateAsync();
        await using var guest = await BootAsync(lab);
        string xml = await lab.VirshAsync("dumpxml", "guest");
        await lab.VirshAsync("domfsfreeze", "guest");

        await (killed ? lab.Daemon.KillAsync() : lab.Daemon.StopAsync());
        await lab.Daemon.StartAsync();

        (await lab.VirshAsync("dumpxml", "guest")).ShouldBe(xml);
        (await guest.AskAsync("FROZEN")).ShouldBe("freeze", "the user's freeze is none of the daemon's business");
        (await lab.VirshAsync("domfsthaw", "guest")).Trim().ShouldBe("Thawed 1 filesystem(s)");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Coming_and_going_of_the_agent_is_an_event(DaemonKind kind)
    {
        await using var lab = await CreateAsync(kind: kind);
        await using var guest = await BootAsync(lab);
        var told = Client.VirshAsync(lab.Daemon, "event", "guest", "--event", "agent-lifecycle", "--timeout", "30");
        string[] states = ["disconnected", "connected"];

        // The client does not say when it listens, so the agent comes and goes until it has heard of it.
        for (int i = 0; !told.IsCompleted; i++)
        {
            await guest.AskAsync(i % 2 == 0 ? "AGENT stop" : "AGENT start");
            await StateAsync(lab, states[i % 2]);
        }

        (await told).Output.ShouldMatch("event 'agent-lifecycle' for domain 'guest': state: '(dis)?connected' reason: 'channel event'");
    }

    private static async Task<GuestLab> CreateAsync(IReadOnlyDictionary<string, string>? environment = null, DaemonKind kind = DaemonKind.Vireod)
    {
        var lab = await GuestLab.CreateAsync(kind, disks: 1, environment: environment, disk: _ => new TestDisk("vda", "disk0.raw", Format: "raw"), agent: true);
        await ProgramRun.CheckAsync("/sbin/mke2fs", "-q", "-t", "ext4", lab["disk0.raw"]);
        return lab;
    }

    /// <summary>Boots the guest, with its file system mounted and its agent connected.</summary>
    private static async Task<GuestSerial> BootAsync(GuestLab lab)
    {
        var guest = await lab.BootAsync();
        (await guest.AskAsync("MOUNT vda")).ShouldBe("MOUNTED");
        await ConnectedAsync(lab);
        return guest;
    }

    private static Task ConnectedAsync(GuestLab lab) => StateAsync(lab, "connected");

    private static Task StateAsync(GuestLab lab, string state) =>
        Eventually.TrueAsync(async () => (await lab.VirshAsync("dumpxml", "guest")).Contains($" state='{state}'", StringComparison.Ordinal), $"the agent's channel is {state}");

    private static string[] Snapshot(GuestLab lab, string name) => [.. lab.SnapshotArguments(name), "--quiesce"];
}
