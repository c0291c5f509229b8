using Vireo.Host.Network;

namespace Vireo.Host.Tests.Network;

public sealed class NeighbourTableTests
{
    [Fact]
    public void Neighbours_that_have_answered_are_told()
    {
        NeighbourTable.Parse("""
            IP address       HW type     Flags       HW address            Mask     Device
            10.99.77.4       0x1         0x2         52:54:00:aa:bb:02     *        vnet2
            10.99.77.3       0x1         0x6         52:54:00:aa:bb:01     *        vnet2
            10.99.77.6       0x1         0x0         00:00:00:00:00:00     *        vnet2
            nonsense         0x1         0x2         52:54:00:aa:bb:03     *        vnet2
            10.99.77.7       0x1         xx
            """).ShouldBe([("10.99.77.4", "52:54:00:aa:bb:02"), ("10.99.77.3", "52:54:00:aa:bb:01")]);
    }
}
