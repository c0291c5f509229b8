namespace Vireo.Interop.Tests;

/// <summary>`vireo` over a real ssh does what stock virsh does over the same one.</summary>
public sealed class SshTests(DaemonPair daemons)
{
    // Several commands on one line: one connection for all of them.
    private const string Steps =
        "define {dir}/dom.xml; list --all; dumpxml t-ssh; start t-ssh; domstate t-ssh --reason; capabilities; snapshot-create-as t-ssh s1; destroy t-ssh; dominfo nothere; undefine t-ssh";

    [Theory]
    [InlineData(DaemonKind.Libvirtd, "")]
    [InlineData(DaemonKind.Libvirtd, "&proxy=native")]
    [InlineData(DaemonKind.Libvirtd, "&proxy=netcat")]
    [InlineData(DaemonKind.Libvirtd, "&netcat=/usr/bin/nc&mode=legacy")]
    [InlineData(DaemonKind.Libvirtd, "&socket={socket}&no_tty=1")]
    [InlineData(DaemonKind.Vireod, "")]
    [InlineData(DaemonKind.Vireod, "&socket={socket}")]
    public async Task Same_as_virsh(DaemonKind kind, string parameters)
    {
        var daemon = await daemons.GetAsync(kind);
        await using var sshd = await ScratchSshd.StartAsync(daemon);
        parameters = parameters.Replace("{socket}", daemon.SocketPath, StringComparison.Ordinal);
        string uri = $"qemu+ssh://root@127.0.0.1:{sshd.Port}/system?";

        string expected = await RunAsync("/usr/bin/virsh", $"{uri}command={sshd.Program}{parameters}", daemon);
        string actual = await RunAsync(Repository.Program("vireo"), $"{uri}keyfile={sshd.KeyFile}&known_hosts={sshd.KnownHosts}&no_verify=1{parameters}", daemon);

        expected.ShouldContain("Domain 't-ssh' started");
        Comparison.ShouldSayTheSame(actual, expected);
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd, "&proxy=native")]
    [InlineData(DaemonKind.Libvirtd, "&proxy=netcat")]
    [InlineData(DaemonKind.Vireod, "")]
    public async Task Read_only_is_read_only_at_the_other_end_too(DaemonKind kind, string parameters)
    {
        var daemon = await daemons.GetAsync(kind);
        await using var sshd = await ScratchSshd.StartAsync(daemon);
        string uri = $"qemu+ssh://root@127.0.0.1:{sshd.Port}/system?command={sshd.Program}{parameters}";
        string[] steps = ["-r", "-c", uri, "list --all --name; destroy nothere; define /nothere"];

        var expected = await ProgramRun.ExecuteAsync("/usr/bin/virsh", steps);
        var actual = await ProgramRun.ExecuteAsync(Repository.Program("vireo"), steps);

        Comparison.ShouldSayTheSame(actual.ToString(), expected.ToString());
    }

    [Fact]
    public async Task What_ssh_complains_of_is_told_as_virsh_tells_it()
    {
        await using var sshd = await ScratchSshd.StartAsync(await daemons.GetAsync(DaemonKind.Vireod));
        File.Delete(sshd.KnownHosts);
        string[] arguments = ["-c", $"qemu+ssh://root@127.0.0.1:{sshd.Port}/system?command={sshd.Program}&no_tty=1", "list"];

        var expected = await ProgramRun.ExecuteAsync("/usr/bin/virsh", arguments);
        var actual = await ProgramRun.ExecuteAsync(Repository.Program("vireo"), arguments);

        expected.Error.ShouldContain("Host key verification failed");
        Comparison.ShouldSayTheSame(actual.ToString(), expected.ToString());
    }

    private static async Task<string> RunAsync(string tool, string uri, ScratchDaemon daemon)
    {
        using var scratch = new ScratchDirectory("vs");
        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-ssh") { Uuid = "0a52cb0c-8b83-4d44-8f65-2c6f8e5b4f10", Memory = 32 }.ToXml());
        try
        {
            var result = await ProgramRun.ExecuteAsync(tool, ["-c", uri, Steps.Replace("{dir}", scratch.Path, StringComparison.Ordinal)]);
            return Normaliser.Mask(result.ToString(), scratch.Path, daemon.Root);
        }
        finally
        {
            await Client.VirshAsync(daemon, "destroy", "t-ssh");
            await Client.VirshAsync(daemon, "undefine", "t-ssh", "--snapshots-metadata");
        }
    }
}
