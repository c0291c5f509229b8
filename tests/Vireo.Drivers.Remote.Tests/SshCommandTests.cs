using Vireo.Drivers.Remote.Transports;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Tests;

public sealed class SshCommandTests
{
    [Fact]
    public void Port_user_and_key_become_arguments() =>
        Command("qemu+ssh://ann@host:2222/system?keyfile=/k&no_tty=1&proxy=netcat").ShouldBe(
            ["ssh", "-T", "-e", "none", "-p", "2222", "-l", "ann", "-i", "/k", "-o", "BatchMode=yes", "--", "host", "sh -c 'exec '\\''nc'\\'' -U '\\''/run/libvirt/libvirt-sock'\\'''"]);

    [Fact]
    public void A_socket_with_a_quote_stays_one_word() =>
        Command("qemu+ssh://host/system?socket=/a'b%3Breboot")[^1].ShouldBe($"sh -c {SshCommand.Quote("exec 'nc' -U '/a'\\''b;reboot'")}");

    [Theory]
    [InlineData("qemu+ssh://-oProxyCommand=x/system")]
    [InlineData("qemu+ssh://-x@host/system")]
    [InlineData("qemu+ssh://host/system?proxy=pigeon")]
    public void What_ssh_would_misread_is_refused(string uri) =>
        Should.Throw<VireoException>(() => Command(uri)).Code.ShouldBe(ErrorCode.InvalidArg);

    [Fact]
    public async Task What_the_program_complained_of_is_told() =>
        (await Should.ThrowAsync<VireoException>(async () => await new DriverRegistry(new RemoteDriver()).OpenAsync("qemu+ext:///system?command=/bin/false"))).Code.ShouldBe(ErrorCode.Rpc);

    private static IReadOnlyList<string> Command(string uri) => SshCommand.For(ConnectionUri.Parse(uri)).Arguments;
}
