using Vireo.Drivers.Remote.Transports;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Tests;

public sealed class SocketPathsTests
{
    [Theory]
    [InlineData("qemu:///system", false, new[] { "/run/vireo/libvirt-sock", "/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock" })]
    [InlineData("qemu:///system", true, new[] { "/run/vireo/libvirt-sock-ro", "/run/libvirt/libvirt-sock-ro", "/run/libvirt/virtqemud-sock-ro" })]
    [InlineData("qemu:///system?mode=legacy", false, new[] { "/run/vireo/libvirt-sock", "/run/libvirt/libvirt-sock" })]
    [InlineData("qemu:///system?mode=direct", true, new[] { "/run/libvirt/virtqemud-sock-ro" })]
    public void The_systems_daemons_have_a_socket_for_looking(string uri, bool readOnly, string[] expected) =>
        SocketPaths.Candidates(RemoteAddress.Of(ConnectionUri.Parse(uri), readOnly)).ShouldBe(expected);

    [Fact]
    public void A_users_own_has_not() =>
        SocketPaths.Candidates(RemoteAddress.Of(ConnectionUri.Parse("qemu:///session"), readOnly: true)).ShouldAllBe(path => !path.EndsWith("-ro", StringComparison.Ordinal));
}
