namespace Vireo.Interop.Tests;

/// <summary>The sessions say the same twice against the same libvirtd: what differs elsewhere is a difference of the daemons, not of chance.</summary>
public sealed class LibvirtdAloneTests(DaemonPair daemons)
{
    [Fact]
    public async Task Sessions_repeat()
    {
        var libvirtd = await daemons.GetAsync(DaemonKind.Libvirtd);
        foreach (var (name, session) in Sessions.All)
        {
            var first = await daemons.ReferenceAsync(name);
            var second = await session.RunAsync(libvirtd, "virsh");
            if (Environment.GetEnvironmentVariable("VIREO_SHOW_SESSIONS") == "1")
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', first));
            second.Select(KnownDifferences.Apply).ShouldBe(first.Select(KnownDifferences.Apply));
        }
    }
}
