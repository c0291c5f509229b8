using System.Net.Sockets;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>The disks of a running guest, served to us by its own hypervisor: nobody else can read what it writes.</summary>
internal sealed class LiveExport : IAsyncDisposable
{
    private readonly QemuProcess _process;
    private readonly Action<string, Exception> _report;

    private LiveExport(QemuProcess process, Action<string, Exception> report) => (_process, _report) = (process, report);

    /// <summary>Has the hypervisor listen.</summary>
    /// <param name="process">The process that runs the guest.</param>
    /// <param name="report">Told when it cannot be made to stop.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: a backup is served already.</exception>
    public static async ValueTask<LiveExport> StartAsync(QemuProcess process, Action<string, Exception> report, CancellationToken cancellationToken)
    {
        if (process.Disks.Backup is { IsPull: true })
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "the running guest's disks are served to a pulled backup, and a hypervisor serves once at a time; end the backup first (domjobabort), or compare with a snapshot");
        }

        await process.Monitor.ExecuteAsync(Qmp.NbdServerStart(Place(process), credentials: null), cancellationToken).ConfigureAwait(false);
        return new LiveExport(process, report);
    }

    /// <summary>Opens a disk.</summary>
    public async ValueTask<IDiskView> OpenAsync(string target, CancellationToken cancellationToken)
    {
        var node = NodeNumbers.Format(_process.Disks.Find(target)!.Numbers[0]);
        await _process.Monitor.ExecuteAsync(Qmp.NbdExport("compare-" + target, node, target, bitmap: null, depth: true), cancellationToken).ConfigureAwait(false);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Place(_process)), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw VireoException.System(ErrorDomain.Qemu, e.NativeErrorCode, $"cannot read disk {target} of the running guest: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return await NbdClient.OpenAsync(socket, target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has it stop.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(_process, _report));

    /// <summary>Stops what a daemon that died within a comparison has left.</summary>
    public static Task ClearAsync(QemuProcess process, Action<string, Exception> report) => File.Exists(Place(process)) ? StopAsync(process, report) : Task.CompletedTask;

    private static async Task StopAsync(QemuProcess process, Action<string, Exception> report)
    {
        try
        {
            await process.Monitor.ExecuteAsync(Qmp.NbdServerStop, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e) when (!process.IsEnding)
        {
            report("ending the service of a running guest's disks", e);
        }
        catch (VireoException)
        {
            // It has gone with the process.
        }
    }

    private static string Place(QemuProcess process) => Path.Combine(process.Channels, "compare");
}
