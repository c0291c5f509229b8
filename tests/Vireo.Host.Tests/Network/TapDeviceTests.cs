using Vireo.Host.Network;

namespace Vireo.Host.Tests.Network;

public sealed class TapDeviceTests
{
    [Fact]
    public void IsMadeSetUpAndGoneWithItsDescriptor()
    {
        if (Environment.UserName != "root" || !File.Exists("/dev/net/tun"))
            Assert.Skip("needs root and /dev/net/tun");
        string name;
        TapDevice tap;
        try
        {
            tap = TapDevice.Create("vireot%d");
        }
        catch (VireoException exception) when (exception.Number1 is 1 or 19)
        {
            Assert.Skip("this host lets nobody make tap devices");
            return;
        }

        using (tap)
        {
            name = tap.Name;
            name.ShouldStartWith("vireot");
            tap.SetAddress([0xfe, 0x54, 0, 1, 2, 3]);
            tap.SetLongestPacket(1400);
            tap.SetUp(true);
            File.ReadAllText($"/sys/class/net/{name}/address").Trim().ShouldBe("fe:54:00:01:02:03");
            File.ReadAllText($"/sys/class/net/{name}/mtu").Trim().ShouldBe("1400");
            Should.Throw<VireoException>(() => tap.AttachTo("no-such-bridge")).Message.ShouldStartWith($"Unable to add bridge no-such-bridge port {name}");
        }

        Directory.Exists($"/sys/class/net/{name}").ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a name")]
    [InlineData("longer-than-allowed")]
    public void AnImpossibleNameIsRefused(string name)
    {
        if (!File.Exists("/dev/net/tun"))
            Assert.Skip("needs /dev/net/tun");
        Should.Throw<VireoException>(() => TapDevice.Create(name)).Code.ShouldBe(ErrorCode.InvalidArg);
    }
}
