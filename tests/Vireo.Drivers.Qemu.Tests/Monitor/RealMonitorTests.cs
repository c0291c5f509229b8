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
    private QmpMonitor _monitor = null!;

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
        _monitor = await QmpMonitor.OpenAsync(UnixSocket.Connect(Path.Combine(_directory, "monitor.sock")), _ => { }, TimeSpan.FromSeconds(20), default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(Signals.Kill);
            await _process.WaitAsync();
            _process.Dispose();
        }

        if (_monitor is not null)
            await _monitor.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task OpensAsksAndQuits()
    {
        _monitor.HasOutOfBand.ShouldBeTrue();
        (await _monitor.ExecuteAsync(Qmp.QueryVersion, default)).ShouldBe(_monitor.Version);
        (await _monitor.ExecuteAsync(Qmp.QueryStatus, default)).ShouldBe(new QmpStatus(false, "prelaunch"));
        await _monitor.ExecuteAsync(Qmp.Quit, default);
        (await _process.WaitAsync(new CancellationTokenSource(20_000).Token)).ShouldBe(new ExitStatus(0, 0));
        await _monitor.Closed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ARestartedDaemonConnectsByThePath()
    {
        await _monitor.DisposeAsync();
        _monitor = await QmpMonitor.OpenAsync(UnixSocket.Connect(Path.Combine(_directory, "monitor.sock")), _ => { }, TimeSpan.FromSeconds(20), default);
        (await _monitor.ExecuteAsync(Qmp.QueryStatus, default)).Status.ShouldBe("prelaunch");
    }

    [Fact]
    public async Task AHeldCommandRunsWhenItIsReleasedAndNotAtAllWhenItIsGivenUp()
    {
        var patience = TimeSpan.FromSeconds(20);
        var add = new QmpCommand("blockdev-add", """{"driver":"null-co","node-name":"a"}""");
        async Task<int> Nodes() => (await _monitor.ExecuteAsync("query-named-block-nodes", default)).GetArrayLength();

        _monitor.Hold(add).Dispose();
        (await Nodes()).ShouldBe(0);
        using (var spoiled = _monitor.Hold(add))
        {
            (await Nodes()).ShouldBe(0);
            await spoiled.ReleaseAsync(patience, default);
        }

        (await Nodes()).ShouldBe(1);
        using var released = _monitor.Hold(new QmpCommand("blockdev-del", """{"node-name":"a"}"""));
        await released.ReleaseAsync(patience, default);
        (await Nodes()).ShouldBe(0);
    }

    [Fact]
    public async Task ManyCommandsInOneWrite()
    {
        var batch = new QmpBatch();
        var answers = Enumerable.Range(0, 100).Select(_ => batch.Add(Qmp.QueryStatus)).ToList();
        await _monitor.ExecuteAsync(batch, QmpMonitor.DefaultDeadline, default);
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
        await _monitor.ExecuteAsync(batch, QmpMonitor.DefaultDeadline, default);
        // A raw node cannot be an overlay: both or none, so neither.
        var error = await Should.ThrowAsync<VireoException>(() => _monitor.ExecuteAsync(Qmp.SnapshotAll([("a", "oa"), ("b", "ob")]), default));
        error.InnerException.ShouldBeOfType<QmpErrorException>();
        var nodes = await _monitor.ExecuteAsync(Qmp.QueryNamedBlockNodes, default);
        nodes.Where(node => node.Driver == "raw").Select(node => node.Name).Order().ShouldBe(["a", "b"]);
        await _monitor.ExecuteAsync(Qmp.BlockdevDel("a"), default);
    }

    [Fact]
    public async Task TakesDescriptorsOneByOneHoweverManyAreSentAtOnce()
    {
        using var file = HostFile.CreateNew(Path.Combine(_directory, "f"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _monitor.ExecuteAsync(Qmp.GetFd($"fd{n}", file), default)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _monitor.ExecuteAsync(Qmp.CloseFd($"fd{n}"), default)));
        await _monitor.ExecuteAsync(Qmp.AddFd(5, file), default);
        await _monitor.ExecuteAsync(Qmp.RemoveFd(5), default);
        (await Should.ThrowAsync<VireoException>(() => _monitor.ExecuteAsync(Qmp.CloseFd("fd0"), default))).Message.ShouldContain("closefd");
    }

    [Fact]
    public async Task TextOfAnyKindArrivesWhole()
    {
        var name = "dïsk \"q\" \\ \u0001 </script>";
        var error = await Should.ThrowAsync<VireoException>(() => _monitor.ExecuteAsync(Qmp.BlockdevDel(name), default));
        error.Message.ShouldContain("dïsk \"q\" \\");
    }

    [Fact]
    public async Task AnEndByForceFailsWhatWaits()
    {
        _process.Kill(Signals.Stop);
        var call = _monitor.ExecuteAsync(Qmp.QueryStatus, default);
        _process.Kill(Signals.Kill);
        (await Should.ThrowAsync<VireoException>(() => call)).InnerException.ShouldBeOfType<MonitorClosedException>();
    }
}
