using System.Net.Sockets;
using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>Network cards that stand upon devices of the host, or whose packets passt forwards, come to a running guest and go; whatever cuts that short leaves nothing of them.</summary>
public sealed class CardTests : IAsyncLifetime
{
    private readonly string _lower = $"vca{Random.Shared.Next():x8}";
    private readonly int _port = FreePort();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/ip") && File.Exists("/usr/bin/passt"), "ip and passt are needed");
        var made = await ProgramRun.ExecuteAsync("ip", ["link", "add", _lower, "type", "veth", "peer", "name", _lower.Replace("vca", "vcb", StringComparison.Ordinal)]);
        Assert.SkipUnless(made.ExitCode == 0, "making network devices is not permitted here (CAP_NET_ADMIN)");
        await ProgramRun.CheckAsync("ip", "link", "set", _lower, "up");
    }

    public async ValueTask DisposeAsync() => await ProgramRun.ExecuteAsync("ip", ["link", "del", _lower]);

    [Fact]
    public async Task Cards_come_and_go()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        await WriteAsync(lab);
        await using var guest = await lab.BootAsync();
        foreach (string kind in (string[])["direct", "user"])
        {
            await lab.VirshAsync("attach-device", "guest", lab[kind + ".xml"], "--live");
            await HotPlugTests.SeesAsync(guest, "SHOW /sys/class/net", "eth0", true);
            (Upper, Answers()).ShouldBe(kind == "direct" ? (1, false) : (0, true));

            // The next daemon knows what the card stands upon.
            await lab.Daemon.KillAsync();
            await lab.Daemon.StartAsync();
            await lab.VirshAsync("detach-interface", "guest", kind, "--live");
            await HotPlugTests.SeesAsync(guest, "SHOW /sys/class/net", "eth0", false);
            (Upper, Answers()).ShouldBe((0, false), $"after {kind}");
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("user")]
    public async Task Nothing_is_left_of_a_card_that_did_not_come(string kind)
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false);
        await WriteAsync(lab);
        await lab.VirshAsync("start", "guest");
        foreach (string point in (string[])[FaultPoints.PlugConnected, FaultPoints.PlugAnnounced])
        {
            foreach (string how in (string[])["kill", "error"])
            {
                await lab.Daemon.StopAsync();
                await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{point}:{how}" });
                (await Client.VirshAsync(lab.Daemon, "attach-device", "guest", lab[kind + ".xml"], "--live")).ExitCode.ShouldNotBe(0);
                if (how == "kill")
                {
                    await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(10));
                    await lab.Daemon.StartAsync();
                }

                // A daemon that comes after takes the guest up beside its own start.
                await Eventually.TrueAsync(
                    async () => !(await lab.VirshAsync("dumpxml", "guest")).Contains("<interface", StringComparison.Ordinal) && (Upper, Answers()) == (0, false), $"after {point}:{how} nothing is left");
            }
        }

        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await lab.VirshAsync("attach-device", "guest", lab[kind + ".xml"], "--live");
        (Upper, Answers()).ShouldBe(kind == "direct" ? (1, false) : (0, true));
        await lab.VirshAsync("destroy", "guest");
        (Upper, Answers()).ShouldBe((0, false));
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task WriteAsync(GuestLab lab)
    {
        await File.WriteAllTextAsync(lab["direct.xml"], $"<interface type='direct'><mac address='52:54:00:00:09:01'/><source dev='{_lower}' mode='bridge'/><model type='virtio'/></interface>");
        await File.WriteAllTextAsync(lab["user.xml"], $"<interface type='user'><mac address='52:54:00:00:09:02'/><portForward proto='tcp' address='127.0.0.1'><range start='{_port}' to='22'/></portForward><model type='virtio'/><backend type='passt'/></interface>");
    }

    private int Upper => Directory.GetFileSystemEntries($"/sys/class/net/{_lower}", "upper_*").Length;

    private bool Answers()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.Connect(System.Net.IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
