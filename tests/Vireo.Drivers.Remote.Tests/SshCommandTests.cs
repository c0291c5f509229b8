using Vireo.Drivers.Remote.Transports;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Tests;

public sealed class SshCommandTests
{
    [Fact]
    public void Port_user_and_key_become_arguments() =>
        Command("qemu+ssh://ann@host:2222/system?keyfile=/k&no_tty=1&proxy=netcat")[..^1].ShouldBe(
            ["ssh", "-T", "-e", "none", "-p", "2222", "-l", "ann", "-i", "/k", "-o", "BatchMode=yes", "--", "host"]);

    [Fact]
    public void A_socket_with_a_quote_stays_one_word() =>
        Command("qemu+ssh://host/system?socket=/a'b%3Breboot")[^1].ShouldEndWith(SshCommand.Quote(" -U '/a'\\''b;reboot'")[1..]);

    [Fact]
    public void What_the_client_does_not_know_is_for_the_daemon() =>
        Command("qemu+ssh://host/system?proxy=native&no_verify=0&a%20b=%26")[^1].ShouldBe($"sh -c {SshCommand.Quote("exec virt-ssh-helper 'qemu:///system?a%20b=%26'")}");

    [Theory]
    [InlineData("qemu+ssh://-oProxyCommand=x/system")]
    [InlineData("qemu+ssh://%2DoProxyCommand=x/system")]
    [InlineData("qemu+ssh://-x@host/system")]
    [InlineData("qemu+ssh://%2Dx@host/system")]
    [InlineData("qemu+ssh://host%00/system")]
    [InlineData("qemu+ssh://host/system?proxy=pigeon")]
    [InlineData("qemu+ssh://host/system?mode=pigeon")]
    [InlineData("qemu+ssh://host/system?no_verify=x")]
    [InlineData("qemu+ssh://host/system?proxy=native&netcat=/n")]
    public void What_ssh_would_misread_is_refused(string uri) =>
        Should.Throw<VireoException>(() => Command(uri)).Code.ShouldBe(ErrorCode.InvalidArg);

    [Fact]
    public async Task What_the_program_complained_of_is_told() =>
        (await Should.ThrowAsync<VireoException>(async () => await new DriverRegistry(new RemoteDriver()).OpenAsync("qemu+ext:///system?command=/bin/false"))).Code.ShouldBe(ErrorCode.Rpc);

    private static string[] Command(string uri) => [.. SshCommand.For(RemoteAddress.Of(ConnectionUri.Parse(uri), readOnly: false)).Arguments];
}
