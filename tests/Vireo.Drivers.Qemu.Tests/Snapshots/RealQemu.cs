using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>A real QEMU with virtio disks and nothing in it, stopped at its first instruction.</summary>
internal sealed class RealQemu : IAsyncDisposable
{
    private readonly Process _process;
    private int _disposed;

    private RealQemu(Process process, QmpMonitor monitor)
    {
        _process = process;
        Monitor = monitor;
        Identity = ProcessIdentity.Of(process.Id)!;
    }

    public QmpMonitor Monitor { get; }

    public ProcessIdentity Identity { get; }

    public bool Exited => _process.HasExited;

    public static async Task<RealQemu> StartAsync(string directory, LiveDisks disks, string? incoming = null)
    {
        if (!File.Exists("/usr/bin/qemu-system-x86_64"))
        {
            Assert.Skip("qemu-system-x86_64 is not installed");
        }

        var path = Path.Combine(directory, $"q{Guid.NewGuid():N}"[..10]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        List<string> arguments = ["-oL", "/usr/bin/qemu-system-x86_64", "-machine", "pc", "-accel", "tcg", "-nodefaults", "-display", "none", "-m", "32", "-S", "-qmp", $"unix:{path}"];
        foreach (var disk in disks.Disks)
        {
            foreach (var node in BlockNodeJson.ForChain(disk.Chain!, disk.Numbers, disk.Access))
            {
                arguments.AddRange(["-blockdev", node]);
            }

            arguments.AddRange(["-device", $"virtio-blk-pci,drive={NodeNumbers.Format(disk.Numbers[0])},id={disk.Target}"]);
        }

        if (incoming is not null)
        {
            arguments.AddRange(["-incoming", incoming]);
        }

        var process = Process.Start(new ProcessStartInfo("/usr/bin/stdbuf", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            using var stop = deadline.Token.Register(() => process.Kill());
            var accept = listener.AcceptAsync(deadline.Token).AsTask();
            if (await Task.WhenAny(accept, errors) == errors)
            {
                throw VireoException.Internal(ErrorDomain.Qemu, $"QEMU ended: {await errors}");
            }

            return new RealQemu(process, await QmpMonitor.OpenAsync(await accept, _ => { }, TimeSpan.FromSeconds(20), deadline.Token));
        }
        catch
        {
            process.Kill();
            throw;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Runs a qemu-io command on a disk, as its guest would.</summary>
    public async Task<string> IoAsync(string disk, string command)
    {
        // The answer comes on standard output, not through the monitor; stdbuf makes it come line by line.
        var line = JsonSerializer.Serialize($"qemu-io -d /machine/peripheral/{disk}/virtio-backend \"{command}\"");
        var answer = await Monitor.ExecuteAsync(new QmpCommand("human-monitor-command", $$"""{"command-line":{{line}}}"""), CancellationToken.None);
        answer.GetString().ShouldBeEmpty();
        var output = "";
        while (!output.Contains("ops;", StringComparison.Ordinal) && !output.Contains("failed", StringComparison.Ordinal))
        {
            output += await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) ?? throw new InvalidOperationException("QEMU is gone");
        }

        return output;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await Monitor.DisposeAsync();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
