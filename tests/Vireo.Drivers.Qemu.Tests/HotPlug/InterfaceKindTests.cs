using Vireo.Config;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.Tests.HotPlug;

public sealed class InterfaceKindTests
{
    private static readonly DomainConfig s_domain = Domain("<interface type='user'><mac address='52:54:00:00:07:0a'/></interface><interface type='ethernet'><mac address='52:54:00:ab:cd:ef'/><target dev='tap7'/></interface>");

    [Theory]
    [InlineData("52:54:00:00:07:0a", 0)]
    [InlineData("52:54:0:0:7:A", 0)]
    [InlineData("52:54:0:0:7:a twice", 0)]
    [InlineData("52:54:0:AB:cD:EF", 1)]
    public void A_card_is_found_by_its_address_however_that_is_written(string address, int index)
    {
        new InterfaceKind().Find(Wanted(address), s_domain, live: false).ShouldBeSameAs(s_domain.Devices.Interfaces[index]);
        s_domain.Card(address).ShouldBeSameAs(s_domain.Devices.Interfaces[index]);
    }

    [Fact]
    public void A_card_is_found_by_its_device_too() => s_domain.Card("tap7").ShouldBeSameAs(s_domain.Devices.Interfaces[1]);

    [Fact]
    public void A_card_that_is_not_there_is_told_of_as_libvirt_does()
    {
        const string address = "52:54:0:0:7:b";
        const string message = "device not found: no device found at address '(<null>)' matching MAC address '52:54:00:00:07:0b' and alias '(<null>)'";
        Should.Throw<VireoException>(() => new InterfaceKind().Find(Wanted(address), s_domain, live: false)).Message.ShouldBe(message);
        Should.Throw<VireoException>(() => s_domain.Card(address)).Message.ShouldBe($"invalid argument: '{address}' is not a known interface");
    }

    private static DevicesConfig Wanted(string address) => Domain($"<interface type='user'><mac address='{address}'/></interface>").Devices;

    private static DomainConfig Domain(string devices) => DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>{devices}</devices></domain>");
}
