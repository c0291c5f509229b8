using System.Text.RegularExpressions;

namespace Vireo.Qemu.Tests;

/// <summary>Guests that panic and watchdogs that run out: what becomes of the domain, what is dumped and told, as with libvirtd.</summary>
public sealed partial class GuestTroubleTests
{
    // Tells of events until one that is named, then of the domain and of what was dumped.
    private const string Script = """
        import faulthandler, glob, os, queue, socket, threading
        faulthandler.dump_traceback_later(80, exit=True)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=lambda: [libvirt.virEventRunDefaultImpl() for _ in iter(int, 1)], daemon=True).start()
        c.close(); c = libvirt.open(sys.argv[1])
        events = queue.Queue()
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, e, x, o: events.put(f"lifecycle {e} {x}"), None)
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_WATCHDOG, lambda c, d, a, o: events.put(f"watchdog {a}"), None)
        def happened(last):
            while True:
                e = events.get(timeout=60)
                # Whether QEMU's own words on being ended, or stopped by a panic, come first is chance.
                if e not in ("lifecycle 6 2", "lifecycle 3 0"): print("event", e)
                if e == last: return
        d = c.lookupByName("guest")
        dumps, last, serial = sys.argv[2:5]
        if serial:
            s = socket.socket(socket.AF_UNIX); s.connect(serial); s.sendall(b"q CRASH\n")
        else:
            d.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED); d.resume(); happened("lifecycle 4 0")
        happened(last)
        print("state", d.state())
        for name in glob.glob(dumps + "/*"):
            print("dump", os.path.basename(name).rsplit("-", 4)[0], open(name, "rb").read(4)[1:], os.path.getsize(name) > 1 << 20)
        if d.isActive():
            print("end", told(d.destroy)); happened("lifecycle 5 1")
        """;

    [Theory]
    [InlineData("destroy", "lifecycle 5 2")]
    [InlineData("preserve", "lifecycle 8 0")]
    [InlineData("restart", "lifecycle 4 0")]
    [InlineData("coredump-destroy", "lifecycle 5 2")]
    [InlineData("coredump-restart", "lifecycle 4 0")]
    public async Task Guest_that_panics_ends_as_its_document_says(string action, string last)
    {
        string expected = await PanicAsync(DaemonKind.Libvirtd, action, last);

        (await PanicAsync(DaemonKind.Vireod, action, last)).ShouldBe(expected);
        expected.ShouldContain("event lifecycle 8 0");
        expected.Contains("dump", StringComparison.Ordinal).ShouldBe(action.StartsWith("coredump", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("none", "watchdog 0")]
    [InlineData("pause", "lifecycle 3 3")]
    [InlineData("reset", "watchdog 2")]
    [InlineData("poweroff", "lifecycle 5 5")]
    [InlineData("shutdown", "watchdog 4")]
    [InlineData("inject-nmi", "watchdog 6")]
    [InlineData("dump", "lifecycle 4 0")]
    public async Task Watchdog_that_runs_out_does_as_its_document_says(string action, string last)
    {
        string expected = await WatchAsync(DaemonKind.Libvirtd, action, last);

        (await WatchAsync(DaemonKind.Vireod, action, last)).ShouldBe(expected);
        expected.ShouldContain("event watchdog");
        expected.Contains("dump", StringComparison.Ordinal).ShouldBe(action == "dump");
    }

    private static async Task<string> PanicAsync(DaemonKind kind, string action, string last)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0, devices: "<panic model='isa'/>\n");
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace("<on_crash>destroy<", $"<on_crash>{action}<", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await using (await lab.BootAsync())
        {
        }

        return await RunAsync(lab, last, lab.Domain.SerialSocket!);
    }

    private static async Task<string> WatchAsync(DaemonKind kind, string action, string last)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 1, linux: false, disk: _ => new TestDisk("vda", "boot.raw", Format: "raw"), devices: $"<watchdog model='ib700' action='{action}'/>\n");
        // What the machine boots: once, as a byte of the clock's memory tells, out 0x443, 15 has the watchdog run out at once; then it halts for ever.
        byte[] boot = new byte[512];
        ((ReadOnlySpan<byte>)[0xb0, 0x60, 0xe6, 0x70, 0xe4, 0x71, 0x3c, 0x77, 0x74, 0x0a, 0xb0, 0x77, 0xe6, 0x71, 0xba, 0x43, 0x04, 0xb0, 0x0f, 0xee, 0xf4, 0xeb, 0xfd]).CopyTo(boot);
        (boot[510], boot[511]) = (0x55, 0xaa);
        await using (var disk = File.OpenWrite(lab["boot.raw"]))
            await disk.WriteAsync(boot);
        return await RunAsync(lab, last, "");
    }

    private static async Task<string> RunAsync(GuestLab lab, string last, string serial)
    {
        string dumps = Path.Combine(lab.Daemon.Root, lab.Daemon.Kind == DaemonKind.Libvirtd ? "lib/qemu/dump" : "lib/vireo/qemu/dump");
        var result = await Client.PythonAsync(lab.Daemon, Script, dumps, last, serial);
        return Number().Replace(result.ToString(), "dump {id}-guest");
    }

    [GeneratedRegex(@"dump \d+-guest")]
    private static partial Regex Number();
}
