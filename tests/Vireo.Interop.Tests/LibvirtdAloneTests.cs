namespace Vireo.Interop.Tests;

/// <summary>The sessions say the same twice against the same libvirtd: what differs elsewhere is a difference of the daemons, not of chance.</summary>
public sealed class LibvirtdAloneTests : IAsyncLifetime
{
    private readonly ScratchLibvirtd _libvirtd = new();

    public async ValueTask InitializeAsync() => await _libvirtd.StartAsync();

    [Fact]
    public async Task Sessions_repeat()
    {
        foreach (var session in Sessions.All.Values)
        {
            var first = await session.RunAsync(_libvirtd, "virsh");
            var second = await session.RunAsync(_libvirtd, "virsh");
            if (Environment.GetEnvironmentVariable("VIREO_SHOW_SESSIONS") == "1")
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', first));
            second.Select(KnownDifferences.Apply).ShouldBe(first.Select(KnownDifferences.Apply));
        }
    }

    public async ValueTask DisposeAsync() => await _libvirtd.DisposeAsync();
}
