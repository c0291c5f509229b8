using System.Runtime.InteropServices;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Writes a guest's memory and devices into a descriptor; the domain's long job shows how far it is. The guest stands still at its end.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="process">Its process.</param>
/// <param name="failure">What an error says before the reason.</param>
internal sealed class OutgoingMemory(QemuDomain domain, QemuProcess process, string failure)
{
    private const long UnlimitedBandwidth = (long.MaxValue >> 20) << 20;
    private const string FdName = "vireo-memory";

    /// <summary>How often it is measured.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a cancelled one is asked about.</summary>
    private static readonly TimeSpan s_cancelPace = TimeSpan.FromMilliseconds(10);

    /// <summary>Refuses a domain whose memory cannot be taken away now.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: a device forbids it, or images are being moved.</exception>
    public async Task RefuseAsync(CancellationToken cancellationToken)
    {
        var migration = await process.Monitor.ExecuteAsync(Qmp.QueryMigrate, cancellationToken).ConfigureAwait(false);
        var reason = migration.Blocked.Count > 0 ? $"cannot migrate domain: {string.Join("; ", migration.Blocked)}"
            : process.Disks.Jobs.Length > 0 || process.Disks.Backup is not null ? "domain has active block job"
            : process.Live.Devices.Disks.Any(d => d.Transient is not null) ? "migration with transient disk is not supported"
            : null;
        if (reason is not null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, reason);
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="target">A file, positioned where it begins, or a pipe.</param>
    /// <param name="cancellationToken">Gives up: the hypervisor has stopped writing then, and the guest can go on.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: why the hypervisor could not.</exception>
    public async ValueTask SendAsync(SafeHandle target, CancellationToken cancellationToken)
    {
        var monitor = process.Monitor;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ended = monitor.WaitForEventAsync(e => e.Name == "MIGRATION" && e.Text("status") is "completed" or "failed" or "cancelled", waiting.Token);
        try
        {
            await monitor.ExecuteAsync(Qmp.MigrateSetCapabilities(("events", true)), cancellationToken).ConfigureAwait(false);
            await monitor.ExecuteAsync(Qmp.MigrateSetParameters(w => w.WriteNumber("max-bandwidth"u8, UnlimitedBandwidth)), cancellationToken).ConfigureAwait(false);
            await process.HandAsync(target, cancellationToken).ConfigureAwait(false);
            await monitor.ExecuteAsync(Qmp.GetFd(FdName, target), cancellationToken).ConfigureAwait(false);
            await monitor.ExecuteAsync(Qmp.Migrate("fd:" + FdName), cancellationToken).ConfigureAwait(false);
            await MeasureAsync(ended).ConfigureAwait(false);
            var happened = await ended.ConfigureAwait(false);
            var state = await monitor.ExecuteAsync(Qmp.QueryMigrate, CancellationToken.None).ConfigureAwait(false);
            domain.Progressed(new JobProgress { Memory = state });
            if (happened.Text("status") != "completed")
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{failure}: {state.Error ?? "unexpectedly failed"}");
            }

            domain.MemoryMoved();
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(monitor).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Has the hypervisor stop writing memory, and waits until it has: before that the guest cannot go on.</summary>
    public static async Task CancelAsync(QmpMonitor monitor)
    {
        await monitor.ExecuteAsync(Qmp.MigrateCancel, CancellationToken.None).ConfigureAwait(false);
        while (await monitor.ExecuteAsync(Qmp.QueryMigrate, CancellationToken.None).ConfigureAwait(false) is { Ended: false, Status: not "none" })
        {
            await Task.Delay(s_cancelPace, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task MeasureAsync(Task ended)
    {
        while (await Task.WhenAny(ended, Task.Delay(s_pace, CancellationToken.None)).ConfigureAwait(false) != ended)
        {
            domain.Progressed(new JobProgress { Memory = await process.Monitor.ExecuteAsync(Qmp.QueryMigrate, CancellationToken.None).ConfigureAwait(false) });
        }
    }
}
