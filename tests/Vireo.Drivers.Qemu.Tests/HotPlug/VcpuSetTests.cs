using Vireo.Config;
using Vireo.Drivers.Qemu.HotPlug;

namespace Vireo.Drivers.Qemu.Tests.HotPlug;

public sealed class VcpuSetTests
{
    [Theory]
    [InlineData(3, false, "3 of 4")]
    [InlineData(3, true, "3 of 4: 0 1 2h -3h")]
    [InlineData(1, true, "1 of 4")]
    [InlineData(4, false, "4 of 4")]
    public void Definition_has_so_many(uint count, bool hotpluggable, string expected) => Told(VcpuSet.WithCount(Two(), count, hotpluggable)).ShouldBe(expected);

    [Theory]
    [InlineData("2-3", true, "4 of 4: 0 1 2h 3h")]
    [InlineData("1", false, "1 of 4: 0 -1h -2h -3h")]
    public void Single_ones_are_switched(string numbers, bool online, string expected) => Told(VcpuSet.WithStates(Two(), NumberSet.Parse(numbers), online)).ShouldBe(expected);

    [Fact]
    public void First_stays() => Should.Throw<VireoException>(() => VcpuSet.WithStates(Two(), NumberSet.Parse("0"), online: false)).Code.ShouldBe(ErrorCode.InvalidArg);

    [Theory]
    [InlineData(2, "2 of 2")]
    [InlineData(6, "2 of 6")]
    [InlineData(1, "1 of 1")]
    public void Maximum_changes(uint maximum, string expected) => Told(VcpuSet.WithMaximum(Two(), maximum)).ShouldBe(expected);

    [Fact]
    public void One_that_came_stands_at_the_end_of_the_order()
    {
        var live = VcpuSet.WithState(VcpuSet.WithState(Two(), 3, online: true), 2, online: true);
        live.Vcpus.Select(v => v.Order).ShouldBe([1u, 2u, 4u, 3u]);
        VcpuSet.WithState(live, 3, online: false).Vcpus.Select(v => v.Order).ShouldBe([1u, 2u, 4u, null]);
    }

    private static DomainConfig Two() => new() { Vcpu = new VcpuConfig { Count = 4, Current = 2 } };

    private static string Told(DomainConfig config) => $"{VcpuSet.Online(config)} of {VcpuSet.Maximum(config)}"
        + (config.Vcpus.IsEmpty ? "" : ": " + string.Join(' ', config.Vcpus.Select(v => $"{(v.Enabled == true ? "" : "-")}{v.Id}{(v.Hotpluggable == true ? "h" : "")}")));
}
