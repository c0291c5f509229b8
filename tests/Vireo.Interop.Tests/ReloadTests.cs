namespace Vireo.Interop.Tests;

/// <summary>What an operator changes in a daemon's directory is taken up when it is told to (SIGHUP), as by libvirtd.</summary>
public sealed class ReloadTests
{
    // Neither daemon listens to the signal while it begins, so it is sent until it is heard.
    private const string Script = """
        import faulthandler, os, queue, signal, threading
        faulthandler.dump_traceback_later(50, exit=True)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=lambda: [libvirt.virEventRunDefaultImpl() for _ in iter(int, 1)], daemon=True).start()
        c.close(); c = libvirt.open(sys.argv[1])
        events = queue.Queue()
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, e, x, o: events.put((d.name(), e, x)), None)
        open(sys.argv[2], 'w').write(sys.argv[3])
        while events.empty():
            os.kill(int(sys.argv[4]), signal.SIGHUP)
            try: print(events.get(timeout=2)); break
            except queue.Empty: pass
        """;

    [Fact]
    public async Task Definitions_are_read_anew_as_by_libvirtd()
    {
        string expected = await RunAsync(DaemonKind.Libvirtd);

        (await RunAsync(DaemonKind.Vireod)).ShouldBe(expected);
        expected.ShouldContain("changed");
        expected.ShouldContain("('t-new', 0, 0)");
    }

    private static async Task<string> RunAsync(DaemonKind kind)
    {
        await using var daemon = ScratchDaemon.Of(kind);
        using var scratch = new ScratchDirectory("vr");
        string definitions = Path.Combine(daemon.Root, kind == DaemonKind.Libvirtd ? "etc/qemu" : "etc/vireo/qemu");
        string text = new TestDomain("t-old") { Uuid = "5c1d1f0e-3c39-4b0e-8f6b-2f3f6f3a9b22", Memory = 32 }.ToXml();
        foreach (string name in (string[])["t-old", "t-gone"])
            await File.WriteAllTextAsync(scratch[name], text.Replace("t-old", name, StringComparison.Ordinal).Replace("9b22", name == "t-old" ? "9b22" : "9b23", StringComparison.Ordinal));
        await daemon.StartAsync();
        await Client.MustAsync(daemon, "define", scratch["t-old"]);
        await Client.MustAsync(daemon, "define", scratch["t-gone"]);
        await Client.MustAsync(daemon, "start", "t-old");
        string old = await File.ReadAllTextAsync(Path.Combine(definitions, "t-old.xml"));

        await File.WriteAllTextAsync(Path.Combine(definitions, "t-old.xml"), old.Replace("</uuid>", "</uuid><title>changed</title>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(definitions, "t-broken.xml"), "<domain>");
        await File.WriteAllTextAsync(Path.Combine(definitions, "t-other.xml"), old.Replace("9b22", "9b25", StringComparison.Ordinal));
        File.Delete(Path.Combine(definitions, "t-gone.xml"));
        string fresh = old.Replace("t-old", "t-new", StringComparison.Ordinal).Replace("9b22", "9b24", StringComparison.Ordinal);
        var result = await Client.PythonAsync(daemon, Script, Path.Combine(definitions, "t-new.xml"), fresh, $"{daemon.ProcessId}");
        await Eventually.TrueAsync(async () => (await Client.MustAsync(daemon, "desc", "t-old", "--title", "--config")).Contains("changed", StringComparison.Ordinal), "the changed one, too");
        string told = string.Join('\n', result, await Client.MustAsync(daemon, "list", "--all", "--name"), await Client.MustAsync(daemon, "desc", "t-old", "--title", "--live"), await Client.MustAsync(daemon, "desc", "t-old", "--title", "--config"));
        await Client.MustAsync(daemon, "destroy", "t-old");
        return told;
    }
}
