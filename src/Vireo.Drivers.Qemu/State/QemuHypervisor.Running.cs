using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.State;

/// <content>Stopping and running the CPUs, and keeping the live state on disk. Within the domain's job.</content>
internal sealed partial class QemuHypervisor
{
    /// <summary>Lets the CPUs run. The event that QEMU sends before it answers sets the state.</summary>
    public async Task Resume(QemuDomain domain, QemuProcess process, DomainRunningReason reason, CancellationToken cancellationToken)
    {
        process.RunReason = reason;
        await process.Monitor.ExecuteAsync(new QmpCommand("cont"), cancellationToken).ConfigureAwait(false);
        new MonitorEvents(this, domain).Resumed(process);
    }

    /// <summary>Stops the CPUs.</summary>
    public async Task Pause(QemuDomain domain, QemuProcess process, DomainPausedReason reason, CancellationToken cancellationToken)
    {
        process.PauseReason = reason;
        await process.Monitor.ExecuteAsync(new QmpCommand("stop"), cancellationToken).ConfigureAwait(false);
        new MonitorEvents(this, domain).Stopped(process);
    }

    /// <summary>Gives a process what it was started without, now that the process beside it has gone.</summary>
    public Task SettleAsync(QemuProcess process) =>
        ResourceHandover.SettleAsync(process, (resource, error) => LogDeferred(Log, process.Live.Name!, resource.Kind, resource.To, error.Message), CancellationToken.None);

    [LoggerMessage(3, LogLevel.Error, "domain '{Name}': its new process could not be given {Kind} '{What}': {Error}. The daemon tries again when it next starts")]
    private static partial void LogDeferred(ILogger log, string name, DeferredKind kind, string what, string error);

    /// <summary>Has the live state written soon; changes that come close together are written once.</summary>
    public void SaveStatusSoon(QemuDomain domain, QemuProcess process)
    {
        if (process.TakeStatusTurn())
        {
            _ = Task.Run(() => SaveStatusAsync(domain, process));
        }
    }

    /// <summary>Removes the live state, after whoever is writing it.</summary>
    public async Task RemoveStatusAsync(QemuDomain domain, QemuProcess process)
    {
        await process.StatusGate.WaitAsync().ConfigureAwait(false);
        try
        {
            await Files.RemoveStatusAsync(domain.View.Name).ConfigureAwait(false);
        }
        finally
        {
            process.StatusGate.Release();
        }
    }

    /// <summary>Writes the live state, after whoever is writing it: what was known earlier never replaces what was known later.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be written.</exception>
    public async Task SaveStatusNowAsync(QemuDomain domain, QemuProcess process)
    {
        await process.StatusGate.WaitAsync().ConfigureAwait(false);
        try
        {
            process.StatusTurnTaken();
            var status = DomainFiles.LiveState(domain.View, process);
            if (ReferenceEquals(domain.Process, process) && status != process.WrittenStatus)
            {
                process.WrittenStatus = null;
                await Files.SaveStatusAsync(domain.View.Name, status).ConfigureAwait(false);
                process.WrittenStatus = status;
            }
        }
        finally
        {
            process.StatusGate.Release();
        }
    }

    /// <summary>Has an operation write the live state with its other documents, after whoever is writing it.</summary>
    /// <param name="process">The process whose state it is.</param>
    /// <param name="place">Puts the documents in their places.</param>
    public async Task PlaceStatusAsync(QemuProcess process, Action place)
    {
        await process.StatusGate.WaitAsync().ConfigureAwait(false);
        try
        {
            process.WrittenStatus = null;
            await Task.Run(place).ConfigureAwait(false);
        }
        finally
        {
            process.StatusGate.Release();
        }
    }

    private async Task SaveStatusAsync(QemuDomain domain, QemuProcess process)
    {
        try
        {
            await SaveStatusNowAsync(domain, process).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            // The guest goes on; a daemon that restarts asks it for its state anyway.
            ReportUnreadable(Files.Status(domain.View.Name), e);
        }
    }
}
