using System.Runtime.InteropServices;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.CoreDump;

/// <summary>What is to be dumped, and how.</summary>
/// <param name="Path">The file; what is there is replaced.</param>
internal sealed record DumpRequest(string Path)
{
    /// <summary>The guest goes on meanwhile, as far as that can be.</summary>
    public bool Live { get; init; }

    /// <summary>Memory and registers alone, for debuggers; else all of the guest's state, for a hypervisor.</summary>
    public bool MemoryOnly { get; init; }

    /// <summary>Past the host's cache of files.</summary>
    public bool BypassCache { get; init; }

    /// <summary>The form of memory alone; raw is ELF.</summary>
    public DomainCoreDumpFormat Format { get; init; }

    /// <summary>How all of the state is packed.</summary>
    public ImageCompression Compression { get; init; }
}

/// <summary>Writes a guest's memory into a file for whoever looks for a fault. Unless it is live, the guest stands still from its beginning on.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="process">Its process.</param>
internal sealed class DomainDump(QemuDomain domain, QemuProcess process)
{
    private const string FdName = "vireo-dump";

    /// <summary>How often it is measured.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(250);

    /// <summary>Writes the file. A guest that ran before stands still afterwards, unless memory alone is written live; when it fails the guest goes on and there is no file.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: QEMU has no such format; VIR_ERR_OPERATION_INVALID, VIR_ERR_OPERATION_FAILED, VIR_ERR_SYSTEM_ERROR.</exception>
    public async ValueTask RunAsync(DumpRequest request, CancellationToken cancellationToken)
    {
        var memory = new OutgoingMemory(domain, process, "domain core dump job");
        var file = new MemoryFile(domain, process, new MemoryTransfer(request.Path, domain.View.State == DomainState.Running, IsSave: false));
        await UndoStack.RunAsync(
            async undo =>
            {
                await file.BeginAsync(request.Live ? null : DomainPausedReason.Dump, DomainRunningReason.Unpaused, null, undo, cancellationToken).ConfigureAwait(false);
                if (!request.MemoryOnly)
                {
                    await memory.RefuseAsync(cancellationToken).ConfigureAwait(false);
                }

                process.PauseReason = DomainPausedReason.Dump;
                Func<SafeHandle, CancellationToken, ValueTask> send = request.MemoryOnly ? (target, _) => SendMemoryAsync(target, request.Format) : memory.SendAsync;
                await file.WriteAsync(send, request.MemoryOnly ? null : CompressionPrograms.Pack(request.Compression, "dump"), request.BypassCache, cancellationToken).ConfigureAwait(false);
            },
            failure => domain.Hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);
        await file.ForgetAsync().ConfigureAwait(false);
    }

    // QEMU cannot be kept from finishing it.
    private async ValueTask SendMemoryAsync(SafeHandle target, DomainCoreDumpFormat format)
    {
        var monitor = process.Monitor;
        var name = await FormatAsync(monitor, format).ConfigureAwait(false);
        using var waiting = new CancellationTokenSource();
        var ended = monitor.WaitForEventAsync(static e => e.Name == "DUMP_COMPLETED", waiting.Token);
        try
        {
            await process.HandAsync(target, CancellationToken.None).ConfigureAwait(false);
            await monitor.ExecuteAsync(Qmp.GetFd(FdName, target), CancellationToken.None).ConfigureAwait(false);
            await monitor.ExecuteAsync(Qmp.DumpGuestMemory(FdName, name), CancellationToken.None).ConfigureAwait(false);
            while (await Task.WhenAny(ended, Task.Delay(s_pace, CancellationToken.None)).ConfigureAwait(false) != ended)
            {
                var state = await monitor.ExecuteAsync(Qmp.QueryDump, CancellationToken.None).ConfigureAwait(false);
                domain.Progressed(new JobProgress { Dump = (state.Total, state.Completed) });
            }

            if ((await ended.ConfigureAwait(false)).Text("error") is { } error)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"memory-only dump failed: {error}");
            }
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string?> FormatAsync(QmpMonitor monitor, DomainCoreDumpFormat format)
    {
        if (format == DomainCoreDumpFormat.Raw)
        {
            return null;
        }

        var name = format switch
        {
            DomainCoreDumpFormat.KdumpZlib => "kdump-zlib",
            DomainCoreDumpFormat.KdumpLzo => "kdump-lzo",
            DomainCoreDumpFormat.KdumpSnappy => "kdump-snappy",
            _ => "win-dmp",
        };
        var known = await monitor.ExecuteAsync(Qmp.QueryDumpFormats, CancellationToken.None).ConfigureAwait(false);
        return known.Contains(name) ? name : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unsupported dumpformat '{name}' for this QEMU binary");
    }
}
