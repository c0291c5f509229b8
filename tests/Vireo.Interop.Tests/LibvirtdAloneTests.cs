using System.Globalization;

namespace Vireo.Interop.Tests;

/// <summary>
/// The sessions say the same twice against the same libvirtd: what differs elsewhere is a difference of the daemons, not of chance. A quarter of them each day, for they take minutes;
/// VIREO_SEED chooses which.
/// </summary>
public sealed class LibvirtdAloneTests : IAsyncLifetime
{
    private readonly ScratchLibvirtd _libvirtd = new();

    public async ValueTask InitializeAsync() => await _libvirtd.StartAsync();

    [Fact]
    public async Task Sessions_repeat()
    {
        int turn = int.Parse(Environment.GetEnvironmentVariable("VIREO_SEED") ?? $"{DateOnly.FromDateTime(DateTime.UtcNow).DayNumber}", CultureInfo.InvariantCulture);
        foreach (var session in Sessions.All.Values.Where((_, index) => (index + turn) % 4 == 0))
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
