using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>Whatever cuts a hot plug short, guest, document and hypervisor agree about the device afterwards, and nothing holds its image that should not.</summary>
public sealed class HotPlugFaultTests
{
    private static readonly string[] Points =
        [FaultPoints.PlugConnected, FaultPoints.PlugAnnounced, FaultPoints.PlugMade, FaultPoints.UnplugAsked, FaultPoints.UnplugCleared];

    [Fact]
    public async Task Device_is_there_or_not()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["x.qcow2"], "16M");
        await using var guest = await lab.BootAsync();
        foreach (string point in Points)
        {
            foreach (string how in point.Contains("unplug", StringComparison.Ordinal) ? (string[])["kill"] : ["kill", "error"])
                await TryAsync(lab, guest, point, how);
        }
    }

    [Theory]
    [InlineData("kill", "m2.raw")]
    [InlineData("error", "m1.raw")]
    public async Task Drive_has_one_medium_or_the_other(string how, string expected)
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false, devices: "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>");
        foreach (string medium in (string[])["m1.raw", "m2.raw"])
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "raw", lab[medium], "4M");
        await lab.VirshAsync("start", "guest", "--paused");
        await lab.VirshAsync("change-media", "guest", "hdc", lab["m1.raw"], "--insert", "--live");
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{FaultPoints.PlugMediumOut}:{how}" });
        (await Client.VirshAsync(lab.Daemon, "change-media", "guest", "hdc", lab["m2.raw"], "--update", "--live")).ExitCode.ShouldNotBe(0);
        if (how == "kill")
        {
            await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(10));
            await lab.Daemon.StartAsync();
        }

        (await lab.DisksAsync())["hdc"].ShouldBe(lab[expected]);

        // What the hypervisor has agrees: a medium is inserted only where there is none.
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await lab.VirshAsync("change-media", "guest", "hdc", "--eject", "--live");
        (await lab.DisksAsync())["hdc"].ShouldBe("-");
        await lab.VirshAsync("change-media", "guest", "hdc", lab["m1.raw"], "--insert", "--live");
    }

    private static async Task TryAsync(GuestLab lab, GuestSerial guest, string point, string how)
    {
        bool unplugs = point.Contains("unplug", StringComparison.Ordinal);
        if (unplugs)
        {
            await HotPlugTests.AttachAsync(lab, lab["x.qcow2"], "--live");
            await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", true);
        }

        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{point}:{how}" });
        var result = unplugs
            ? await Client.VirshAsync(lab.Daemon, "detach-disk", "guest", "vdb", "--live")
            : await Client.VirshAsync(lab.Daemon, "attach-disk", "guest", lab["x.qcow2"], "vdb", "--subdriver", "qcow2", "--live");
        result.ExitCode.ShouldNotBe(0, $"{point} {how}: {result}");
        if (how == "kill")
            await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(10));
        else
            await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();

        // What was plugged in stays, what was asked to go goes, and what failed has left nothing.
        bool there = !unplugs && how == "kill" && point == FaultPoints.PlugMade;
        await Eventually.TrueAsync(async () => (await lab.DisksAsync()).ContainsKey("vdb") == there, $"after {point} {how} the document {(there ? "has" : "does not have")} the disk");
        await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", there);
        if (!there)
        {
            await HotPlugTests.AttachAsync(lab, lab["x.qcow2"], "--live");
            await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", true);
        }

        await lab.VirshAsync("detach-disk", "guest", "vdb", "--live");
        await HotPlugTests.SeesAsync(guest, "DISKS", "vdb", false);
        (await lab.DisksAsync()).Keys.ShouldBe(["vda"], $"after {point} {how}");
    }
}
