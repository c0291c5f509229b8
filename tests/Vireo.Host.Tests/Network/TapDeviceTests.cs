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
            var device = tap.Device;
            device.Name.ShouldStartWith("vireot");
            device.SetAddress([0xfe, 0x54, 0, 1, 2, 3]);
            device.SetLongestPacket(1400);
            device.SetUp(true);
            File.ReadAllText($"/sys/class/net/{device.Name}/address").Trim().ShouldBe("fe:54:00:01:02:03");
            device.ReadLongestPacket().ShouldBe(1400);
            Should.Throw<VireoException>(() => device.AttachTo("no-such-bridge")).Message.ShouldStartWith($"Unable to add bridge no-such-bridge port {device.Name}");
            name = device.Name + "r";
            device.Rename(name);
            device.Name.ShouldBe(name);
            device.IsTap.ShouldBeTrue();
            File.ReadAllText($"/sys/class/net/{name}/operstate").Trim().ShouldNotBe("down");
            Should.Throw<VireoException>(() => device.Rename("lo")).Message.ShouldStartWith($"Unable to rename '{name}' to 'lo'");
            device.Exists.ShouldBeTrue();
        }

        // A program that another test starts shares the descriptor until its exec.
        SpinWait.SpinUntil(() => !new NetworkDevice(name).Exists, TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }

    [Fact]
    public void HasAsManyDescriptorsAsQueues()
    {
        if (Environment.UserName != "root" || !File.Exists("/dev/net/tun"))
            Assert.Skip("needs root and /dev/net/tun");
        using var tap = TapDevice.Create("vireoq%d", queues: 3);
        tap.Handles.Count.ShouldBe(3);
        Directory.GetDirectories($"/sys/class/net/{tap.Device.Name}/queues", "rx-*").Length.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void AControlThatIsMissingIsNamed() =>
        Should.Throw<VireoException>(() => TapDevice.Create("vireot%d", control: "/dev/no-such-tun")).Message
            .ShouldBe("Unable to open /dev/no-such-tun, is tun module loaded?: No such file or directory");

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
