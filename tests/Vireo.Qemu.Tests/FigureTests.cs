using System.Diagnostics;

namespace Vireo.Qemu.Tests;

/// <summary>Figures of many guests: one whose hypervisor hangs keeps nobody from those of the others.</summary>
public sealed class FigureTests
{
    [Fact]
    public async Task A_hypervisor_that_hangs_is_told_of_as_stale_and_the_others_are_fresh()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);
        await lab.VirshAsync("start", "guest", "--paused");
        await File.WriteAllTextAsync(lab["other.xml"], (lab.Domain with { Name = "other", Uuid = "0b1e6d5c-1f0a-4a52-9a4e-0f7d1c2b3a44", SerialSocket = null, Disks = [] }).ToXml());
        await lab.VirshAsync("create", lab["other.xml"], "--paused");
        (await lab.VirshAsync("domstats", "--block", "guest")).ShouldContain("block.0.rd.reqs=");
        int hung = lab.Guests().ShouldHaveSingleItem();

        Signal(hung, "STOP");
        try
        {
            var told = await lab.VirshAsync("domstats");
            var parts = told.Split("Domain: ", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith('\'')).ToDictionary(part => part.Split('\'')[1]);
            parts["guest"].ShouldContain("vireo.stale=yes");
            parts["guest"].ShouldContain("block.0.rd.reqs=", customMessage: "what was told last");
            parts["guest"].ShouldContain("cpu.time=");
            parts["other"].ShouldNotContain("stale");
            parts["other"].ShouldContain("dirtyrate.calc_status=0");
            (await lab.VirshAsync("domstats", "--state", "--cpu-total", "guest")).ShouldNotContain("stale", customMessage: "nothing of the hypervisor is asked for");
        }
        finally
        {
            Signal(hung, "CONT");
        }

        await Eventually.TrueAsync(async () => !(await lab.VirshAsync("domstats", "guest")).Contains("stale", StringComparison.Ordinal), "it answers again");
        await lab.VirshAsync("destroy", "other");
    }

    private static void Signal(int pid, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
