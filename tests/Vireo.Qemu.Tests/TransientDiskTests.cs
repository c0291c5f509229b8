namespace Vireo.Qemu.Tests;

/// <summary>Disks that forget with the run what was written to them.</summary>
public sealed class TransientDiskTests
{
    [Fact]
    public async Task What_is_written_goes_with_the_run_however_that_ends()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 2);
        string xml = await File.ReadAllTextAsync(lab["domain.xml"], TestContext.Current.CancellationToken);
        await WriteAsync(lab, xml.Replace("<target dev='vda'", "<transient/><target dev='vda'", StringComparison.Ordinal));
        string overlay = lab["disk0.qcow2"] + ".TRANSIENT-guest";
        await lab.VirshAsync("start", "guest");
        (await lab.DisksAsync())["vda"].ShouldBe(overlay);
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await lab.DisksAsync())["vda"].ShouldBe(overlay);
        await lab.VirshAsync("destroy", "guest");
        File.Exists(overlay).ShouldBeFalse();
        (await lab.DisksAsync())["vda"].ShouldBe(lab["disk0.qcow2"]);

        // Its process ends while no daemon is there.
        await lab.VirshAsync("start", "guest");
        await lab.Daemon.KillAsync();
        lab.Guests().ShouldHaveSingleItem();
        System.Diagnostics.Process.GetProcessById(lab.Guests()[0]).Kill();
        await lab.Daemon.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists(overlay)), "the overlay goes");

        // A start that fails, and one that finds what is not its own.
        await WriteAsync(lab, (await File.ReadAllTextAsync(lab["domain.xml"], TestContext.Current.CancellationToken)).Replace("</devices>", "</devices><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-nosuch'/></qemu:commandline>", StringComparison.Ordinal));
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain("-nosuch");
        File.Exists(overlay).ShouldBeFalse();
        await File.WriteAllTextAsync(overlay, "somebody else's", TestContext.Current.CancellationToken);
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain($"Overlay file '{overlay}' for transient disk 'vda' already exists");
        (await File.ReadAllTextAsync(overlay, TestContext.Current.CancellationToken)).ShouldBe("somebody else's");
    }

    [Fact]
    public async Task A_guest_that_is_placed_automatically_runs_where_numad_advises()
    {
        using var programs = new ScratchDirectory("np");
        await File.WriteAllTextAsync(programs["numad"], "#!/bin/sh\necho \"$@\" >\"$0.asked\"\necho 0\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(programs["numad"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var lab = await GuestLab.CreateAsync(
            linux: false, disks: 0, environment: new Dictionary<string, string> { ["PATH"] = programs.Path + ":" + Environment.GetEnvironmentVariable("PATH") });
        await WriteAsync(lab, (await File.ReadAllTextAsync(lab["domain.xml"], TestContext.Current.CancellationToken)).Replace("<vcpu>", "<vcpu placement='auto'>", StringComparison.Ordinal));
        await lab.VirshAsync("start", "guest");
        (await File.ReadAllTextAsync(programs["numad.asked"], TestContext.Current.CancellationToken)).ShouldBe("-w 1:32\n");
        (await File.ReadAllTextAsync($"/proc/{lab.Guests().Single()}/cmdline", TestContext.Current.CancellationToken)).ShouldContain("\"host-nodes\":[0]");
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldContain("<vcpu placement='auto'>1</vcpu>");
        File.Delete(programs["numad"]);
        await lab.VirshAsync("destroy", "guest");
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain("Failed to query numad for the advisory nodeset");
    }

    private static async Task WriteAsync(GuestLab lab, string xml)
    {
        await File.WriteAllTextAsync(lab["domain.xml"], xml, TestContext.Current.CancellationToken);
        await lab.VirshAsync("define", lab["domain.xml"]);
    }
}
