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
        && !line.Contains("Shutdown Finished after host request", StringComparison.Ordinal)
        && !line.Contains("'control-error'", StringComparison.Ordinal);
}
