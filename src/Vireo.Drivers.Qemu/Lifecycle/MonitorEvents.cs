using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.CoreDump;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// What the events of a QEMU's monitor mean for its domain. Called in their order by whoever reads the monitor: nothing here waits. An event that asks for
/// work starts it beside.
/// </summary>
internal sealed partial class MonitorEvents(QemuHypervisor hypervisor, QemuDomain domain)
{
    /// <summary>Takes an event in.</summary>
    public void Handle(QemuProcess process, QmpEvent happened)
    {
        if (!ReferenceEquals(domain.Process, process))
        {
            return;
        }

        Tell(happened);
        switch (happened.Name)
        {
            case "STOP":
                Stopped(process);
                break;
            case "RESUME":
                Resumed(process);
                break;
            case "SHUTDOWN":
                ShutDown(process, happened);
                break;
            case "RESET":
                domain.Publish(new DomainRebootEvent(domain.View.Ref));
                break;
            case "GUEST_PANICKED":
                Panicked(process);
                break;
            case "SUSPEND":
                Sleep(process, DomainEventPMSuspendedDetailType.Memory);
                domain.Publish(new DomainPmsuspendEvent(domain.View.Ref, 0));
                break;
            case "SUSPEND_DISK":
                Sleep(process, DomainEventPMSuspendedDetailType.Disk);
                domain.Publish(new DomainPmsuspendDiskEvent(domain.View.Ref, 0));
                break;
            case "WAKEUP":
                WakeUp(process);
                break;
            default:
                DeviceEvent(process, happened);
                break;
        }
    }

    /// <summary>Tells those who listen to the monitor itself, before anything is made of the event.</summary>
    private void Tell(QmpEvent happened)
    {
        if (!hypervisor.Events.IsHeard(QemuMonitorEvent.Kind))
        {
            return;
        }

        var seconds = happened.Time.ToUnixTimeSeconds();
        var microseconds = (happened.Time.UtcTicks - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks) / TimeSpan.TicksPerMicrosecond;
        hypervisor.Events.Publish(new QemuMonitorEvent(domain.View.Ref, happened.Name, seconds, (uint)microseconds, happened.Details));
    }

    /// <summary>The CPUs have stopped; nothing when that is known.</summary>
    public void Stopped(QemuProcess process)
    {
        var reason = process.PauseReason;
        if (!domain.TryUpdate(v => v.State == DomainState.Running ? v.In(DomainState.Paused, (int)reason) : null))
        {
            return;
        }

        process.PauseReason = DomainPausedReason.Unknown;
        domain.Lifecycle(DomainEventType.Suspended, (int)(reason switch
        {
            DomainPausedReason.Ioerror => DomainEventSuspendedDetailType.Ioerror,
            DomainPausedReason.Watchdog => DomainEventSuspendedDetailType.Watchdog,
            DomainPausedReason.FromSnapshot => DomainEventSuspendedDetailType.FromSnapshot,
            DomainPausedReason.ApiError => DomainEventSuspendedDetailType.ApiError,
            DomainPausedReason.Migration => DomainEventSuspendedDetailType.Migrated,
            _ => DomainEventSuspendedDetailType.Paused,
        }));
        hypervisor.SaveStatusSoon(domain, process);
    }

    /// <summary>The CPUs run; nothing when that is known.</summary>
    public void Resumed(QemuProcess process)
    {
        var reason = process.RunReason == DomainRunningReason.Unknown ? DomainRunningReason.Unpaused : process.RunReason;
        if (!domain.TryUpdate(v => v.State == DomainState.Paused ? v.In(DomainState.Running, (int)reason) : null))
        {
            return;
        }

        process.RunReason = DomainRunningReason.Unknown;
        process.Agent?.PayThaw();
        domain.Lifecycle(DomainEventType.Resumed, (int)(reason is DomainRunningReason.FromSnapshot or DomainRunningReason.Restored ? DomainEventResumedDetailType.FromSnapshot : DomainEventResumedDetailType.Unpaused));
        hypervisor.SaveStatusSoon(domain, process);
    }

    private void ShutDown(QemuProcess process, QmpEvent happened)
    {
        if (process.IsEnding || process.GuestHasShutDown)
        {
            return;
        }

        if (process.RebootOnShutdown)
        {
            Beside(process, "reboot", () => RebootAsync(process));
            return;
        }

        process.GuestHasShutDown = true;
        process.WillEnd(EndCause.Shutdown);
        var detail = happened.Data.ValueKind == System.Text.Json.JsonValueKind.Object
            ? happened.Flag("guest") ? DomainEventShutdownDetailType.Guest : DomainEventShutdownDetailType.Host
            : DomainEventShutdownDetailType.Finished;
        domain.Update(v => v.In(DomainState.Shutdown, (int)DomainShutdownReason.Unknown));
        domain.Lifecycle(DomainEventType.Shutdown, (int)detail);
        Beside(process, "shutdown", () => domain.View.Config.OnPoweroff == LifecycleAction.Restart
            ? RestartAsync(process, DomainRunningReason.Booted)
            : process.EndAsync());
    }

    // The guest has powered off because a reboot was asked for by the power button: the reset is what makes it one.
    private async Task RebootAsync(QemuProcess process)
    {
        process.RebootOnShutdown = false;
        process.RunReason = DomainRunningReason.Booted;
        await process.Monitor.ExecuteAllAsync(["system_reset", "cont"], QmpMonitor.DefaultDeadline, CancellationToken.None).ConfigureAwait(false);
        Resumed(process);
    }

    private async Task RestartAsync(QemuProcess process, DomainRunningReason reason)
    {
        await process.Monitor.ExecuteAllAsync(["system_reset", "cont"], QmpMonitor.DefaultDeadline, CancellationToken.None).ConfigureAwait(false);
        domain.Update(v => v.In(DomainState.Running, (int)reason));
        domain.Lifecycle(DomainEventType.Resumed, (int)DomainEventResumedDetailType.Unpaused);
        hypervisor.SaveStatusSoon(domain, process);
        process.GuestHasShutDown = false;
    }

    private void Panicked(QemuProcess process)
    {
        domain.Update(v => v.In(DomainState.Crashed, (int)DomainCrashedReason.Panicked));
        domain.Lifecycle(DomainEventType.Crashed, (int)DomainEventCrashedDetailType.Panicked);
        var action = domain.View.Config.OnCrash;
        if (action != LifecycleAction.Preserve)
        {
            Beside(process, "what follows a crash", () => AfterCrashAsync(process, action));
        }
    }

    private async Task AfterCrashAsync(QemuProcess process, LifecycleAction? action)
    {
        if (action is LifecycleAction.CoredumpDestroy or LifecycleAction.CoredumpRestart)
        {
            using var job = await domain.EnterAsync("qemuProcessEvent", CancellationToken.None).ConfigureAwait(false);
            await TryDumpAsync(process).ConfigureAwait(false);
        }

        if (action is LifecycleAction.Restart or LifecycleAction.CoredumpRestart)
        {
            await RestartAsync(process, DomainRunningReason.Crashed).ConfigureAwait(false);
            return;
        }

        process.WillEnd(EndCause.Panicked);
        await process.EndAsync().ConfigureAwait(false);
    }

    // What follows does not depend on the dump.
    private async Task TryDumpAsync(QemuProcess process)
    {
        try
        {
            await AutomaticDump.RunAsync(domain, process, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogBeside(hypervisor.Log, domain.View.Name, "the dump", process.Host.Pid, e.Message);
        }
    }

    private void Sleep(QemuProcess process, DomainEventPMSuspendedDetailType detail)
    {
        if (domain.TryUpdate(v => v.State == DomainState.Running ? v.In(DomainState.Pmsuspended, 0) : null))
        {
            domain.Lifecycle(DomainEventType.Pmsuspended, (int)detail);
            hypervisor.SaveStatusSoon(domain, process);
        }
    }

    private void WakeUp(QemuProcess process)
    {
        if (domain.TryUpdate(v => v.State == DomainState.Pmsuspended ? v.In(DomainState.Running, (int)DomainRunningReason.Wakeup) : null))
        {
            domain.Lifecycle(DomainEventType.Started, (int)DomainEventStartedDetailType.Wakeup);
            hypervisor.SaveStatusSoon(domain, process);
        }

        domain.Publish(new DomainPmwakeupEvent(domain.View.Ref, 0));
    }

    private void Beside(QemuProcess process, string what, Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogBeside(hypervisor.Log, domain.View.Name, what, process.Host.Pid, e.Message);
        }
    });

    [LoggerMessage(20, LogLevel.Error, "domain '{Name}': {What} of process {Pid} failed: {Error}")]
    private static partial void LogBeside(ILogger log, string name, string what, int pid, string error);
}
