using System.Text;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tests.Monitor;

/// <summary>The client against a real QEMU, started as domains are: the monitor's listening socket inherited, no polling.</summary>
public sealed class RealMonitorTests : IAsyncLifetime
{
    private const string Program = "/usr/bin/qemu-system-x86_64";
    private readonly string _directory = Directory.CreateTempSubdirectory("vireo-qmp-").FullName;
    private HostProcess _process = null!;
    private QmpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
            Assert.Skip("needs qemu-system-x86_64");
        using var listener = UnixSocket.Listen(Path.Combine(_directory, "monitor.sock"));
        using var log = HostFile.OpenLog(Path.Combine(_directory, "log"));
        var fds = new InheritedFds();
        string[] arguments =
        [
            "-machine", "none", "-nodefaults", "-display", "none", "-S", "-nographic",
            "-chardev", $"socket,id=m,fd={fds.Add(listener.SafeHandle)},server=on,wait=off", "-mon", "chardev=m,mode=control",
        ];
        _process = HostProcess.Start(new(Program, arguments) { Inherited = fds.Entries, StandardOutput = log, StandardError = log });
        _client = await QmpClient.OpenAsync(UnixSocket.Connect(Path.Combine(_directory, "monitor.sock")));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(Signals.Kill);
            await _process.WaitAsync();
            _process.Dispose();
        }

        if (_client is not null)
            await _client.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task OpensAsksAndQuits()
    {
        _client.OutOfBand.ShouldBeTrue();
        (await _client.ExecuteAsync(Qmp.QueryVersion)).ShouldBe(_client.Greeting.Version);
        (await _client.ExecuteAsync(Qmp.QueryStatus)).ShouldBe(new QmpStatus(false, "prelaunch"));
        await _client.ExecuteAsync(Qmp.Quit);
        (await _process.WaitAsync(new CancellationTokenSource(20_000).Token)).ShouldBe(new ExitStatus(0, 0));
        (await _client.Closed.WaitAsync(TimeSpan.FromSeconds(20))).Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task ARestartedDaemonConnectsByThePath()
    {
        await _client.DisposeAsync();
        _client = await QmpClient.OpenAsync(UnixSocket.Connect(Path.Combine(_directory, "monitor.sock")));
        (await _client.ExecuteAsync(Qmp.QueryStatus)).Status.ShouldBe("prelaunch");
    }

    [Fact]
    public async Task ManyCommandsInOneWrite()
    {
        var batch = new QmpBatch();
        var answers = Enumerable.Range(0, 100).Select(_ => batch.Add(Qmp.QueryStatus)).ToList();
        await _client.ExecuteAsync(batch);
        answers.ShouldAllBe(answer => answer().Status == "prelaunch");
    }

    [Fact]
    public async Task SnapshotsTwoNodesInOneTransaction()
    {
        foreach (var name in new[] { "a", "b", "oa", "ob" })
            await File.WriteAllBytesAsync(Path.Combine(_directory, name), new byte[1 << 20]);
        var batch = new QmpBatch();
        foreach (var name in new[] { "a", "b" })
            batch.Add(Qmp.BlockdevAdd(Encoding.UTF8.GetBytes($$$"""{"driver":"raw","node-name":"{{{name}}}","file":{"driver":"file","filename":"{{{Path.Combine(_directory, name)}}}"}}""")));
        await _client.ExecuteAsync(batch);
        // A raw node cannot be an overlay: both or none, so neither.
        var error = await Should.ThrowAsync<VireoException>(() => _client.ExecuteAsync(Qmp.SnapshotAll([("a", "oa"), ("b", "ob")])));
        error.InnerException.ShouldBeOfType<QmpErrorException>();
        var nodes = await _client.ExecuteAsync(Qmp.QueryNamedBlockNodes);
        nodes.Where(node => node.Driver == "raw").Select(node => node.Name).Order().ShouldBe(["a", "b"]);
        await _client.ExecuteAsync(Qmp.BlockdevDel("a"));
    }

    [Fact]
    public async Task TakesDescriptorsOneByOneHoweverManyAreSentAtOnce()
    {
        using var file = HostFile.CreateNew(Path.Combine(_directory, "f"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _client.ExecuteAsync(Qmp.GetFd($"fd{n}", file))));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _client.ExecuteAsync(Qmp.CloseFd($"fd{n}"))));
        await _client.ExecuteAsync(Qmp.AddFd(5, file));
        await _client.ExecuteAsync(Qmp.RemoveFd(5));
        (await Should.ThrowAsync<VireoException>(() => _client.ExecuteAsync(Qmp.CloseFd("fd0")))).Message.ShouldContain("closefd");
    }

    [Fact]
    public async Task TextOfAnyKindArrivesWhole()
    {
        var name = "dïsk \"q\" \\ \u0001 </script>";
        var error = await Should.ThrowAsync<VireoException>(() => _client.ExecuteAsync(Qmp.BlockdevDel(name)));
        error.Message.ShouldContain("dïsk \"q\" \\");
    }

    [Fact]
    public async Task AnEndByForceFailsWhatWaits()
    {
        _process.Kill(Signals.Stop);
        var call = _client.ExecuteAsync(Qmp.QueryStatus);
        _process.Kill(Signals.Kill);
        (await Should.ThrowAsync<VireoException>(() => call)).InnerException.ShouldBeOfType<MonitorClosedException>();
    }
}
