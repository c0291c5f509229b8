namespace Vireo.Drivers.Xen.Tests;

/// <summary>What only the driver knows of the host, and what is made up where a document does not tell it.</summary>
public sealed class HostTests
{
    private const string Card = "<interface type='network'><mac address='00:16:3e:00:00:01'/><source network='default'/></interface>";

    [Fact]
    public void A_network_is_written_as_its_bridge() =>
        XenDomain.FormatXl(Domain(Card), new BridgedHost()).ShouldContain("vif = [ \"mac=00:16:3e:00:00:01,bridge=virbr-default,script=vif-bridge\" ]\n");

    [Fact]
    public void A_network_that_the_host_does_not_know_is_refused_as_libvirt_does()
    {
        var error = Should.Throw<VireoException>(() => XenDomain.FormatXl(Domain(Card), new XenHost()));
        (error.Code, error.Message).ShouldBe((ErrorCode.NoNetwork, "Network not found: default"));
    }

    [Fact]
    public void Architecture_and_firmware_are_the_hosts()
    {
        var host = new XenHost { Architecture = "aarch64", Loader = "/loader", UefiLoader = "/uefi" };
        var os = XenDomain.ParseXl("name = \"n\"\ntype = \"hvm\"\n", host).Os;
        (os.Type!.Arch, os.Loader!.Path).ShouldBe(("aarch64", "/loader"));
        XenDomain.ParseXl("name = \"n\"\ntype = \"hvm\"\nbios = \"ovmf\"\n", host).Os.Loader!.Path.ShouldBe("/uefi");
    }

    [Fact]
    public void An_identity_and_addresses_are_made_where_there_are_none()
    {
        var read = XenDomain.ParseXl(XenDomain.FormatXl(Domain("<interface type='bridge'><source bridge='b'/></interface>"), new XenHost()), new XenHost());
        read.Uuid.ShouldNotBe(Guid.Empty);
        read.Devices.Interfaces[0].Mac!.Address!.ShouldStartWith("00:16:3e:");
    }

    private static DomainConfig Domain(string devices) =>
        DomainConfig.Parse($"<domain type='xen'><name>n</name><memory>65536</memory><os><type>linux</type></os><devices>{devices}</devices></domain>");

    private sealed class BridgedHost : XenHost
    {
        public override string BridgeOf(string network) => "virbr-" + network;
    }
}
