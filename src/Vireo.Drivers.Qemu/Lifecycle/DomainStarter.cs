using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>How a start is told to the world.</summary>
/// <param name="Paused">The CPUs stay stopped.</param>
/// <param name="RunReason">Why it then runs.</param>
/// <param name="Detail">The detail of the started event.</param>
internal sealed record StartOptions(bool Paused, DomainRunningReason RunReason, DomainEventStartedDetailType Detail)
{
    /// <summary>Boots and runs.</summary>
    public static StartOptions Default { get; } = new(false, DomainRunningReason.Booted, DomainEventStartedDetailType.Booted);

    /// <summary>Goes on from a file that holds its memory.</summary>
    public static StartOptions Restored { get; } = new(false, DomainRunningReason.Restored, DomainEventStartedDetailType.Restored);

    /// <summary>A managed save image is thrown away; else the start goes on from it.</summary>
    public bool DiscardSaved { get; init; }

    /// <summary>A managed save image is read past the host's cache of files.</summary>
    public bool BypassCache { get; init; }

    /// <summary>How it is told that the CPUs stay stopped.</summary>
    public DomainEventSuspendedDetailType PausedEvent { get; init; } = DomainEventSuspendedDetailType.Paused;

    /// <summary>Why they stay stopped.</summary>
    public DomainPausedReason PausedReason => Detail == DomainEventStartedDetailType.Restored ? DomainPausedReason.Migration : DomainPausedReason.User;

    /// <summary>The firmware's variables are made anew from their template.</summary>
    public bool ResetFirmware { get; init; }
}

/// <summary>Starts domains. Everything here happens within the domain's job.</summary>
internal sealed class DomainStarter(QemuHypervisor hypervisor)
{
    /// <summary>Starts a domain that is not active: from its managed save image where it has one.</summary>
    /// <exception cref="VireoException">Why it could not be started. The domain is shut off, and nothing of the attempt is left.</exception>
    public async Task StartAsync(QemuDomain domain, StartOptions options, CancellationToken cancellationToken)
    {
        if (domain.View.HasManagedSave && options.DiscardSaved)
        {
            DomainRestoring.RemoveManaged(domain);
        }

        var restore = new RestoreOptions { BypassCache = options.BypassCache, StartPaused = options.Paused, ResetFirmware = options.ResetFirmware };
        if (!domain.View.HasManagedSave || !await DomainRestoring.TryManagedAsync(domain, restore, cancellationToken).ConfigureAwait(false))
        {
            await RunAsync(domain, new LaunchSource(domain.View.NextConfig) { ResetFirmware = options.ResetFirmware }, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts a domain that is not active from what is given.</summary>
    /// <exception cref="VireoException">Why it could not be started. The domain is shut off, and nothing of the attempt is left.</exception>
    public async Task RunAsync(QemuDomain domain, LaunchSource source, StartOptions options, CancellationToken cancellationToken)
    {
        QemuProcess process;
        try
        {
            process = await hypervisor.Launcher.LaunchAsync(source, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            domain.Update(v => v.In(DomainState.Shutoff, (int)DomainShutoffReason.Failed));
            throw;
        }

        try
        {
            process.AskedCpu = source.AskedCpu ?? process.AskedCpu;
            await AdoptAsync(domain, process, options.Paused ? options.PausedReason : DomainPausedReason.StartingUp).ConfigureAwait(false);
            if (source.Memory is not null)
            {
                domain.Lifecycle(DomainEventType.Started, (int)options.Detail);
            }

            if (!options.Paused)
            {
                await hypervisor.Resume(domain, process, options.RunReason, cancellationToken).ConfigureAwait(false);
            }

            await hypervisor.Hooks.RequireAsync("started", process.Live, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            process.WillEnd(EndCause.Failed);
            await process.EndAsync().ConfigureAwait(false);
            await hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
            throw;
        }

        // A guest that boots is told of when it runs.
        if (source.Memory is null)
        {
            domain.Lifecycle(DomainEventType.Started, (int)options.Detail);
        }

        if (options.Paused)
        {
            domain.Lifecycle(DomainEventType.Suspended, (int)options.PausedEvent);
        }
    }

    /// <summary>Makes a launched process the domain's, paused, and has it looked after.</summary>
    public async Task AdoptAsync(QemuDomain domain, QemuProcess process, DomainPausedReason reason)
    {
        Attach(domain, process, v => v with { Id = process.Id, Live = process.Live, State = DomainState.Paused, Reason = (int)reason, BalloonKiB = process.Live.Memory?.Size.KiB, Updated = false });
        await hypervisor.Channels.ObserveAsync(domain, process, ConnectDomainEventAgentLifecycleReason.DomainStarted).ConfigureAwait(false);
        await hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
    }

    /// <summary>Makes a process the domain's, in the state given.</summary>
    public void Attach(QemuDomain domain, QemuProcess process, Func<DomainView, DomainView> change)
    {
        var events = new MonitorEvents(hypervisor, domain);
        process.Agent = AgentChannel.Of(process.Live, hypervisor.Log);
        if (process.Agent is { } agent)
        {
            agent.Patience = AgentPatience.Of(domain.View.AgentTimeout);
        }

        process.ListsIothreads = !process.Live.Iothreadids.IsEmpty;
        domain.Process = process;
        domain.Jobs.AtEnd = () => Settle(domain);
        domain.Update(change);
        process.EventHandler = events.Handle;
        hypervisor.Watcher.Watch(domain, process);
    }

    // After each change the guest has the files, and the controllers of its disks, that its document tells of, and no others.
    private void Settle(QemuDomain domain)
    {
        if (domain is { Process: { IsEnding: false } process, View.Live: { } live })
        {
            try
            {
                process.SettleClaims(live, hypervisor.Report);
                hypervisor.HostDevices.SettleDisks(live.Name!, process.Directory, live.Devices);
            }
            catch (Exception e) when (process.Host.HasExited || e is VireoException or IOException or UnauthorizedAccessException)
            {
                // The next change tries again; a run that has ended gives everything back.
                hypervisor.Report($"agree what domain '{domain.View.Name}' has of the host's files with its document", e);
            }
        }
    }
}
