using Vireo.Config;
using Vireo.Drivers.Qemu.HotPlug;

namespace Vireo.Drivers.Qemu.Tests.HotPlug;

public sealed class IoThreadSetTests
{
    [Fact]
    public void One_more_has_all_listed() => IoThreadSet.With(Two(), 5).Iothreadids.Select(t => t.Id).ShouldBe([1u, 2u, 5u]);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public void Numbers_that_follow_from_the_count_are_listed_where_they_were(bool listed, int count)
    {
        var rest = IoThreadSet.Without(IoThreadSet.With(Two(), 5), 5, listed);
        rest.Iothreads.ShouldBe(2u);
        rest.Iothreadids.Count.ShouldBe(count);
    }

    [Fact]
    public void One_that_serves_a_disk_stays()
    {
        var config = Two() with { Devices = new DevicesConfig { Disks = [new DiskConfig { Target = new DiskTarget { Dev = "vda" }, Driver = new DiskDriver { Iothread = 1 } }] } };
        Should.Throw<VireoException>(() => IoThreadSet.Without(config, 1, listed: true)).Message.ShouldContain("vda");
    }

    [Fact]
    public void Sizes_of_a_pool_do_not_contradict_each_other() =>
        Should.Throw<VireoException>(() => IoThreadSet.WithPool(IoThreadSet.WithPool(Two(), 1, null, 4), 1, 5, null)).Code.ShouldBe(ErrorCode.OperationInvalid);

    private static DomainConfig Two() => new() { Iothreads = 2 };
}
