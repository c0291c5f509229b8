namespace Vireo.Qemu.Tests;

/// <summary>A daemon that is stopped or killed finds its running guests again.</summary>
public sealed class DaemonDeathTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guest_is_found_again(bool killed)
    {
        await using var lab = await GuestLab.CreateAsync();
        await using var guest = await lab.BootAsync();
        string boot = await guest.AskAsync("BOOT");
        string xml = await lab.VirshAsync("dumpxml", "guest");
        string id = await lab.VirshAsync("domid", "guest");

        if (killed)
            await lab.Daemon.KillAsync();
        else
            (await lab.Daemon.StopAsync()).ShouldBe(0);
        (await guest.AskAsync("BOOT")).ShouldBe(boot, "the guest goes on without its daemon");
        await lab.Daemon.StartAsync();

        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        (await lab.VirshAsync("domid", "guest")).ShouldBe(id);
        (await lab.VirshAsync("dumpxml", "guest")).ShouldBe(xml);
        await lab.VirshAsync("suspend", "guest");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("paused (user)");
        await lab.VirshAsync("resume", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        (await guest.AskAsync("BOOT")).ShouldBe(boot);
        await lab.VirshAsync("destroy", "guest");
        lab.Guests().ShouldBeEmpty();
    }

    [Fact]
    public async Task Guest_that_ended_while_the_daemon_was_away_is_shut_off()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        int guest = lab.Guests().ShouldHaveSingleItem();
        await lab.Daemon.KillAsync();
        await ProgramRun.CheckAsync("/bin/kill", "-KILL", $"{guest}");

        await lab.Daemon.StartAsync();

        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("shut off");
        await lab.VirshAsync("start", "guest");
    }

    [Fact]
    public async Task Killed_guest_is_noticed_at_once()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        int guest = lab.Guests().ShouldHaveSingleItem();

        await ProgramRun.CheckAsync("/bin/kill", "-KILL", $"{guest}");

        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest", "--reason")).Trim() == "shut off (crashed)", "the daemon notices", 5);
    }
}
