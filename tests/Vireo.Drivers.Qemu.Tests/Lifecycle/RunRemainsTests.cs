using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>What a run leaves is cleared away as far as that goes: one thing that resists holds up nothing else.</summary>
public sealed class RunRemainsTests
{
    [Fact]
    public async Task A_run_of_which_something_resists_ends_all_the_same()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        string directory = scratch.Domain(dom).Process!.Directory;
        Spoil(directory);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        scratch.Domain(dom).View.State.ShouldBe(DomainState.Shutoff);
        scratch.Events.Last().Type.ShouldBe(DomainEventType.Stopped);
        Directory.Exists(directory).ShouldBeFalse();
        await scratch.Connection.DomainCreateAsync(dom, default);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task A_daemon_starts_whatever_an_earlier_one_left()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        string spoilt = scratch.Paths.QemuDomainDirectory(7, "spoilt"), next = scratch.Paths.QemuDomainDirectory(8, "next");
        using var left = HostProcess.Start(new ProcessStart("/bin/sleep", ["600"]));
        await scratch.RestartAsync(meanwhile: () =>
        {
            Spoil(Directory.CreateDirectory(spoilt).FullName);
            Directory.CreateDirectory(next);
            File.WriteAllText(Path.Combine(next, QemuLauncher.IdentityFile), left.Identity.ToString());
            return Task.CompletedTask;
        });
        Directory.Exists(spoilt).ShouldBeFalse();
        Directory.Exists(next).ShouldBeFalse();

        // It was ended and waited for; here that is heard of a moment later.
        await left.WaitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    // A file that is none can be neither read nor removed as one.
    private static void Spoil(string directory)
    {
        File.Delete(Path.Combine(directory, "claims"));
        Directory.CreateDirectory(Path.Combine(directory, "claims"));
    }
}
