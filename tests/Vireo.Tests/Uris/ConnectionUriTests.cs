using Vireo.Uris;

namespace Vireo.Tests.Uris;

public sealed class ConnectionUriTests
{
    [Fact]
    public void A_full_uri_comes_apart()
    {
        var uri = ConnectionUri.Parse("qemu+ssh://root@host.example:2222/system?keyfile=/a%20b&no_verify=1");

        uri.Driver.ShouldBe("qemu");
        uri.Transport.ShouldBe("ssh");
        uri.User.ShouldBe("root");
        uri.Host.ShouldBe("host.example");
        uri.Port.ShouldBe(2222);
        uri.Path.ShouldBe("/system");
        uri.Parameter("keyfile").ShouldBe("/a b");
        uri.Parameter("no_verify").ShouldBe("1");
        uri.Parameter("missing").ShouldBeNull();
        uri.LocalName.ShouldBe("qemu:///system");
    }

    [Fact]
    public void The_socket_of_a_unix_uri_is_a_parameter()
    {
        var uri = ConnectionUri.Parse("qemu+unix:///system?socket=/run/x/libvirt-sock");

        uri.Transport.ShouldBe("unix");
        uri.Host.ShouldBeNull();
        uri.Parameter("socket").ShouldBe("/run/x/libvirt-sock");
    }

    [Fact]
    public void An_ipv6_host_loses_its_brackets() => ConnectionUri.Parse("qemu+tcp://[::1]/system").Host.ShouldBe("::1");

    [Theory]
    [InlineData("")]
    [InlineData("system")]
    [InlineData("://x")]
    [InlineData("1qemu:///system")]
    [InlineData("qemu://host:notaport/system")]
    public void What_is_no_uri_is_refused(string text) =>
        Should.Throw<VireoException>(() => ConnectionUri.Parse(text)).Code.ShouldBe(ErrorCode.InvalidArg);
}
