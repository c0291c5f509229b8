using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.State;

/// <summary>Definitions that others have changed on the disk.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task A_domain_that_is_being_changed_holds_up_no_other()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var (busy, other) = (await scratch.DefineAsync("a"), await scratch.DefineAsync("b"));
        Change("a");
        Change("b");
        Task reloading;
        using (await scratch.Domain(busy).EnterAsync("test", default))
        {
            reloading = scratch.Hypervisor.ReloadAsync(default);
            await Eventually.TrueAsync(() => Task.FromResult(IsChanged(other)), "what is not busy has been read", seconds: 10);
            IsChanged(busy).ShouldBeFalse();
        }

        await reloading;
        IsChanged(busy).ShouldBeTrue();

        void Change(string name)
        {
            string path = Path.Combine(scratch.Paths.QemuDefinitions, name + ".xml");
            File.WriteAllText(path, File.ReadAllText(path).Replace("<memory", "<description>changed</description><memory", StringComparison.Ordinal));
        }

        bool IsChanged(DomainRef domain) => scratch.Domain(domain).View.Persistent!.Description == "changed";
    }
}
