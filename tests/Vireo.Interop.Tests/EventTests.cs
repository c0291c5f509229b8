using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>`event --all` prints the same for the same things done.</summary>
public sealed class EventTests(DaemonPair daemons)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(DaemonKind.Vireod, "virsh")]
    [InlineData(DaemonKind.Vireod, "vireo")]
    [InlineData(DaemonKind.Libvirtd, "vireo")]
    public async Task Event_all_prints_what_libvirtds_does(DaemonKind kind, string tool)
    {
        string expected = await WatchAsync(await daemons.GetAsync(DaemonKind.Libvirtd), "virsh");
        string actual = await WatchAsync(await daemons.GetAsync(kind), tool);

        expected.ShouldContain("event 'lifecycle' for domain 't-event': Started Booted");
        Comparison.ShouldSayTheSame(actual, expected);
    }

    private static async Task<string> WatchAsync(ScratchDaemon daemon, string tool)
    {
        using var scratch = new ScratchDirectory("ve");
        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-event") { Uuid = "77c5e8a0-6a0b-4c9e-9a34-0c1f8ad0b1e2", Memory = 32 }.ToXml());
        using var watcher = Client.Watch(tool, daemon, "event", "--all", "--loop");
        await ListensAsync(watcher, daemon, scratch["probe.xml"]);
        foreach (string step in (string[])["define", "start", "suspend", "resume", "reset", "destroy", "undefine"])
            await Client.MustAsync(daemon, step, step == "define" ? scratch["dom.xml"] : "t-event");
        (await watcher.SaysAsync("'t-event': Undefined Removed", s_patience)).ShouldBeTrue(watcher.Output);
        var result = await watcher.InterruptAsync();
        return string.Join('\n', Normaliser.Mask(result.ToString(), scratch.Path).Split('\n').Where(IsTelling).Where(IsSteady).Distinct());
    }

    [Theory]
    [InlineData(DaemonKind.Vireod, "virsh")]
    [InlineData(DaemonKind.Vireod, "vireo")]
    [InlineData(DaemonKind.Libvirtd, "vireo")]
    public async Task Qemu_monitor_event_prints_what_libvirtds_does(DaemonKind kind, string tool)
    {
        string expected = await WatchMonitorAsync(await daemons.GetAsync(DaemonKind.Libvirtd), "virsh");
        string actual = await WatchMonitorAsync(await daemons.GetAsync(kind), tool);

        expected.ShouldContain("event STOP at {time} for domain 't-monitor': <null>");
        expected.ShouldContain("event RESET at {time} for domain 't-monitor': {\"guest\":false,\"reason\":\"host-qmp-system-reset\"}");
        Comparison.ShouldSayTheSame(actual, expected);
    }

    [Fact]
    public async Task Stock_python_hears_a_monitors_events()
    {
        string expected = await HearAsync(await daemons.GetAsync(DaemonKind.Libvirtd));

        expected.ShouldBe("1 STOP None\nnone left\n");
        (await HearAsync(await daemons.GetAsync(DaemonKind.Vireod))).ShouldBe(expected);
    }

    [Theory]
    [InlineData(DaemonKind.Vireod, "virsh")]
    [InlineData(DaemonKind.Vireod, "vireo")]
    [InlineData(DaemonKind.Libvirtd, "vireo")]
    public async Task Secret_event_prints_what_libvirtds_does(DaemonKind kind, string tool)
    {
        string expected = await WatchSecretsAsync(await daemons.GetAsync(DaemonKind.Libvirtd), "virsh");
        string actual = await WatchSecretsAsync(await daemons.GetAsync(kind), tool);

        expected.ShouldContain("event 'lifecycle' for secret 8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e61: Undefined");
        expected.ShouldContain("event 'value-changed' for secret 8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e61\n");
        actual.ShouldBe(expected);
    }

    private static async Task<string> WatchSecretsAsync(ScratchDaemon daemon, string tool)
    {
        const string uuid = "8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e61";
        using var scratch = new ScratchDirectory("ve");
        string Secret(string of) => $"<secret ephemeral='no' private='no'><uuid>{of}</uuid><usage type='volume'><volume>/v/{of}</volume></usage></secret>";
        await File.WriteAllTextAsync(scratch["secret.xml"], Secret(uuid));
        await File.WriteAllTextAsync(scratch["probe.xml"], Secret("8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e62"));
        await Client.MustAsync(daemon, "secret-define", scratch["secret.xml"]);
        using var lives = Client.Watch(tool, daemon, "secret-event", "--event", "lifecycle", "--loop");
        using var values = Client.Watch(tool, daemon, "secret-event", uuid, "--event", "value-changed", "--loop");
        await Eventually.TrueAsync(
            async () =>
            {
                await Client.MustAsync(daemon, "secret-define", scratch["probe.xml"]);
                await Client.MustAsync(daemon, "secret-set-value", uuid, "cHJvYmU=");
                return lives.Output.Contains("Defined", StringComparison.Ordinal) && values.Output.Contains("value-changed", StringComparison.Ordinal);
            },
            "the clients tell of events");
        await Client.MustAsync(daemon, "secret-set-value", "8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e62", "b3RoZXI=");
        await Client.MustAsync(daemon, "secret-undefine", "8e1f7c52-3d0a-4c27-9f35-5b1d2a0c7e62");
        await Client.MustAsync(daemon, "secret-undefine", uuid);
        (await lives.SaysAsync(uuid + ": Undefined", s_patience)).ShouldBeTrue(lives.Output);
        string told = (await lives.InterruptAsync()).ToString() + await values.InterruptAsync();

        // How often the clients were probed is not the same everywhere.
        return string.Join('\n', told.Split('\n').Where(line => !line.StartsWith("events received", StringComparison.Ordinal)).Distinct()) + "\n" + Regex.Count(told, uuid + ": Undefined");
    }

    private static async Task<string> WatchMonitorAsync(ScratchDaemon daemon, string tool)
    {
        using var scratch = new ScratchDirectory("vm");
        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-monitor") { Uuid = "5c1d1f0e-3c39-4b0e-8f6b-2f3f6f3a9b11", Memory = 32 }.ToXml());
        await Client.MustAsync(daemon, "create", scratch["dom.xml"]);
        using var watcher = Client.Watch(tool, daemon, "qemu-monitor-event", "t-monitor", "--loop", "--event", "stop|RES.+", "--regex", "--no-case");
        for (int attempt = 0; attempt < 60 && !await watcher.SaysAsync("event STOP", TimeSpan.FromMilliseconds(500)); attempt++)
        {
            await Client.MustAsync(daemon, "suspend", "t-monitor");
            await Client.MustAsync(daemon, "resume", "t-monitor");
        }

        await Client.MustAsync(daemon, "reset", "t-monitor");
        (await watcher.SaysAsync("event RESET", s_patience)).ShouldBeTrue(watcher.Output);
        await Client.MustAsync(daemon, "destroy", "t-monitor");
        var result = await watcher.InterruptAsync();
        string masked = Regex.Replace(result.ToString(), @"at \d+\.\d{6} for", "at {time} for");
        return string.Join('\n', masked.Split('\n').Where(IsSteady).Distinct().Order(StringComparer.Ordinal));
    }

    private static async Task<string> HearAsync(ScratchDaemon daemon)
    {
        using var scratch = new ScratchDirectory("vm");
        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-hear") { Uuid = "5c1d1f0e-3c39-4b0e-8f6b-2f3f6f3a9b12", Memory = 32 }.ToXml());
        var result = await Client.PythonAsync(
            daemon,
            """
            import libvirt_qemu, os
            libvirt.virEventRegisterDefaultImpl()
            c = libvirt.open(sys.argv[1])
            heard = []
            number = libvirt_qemu.qemuMonitorEventRegister(c, None, 'STOP', lambda c, d, name, s, us, details, opaque: heard.append(f'{opaque} {name} {details}'), 1)
            d = c.createXML(open(sys.argv[2]).read(), 0)
            d.suspend()
            d.resume()
            while not heard:
                libvirt.virEventRunDefaultImpl()
            print('\n'.join(heard))
            libvirt_qemu.qemuMonitorEventDeregister(c, number)
            try:
                libvirt_qemu.qemuMonitorEventDeregister(c, number)
            except libvirt.libvirtError:
                print('none left')
            d.destroy()
            """,
            scratch["dom.xml"]);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException(result.ToString());
    }

    // The client says nothing when it listens, so another domain comes and goes until it tells of that.
    private static async Task ListensAsync(WatchedProgram watcher, ScratchDaemon daemon, string path)
    {
        await File.WriteAllTextAsync(path, new TestDomain("t-probe") { Uuid = "0d9c4be5-9cb1-4c5f-8f0c-7a1c8c8a1d11", Memory = 32 }.ToXml());
        for (int attempt = 0; attempt < 60; attempt++)
        {
            await Client.MustAsync(daemon, "define", path);
            await Client.MustAsync(daemon, "undefine", "t-probe");
            if (await watcher.SaysAsync("'t-probe': Undefined Removed", TimeSpan.FromMilliseconds(500))) return;
        }

        throw new TimeoutException("the client does not tell of events:\n" + watcher.Output);
    }

    private static bool IsTelling(string line) =>
        !line.StartsWith("event ", StringComparison.Ordinal) || line.Contains("t-event", StringComparison.Ordinal) || line.StartsWith("event loop", StringComparison.Ordinal);

    // Two runs of libvirtd differ in these: a guest without a system resets once or twice, QEMU's word on its end races with its end, and so does the
    // monitor's; how many events there were follows from that.
    private static bool IsSteady(string line) =>
        !line.StartsWith("events received", StringComparison.Ordinal)
        && !line.Contains("guest-reset", StringComparison.Ordinal)
        && !line.Contains("Shutdown Finished after host request", StringComparison.Ordinal)
        && !line.Contains("'control-error'", StringComparison.Ordinal);
}
