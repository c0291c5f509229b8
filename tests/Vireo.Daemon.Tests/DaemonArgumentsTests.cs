namespace Vireo.Daemon.Tests;

public sealed class DaemonArgumentsTests
{
    [Fact]
    public void Values_come_after_an_equals_sign_or_as_the_next_word()
    {
        var parsed = DaemonArguments.Parse(["--root=/a", "--config", "/b", "--as-libvirtd", "-v"]);
        parsed.ShouldBe(new DaemonArguments { Root = "/a", ConfigFile = "/b", AsLibvirtd = true, Verbose = true });
    }

    [Theory]
    [InlineData("--rooot")]
    [InlineData("--root")]
    [InlineData("--help=1")]
    [InlineData("extra")]
    public void What_is_not_understood_is_refused(string word) => Should.Throw<DaemonException>(() => DaemonArguments.Parse([word])).Message.ShouldContain("vireod --help");

    [Fact]
    public void Everything_lies_below_the_root()
    {
        var paths = DaemonPaths.Under("/r");
        paths.Socket.ShouldBe("/r/run/libvirt/libvirt-sock");
        paths.ConfigFile.ShouldBe("/r/etc/vireo/vireod.conf");
        new[] { paths.Config, paths.Run, paths.State, paths.Cache, paths.Log, paths.Sockets }.ShouldAllBe(p => p.StartsWith("/r/"));
    }
}
