using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;

namespace Vireo.Drivers.Qemu.Tests.Agent;

/// <summary>What guests tell of themselves is read with distrust.</summary>
public sealed class GuestInformationTests
{
    private static readonly DomainConfig s_domain = DomainConfig.Parse("""
        <domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices>
          <controller type='scsi' index='2' model='virtio-scsi'><address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></controller>
          <disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/><address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk>
          <disk type='file'><source file='/b'/><target dev='sdb' bus='scsi'/><address type='drive' controller='2' bus='0' target='0' unit='1'/></disk>
        </devices></domain>
        """);

    [Theory]
    [InlineData(3u, 0u, "vda")]
    [InlineData(5u, 1u, "sdb")]
    [InlineData(5u, 2u, null)]
    [InlineData(6u, 1u, null)]
    public void Disk_is_found_by_where_the_guest_sees_it(uint slot, uint unit, string? target) =>
        GuestDiskTargets.Find(s_domain, new GuestDiskAddress("scsi", null, null, 0, 0, unit, (0, 0, slot, 0), null)).ShouldBe(target);

    [Fact]
    public void Aliases_of_an_interface_are_more_of_its_addresses()
    {
        var interfaces = GuestInterfaces.Read(Json("""
            [{"name":"eth0","hardware-address":"52:54:00:00:00:01"},{"name":"lo","ip-addresses":[]},
             {"name":"eth0:1","ip-addresses":[{"ip-address-type":"ipv6","ip-address":"fd00::1","prefix":64}]}]
            """));

        interfaces.Select(one => one.Name).ShouldBe(["eth0", "lo"]);
        interfaces[0].Addrs.ShouldHaveSingleItem().ShouldBe(new DomainIpAddr((int)IPAddrType.Ipv6, "fd00::1", 64));
    }

    [Theory]
    [InlineData("{}", "qemu agent didn't return an array of interfaces")]
    [InlineData("[{}]", "qemu agent didn't provide 'name' field")]
    [InlineData("""[{"name":5}]""", "qemu agent didn't provide 'name' field")]
    [InlineData("""[{"name":"x","ip-addresses":5}]""", "Malformed ip-addresses array")]
    [InlineData("""[{"name":"x","ip-addresses":[{"ip-address-type":"ipx","ip-address":"1","prefix":1}]}]""", "unknown ip address type 'ipx'")]
    [InlineData("""[{"name":"x","ip-addresses":[{"ip-address-type":"ipv4","ip-address":"1","prefix":-1}]}]""", "malformed 'prefix' field")]
    [InlineData("[5]", "qemu agent didn't provide 'name' field")]
    public void Interfaces_that_are_none_are_refused(string answer, string why) =>
        Should.Throw<VireoException>(() => GuestInterfaces.Read(Json(answer))).Message.ShouldBe("internal error: " + why);

    [Theory]
    [InlineData("""{"user":"a"}""", "'login-time' missing in reply of guest-get-users")]
    [InlineData("""{"login-time":5}""", "'user' missing in reply of guest-get-users")]
    public void Users_without_name_or_time_are_refused(string answer, string why) => Should.Throw<VireoException>(() => GuestUser.Read(Json(answer))).Message.ShouldBe("internal error: " + why);

    [Fact]
    public void Times_beyond_all_measure_are_bounded()
    {
        GuestUser.Read(Json("""{"user":"a","login-time":1e300}""")).LoginMilliseconds.ShouldBe((ulong)long.MaxValue + 1);
        GuestUser.Read(Json("""{"user":"a","login-time":-3}""")).LoginMilliseconds.ShouldBe(0UL);
    }

    [Fact]
    public void Lists_and_texts_without_end_are_refused()
    {
        Should.Throw<VireoException>(() => GuestInterfaces.Read(Json("[" + string.Join(',', Enumerable.Repeat("""{"name":"a"}""", 2049)) + "]"))).Code.ShouldBe(ErrorCode.InternalError);
        Should.Throw<VireoException>(() => GuestInterfaces.Read(Json($$"""[{"name":"{{new string('x', 70_000)}}"}]"""))).Code.ShouldBe(ErrorCode.InternalError);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
