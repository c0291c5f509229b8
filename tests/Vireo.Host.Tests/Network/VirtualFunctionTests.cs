using Vireo.Host.Network;

namespace Vireo.Host.Tests.Network;

public sealed class VirtualFunctionTests
{
    private static readonly byte[] s_address = [0x52, 0x54, 0, 0, 7, 0xa];

    [Fact]
    public void A_device_without_functions_is_named_with_what_the_kernel_says()
    {
        Should.Throw<VireoException>(() => new VirtualFunction("lo", 2).Read()).Message.ShouldBe("internal error: couldn't find IFLA_VF_INFO for VF 2 in netlink response of 'lo'");
        Should.Throw<VireoException>(() => new VirtualFunction("nosuch0", 2).Read()).Message.ShouldBe("Unable to get index for interface nosuch0: No such device");
    }

    [Fact]
    public void What_a_device_cannot_set_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "changing network devices is not permitted here");
        Should.Throw<VireoException>(() => new VirtualFunction("lo", 2).SetAddress(s_address)).Message.ShouldBe("Cannot set interface MAC to 52:54:00:00:07:0a for ifname lo vf 2: Operation not supported");
        Should.Throw<VireoException>(() => new VirtualFunction("lo", 2).SetVlan(42)).Message.ShouldBe("Cannot set interface vlanid to 42 for ifname lo vf 2: Operation not supported");
    }
}
