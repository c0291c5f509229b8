using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>Guests that do not give a device back: the caller hears of it as from libvirtd, and the domain keeps the device.</summary>
public sealed class RefusedUnplugTests
{
    private const string Card = "<interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>";
    private const string Module = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>";

    private const string Script = """
        import faulthandler, queue, threading, time
        faulthandler.dump_traceback_later(50, exit=True)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=lambda: [libvirt.virEventRunDefaultImpl() for _ in iter(int, 1)], daemon=True).start()
        c.close(); c = libvirt.open(sys.argv[1])
        events = queue.Queue()
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, lambda c, d, a, o: events.put(f"removed {a}"), None)
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, lambda c, d, a, o: events.put(f"kept {a}"), None)
        d = c.lookupByName('guest')
        alias = d.XMLDesc().split("<alias name='" + sys.argv[2])[1].split("'")[0]
        begin = time.monotonic()
        print(told(d.detachDeviceFlags, sys.argv[3], libvirt.VIR_DOMAIN_AFFECT_LIVE))
        # How soon a guest refuses is its own affair; one that does not answer is waited for.
        print(events.get(timeout=20) if sys.argv[4] else 4 < time.monotonic() - begin < 15)
        print(events.qsize(), f"name='{sys.argv[2]}{alias}'" in d.XMLDesc())
        print(told(d.detachDeviceAlias, sys.argv[2] + alias, libvirt.VIR_DOMAIN_AFFECT_LIVE))
        """;

    [Fact]
    public async Task Guest_that_does_not_answer_keeps_its_card()
    {
        string expected = await IgnoreAsync(DaemonKind.Libvirtd);

        (await IgnoreAsync(DaemonKind.Vireod)).ShouldBe(expected);
        expected.ShouldStartWith("exit 0\n0\nTrue\n0 True\n");
    }

    [Fact]
    public async Task Guest_that_refuses_keeps_its_memory()
    {
        string expected = await RefuseAsync(DaemonKind.Libvirtd);

        (await RefuseAsync(DaemonKind.Vireod)).ShouldBe(expected);
        expected.ShouldContain("kept dimm0");
    }

    private static async Task<string> IgnoreAsync(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0, linux: false, devices: Card + "\n");
        await lab.VirshAsync("start", "guest", "--paused");
        return (await Client.PythonAsync(lab.Daemon, Script, "net", Card, "")).ToString();
    }

    private static async Task<string> RefuseAsync(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0);
        string xml = lab.Domain.ToXml().Replace("  <memory unit='MiB'>128</memory>", "  <maxMemory slots='4' unit='MiB'>1024</maxMemory><memory unit='MiB'>256</memory>", StringComparison.Ordinal)
            .Replace("<features>", "<cpu><numa><cell id='0' cpus='0' memory='256' unit='MiB'/></numa></cpu><features>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(lab["domain.xml"], xml);
        await lab.VirshAsync("define", lab["domain.xml"]);
        await using var guest = await lab.BootAsync();
        await File.WriteAllTextAsync(lab["module.xml"], Module);
        string before = await guest.AskAsync("SHOW /sys/devices/system/memory");
        await lab.VirshAsync("attach-device", "guest", lab["module.xml"], "--live");
        string[] blocks = [];
        await Eventually.TrueAsync(
            async () => (blocks = [.. (await guest.AskAsync("SHOW /sys/devices/system/memory")).Split(' ').Except(before.Split(' '))]).Length > 0, "the guest has the module");
        // The kernel puts things of its own there, which it cannot move.
        foreach (string block in blocks)
            (await guest.AskAsync(string.Create(CultureInfo.InvariantCulture, $"PUT /sys/devices/system/memory/{block}/state online_kernel"))).ShouldBe("PUT");
        for (int i = 0; i < 20; i++)
            await guest.AskAsync("SHOW /sys/devices/system/memory");
        string element = (await lab.VirshAsync("dumpxml", "guest")).Split("<memory model='dimm'")[1].Split("</memory>")[0];
        return (await Client.PythonAsync(lab.Daemon, Script, "dimm", $"<memory model='dimm'{element}</memory>", "event")).ToString();
    }
}
