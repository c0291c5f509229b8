namespace Vireo.Qemu.Tests;

/// <summary>What a running guest and its clients do to a domain is told by vireod as by libvirtd, to stock python.</summary>
public sealed class GuestLifeTests
{
    // Everything that is printed is compared. "k" is a second connection, on which the events arrive.
    private const string Life = """
        import faulthandler, queue, socket, threading
        faulthandler.dump_traceback_later(50, exit=True)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=lambda: [libvirt.virEventRunDefaultImpl() for _ in iter(int, 1)], daemon=True).start()
        c.close(); c = libvirt.open(sys.argv[1]); k = libvirt.open(sys.argv[1])
        events = queue.Queue()
        k.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, e, x, o: events.put(("lifecycle", d.name(), e, x)), None)
        k.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, lambda c, d, o: events.put(("reboot", d.name())), None)
        k.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, lambda c, d, t, n, o: events.put(("metadata", d.name(), t, n)), None)
        def happened(*last):
            while True:
                e = events.get(timeout=60)
                print("event", e)
                if e == last: return
        def ask(words, answer):
            global serial
            if serial is None:
                serial = socket.socket(socket.AF_UNIX); serial.connect(sys.argv[2]); serial.settimeout(0.5)
            said = b""
            for _ in range(120):
                serial.sendall(f"q {words}\n".encode())
                try:
                    while f"@q {answer}".encode() not in said: said += serial.recv(4096)
                    return
                except socket.timeout: pass
            raise SystemExit(f"no answer to {words}: {said}")
        serial = None
        d = c.lookupByName("guest")
        d.create(); happened("lifecycle", "guest", 4, 0); happened("lifecycle", "guest", 2, 0)
        ask("PING", "PONG")

        LIVE, CONFIG = 1, 2
        print(told(d.setMetadata, 2, "<a b='1'>text</a>", "k", "urn:vireo:test", LIVE | CONFIG)); happened("metadata", "guest", 2, "urn:vireo:test")
        print(told(d.metadata, 2, "urn:vireo:test", LIVE), told(d.metadata, 2, "urn:vireo:test", CONFIG))
        print(told(d.setMetadata, 1, "a title", None, None, LIVE | CONFIG)); happened("metadata", "guest", 1, None)
        print(told(d.setMetadata, 0, "words", None, None, CONFIG)); happened("metadata", "guest", 0, None)
        print(told(d.metadata, 1, None, LIVE), told(d.metadata, 0, None, CONFIG), told(d.metadata, 0, None, LIVE))
        print(told(d.setMetadata, 2, None, None, "urn:vireo:test", LIVE | CONFIG)); happened("metadata", "guest", 2, "urn:vireo:test")
        print(told(d.metadata, 2, "urn:vireo:test", LIVE))
        print(told(d.setMetadata, 1, "two\nlines", None, None, CONFIG), told(d.setMetadata, 2, "<a>", "k", "urn:x", CONFIG), told(d.setMetadata, 2, "<a/>", "", "urn:x", CONFIG), told(d.setMetadata, 9, "x", None, None, CONFIG))

        def line(stream):
            said = b""
            while not said.endswith(b"\n"): said += stream.recv(1)
            return said
        first = c.newStream(); print(told(d.openChannel, "org.vireo.test", first, 0))
        second = c.newStream(); print(told(d.openChannel, "org.vireo.test", second, 0))
        first.send(b"through the channel\n"); print(line(first))
        first.finish()
        third = c.newStream(); print(told(d.openChannel, None, third, 0), told(d.openChannel, "nothere", c.newStream(), 0))
        third.send(b"again\n"); print(line(third)); third.abort()
        print(told(d.openConsole, "nothere", c.newStream(), 0))

        print(told(d.rename, "other"))
        ask("REBOOT", "BYE"); happened("reboot", "guest")
        ask("PING", "PONG")
        ask("POWEROFF", "BYE"); happened("lifecycle", "guest", 5, 0)
        print(told(d.rename, "other")); happened("lifecycle", "other", 0, 2)
        print(told(d.rename, "other"), d.name(), [x.name() for x in c.listAllDomains()])
        print(told(c.lookupByName("other").rename, "guest")); happened("lifecycle", "guest", 0, 2)

        own = libvirt.open(sys.argv[1]); told(own.lookupByName("guest").createWithFlags, libvirt.VIR_DOMAIN_START_AUTODESTROY); happened("lifecycle", "guest", 2, 0)
        own.close(); happened("lifecycle", "guest", 5, 1)
        """;

    [Fact]
    public async Task Same_events_and_answers_as_libvirtd()
    {
        string expected = await LiveAsync(DaemonKind.Libvirtd);
        string actual = await LiveAsync(DaemonKind.Vireod);

        expected.ShouldContain("b'through the channel\\n'");
        expected.ShouldContain("event ('reboot', 'guest')");
        string[] ours = actual.Split('\n'), theirs = expected.Split('\n');
        theirs.Except(ours).ShouldBeEmpty($"vireod said instead:\n{string.Join('\n', ours.Except(theirs))}");
        ours.ShouldBe(theirs);
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task A_domain_starts_with_the_host_and_not_with_every_daemon(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0, linux: false);
        await lab.VirshAsync("autostart", "guest");

        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        // This boot's autostart was when the daemon was first started: it does not run already, nor is it being started.
        (await lab.VirshAsync("start", "guest", "--paused")).ShouldContain("started");
        await lab.VirshAsync("destroy", "guest");

        // What lies in the run directory is gone after a boot.
        await lab.Daemon.StopAsync();
        string run = Path.Combine(lab.Daemon.Root, "run");
        foreach (string entry in Directory.GetFileSystemEntries(run, "autostarted", SearchOption.AllDirectories)) File.Delete(entry);
        await lab.Daemon.StartAsync();
        await Eventually.TrueAsync(async () => await StateAsync(lab) == "running", "the domain starts by itself");
    }

    private static async Task<string> StateAsync(GuestLab lab) => (await lab.VirshAsync("domstate", "guest")).Trim();

    private static async Task<string> LiveAsync(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0);
        var domain = lab.Domain with { Devices = "<channel type='unix'><target type='virtio' name='org.vireo.test'/></channel>" };
        await File.WriteAllTextAsync(lab["domain.xml"], domain.ToXml());
        await lab.VirshAsync("define", lab["domain.xml"]);

        var result = await Client.PythonAsync(lab.Daemon, Life, domain.SerialSocket!);

        result.ExitCode.ShouldBe(0, $"{result}\n{Client.Tail(lab.Daemon.Log)}");
        // QEMU's word on being ended by the host (a shutdown event) races with its end; a reboot resets the machine once or more.
        var told = Normaliser.Mask(result.Output, lab.Folder, lab.Daemon.Root).Split('\n').Where(line => line != "event ('lifecycle', 'guest', 6, 2)").ToList();
        return string.Join('\n', told.Where((line, index) => index == 0 || line != told[index - 1] || !line.Contains("'reboot'", StringComparison.Ordinal)));
    }
}
