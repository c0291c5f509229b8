using System.Diagnostics;
using Vireo.Drivers;
using Vireo.Drivers.Remote;

namespace Vireo.Daemon.Tests;

/// <summary>The daemon as a process of its own.</summary>
public sealed class DaemonProcessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"vd-{Guid.NewGuid():n}"[..12]);
    private Process? _daemon;

    private string Socket => Path.Combine(_root, "run/libvirt/libvirt-sock");

    private string Uri => $"test+unix:///default?socket={Socket}";

    public async ValueTask InitializeAsync()
    {
        _daemon = Start("--root", _root);
        while (await _daemon.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line && !line.Contains("listening on"))
        {
        }

        _ = _daemon.StandardError.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_daemon!.HasExited) _daemon.Kill();
        await _daemon.WaitForExitAsync();
        _daemon.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task It_serves_defines_and_reads_back()
    {
        await using var connection = await new DriverRegistry(new RemoteDriver()).OpenAsync(Uri);
        var domain = await connection.Hypervisor.DomainDefineXmlAsync("<domain type='test'><name>vm1</name><memory>1024</memory><os><type>hvm</type></os></domain>", default);
        (await connection.Hypervisor.DomainLookupByNameAsync("vm1", default)).ShouldBe(domain);
        (await connection.Hypervisor.DomainGetXmlDescAsync(domain, 0, default)).ShouldContain("<name>vm1</name>");
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_root_refuses_to_start()
    {
        using var second = Start("--root", _root);
        string said = await second.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await second.WaitForExitAsync();
        second.ExitCode.ShouldBe(1);
        said.ShouldContain("another vireod uses this root");
    }

    [Fact]
    public async Task SIGTERM_ends_it_cleanly_and_takes_its_sockets_along()
    {
        await using var connection = await new DriverRegistry(new RemoteDriver()).OpenAsync(Uri);
        using (var kill = Process.Start("kill", ["-TERM", $"{_daemon!.Id}"])) await kill.WaitForExitAsync();
        await _daemon.WaitForExitAsync().WaitAsync(Patience);
        _daemon.ExitCode.ShouldBe(0);
        File.Exists(Socket).ShouldBeFalse();
        await connection.Closed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Stock_virsh_lists_its_domains()
    {
        if (!File.Exists("/usr/bin/virsh")) Assert.Skip("virsh is not installed");
        using var virsh = Process.Start(new ProcessStartInfo("/usr/bin/virsh", ["-c", Uri, "list", "--all", "--name"]) { RedirectStandardOutput = true })!;
        (await virsh.StandardOutput.ReadToEndAsync().WaitAsync(Patience)).Trim().ShouldBe("test");
        await virsh.WaitForExitAsync();
        virsh.ExitCode.ShouldBe(0);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vireod.dll"), .. arguments]) { RedirectStandardError = true })!;
}
