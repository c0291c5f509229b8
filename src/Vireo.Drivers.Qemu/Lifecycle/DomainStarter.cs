using Vireo.Drivers.Qemu.Agent;
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

    /// <summary>A managed save image is thrown away.</summary>
    public bool DiscardSaved { get; init; }

    /// <summary>The firmware's variables are made anew from their template.</summary>
    public bool ResetFirmware { get; init; }
}

/// <summary>Starts domains. Everything here happens within the domain's job.</summary>
internal sealed class DomainStarter(QemuHypervisor hypervisor)
{
    /// <summary>Starts a domain that is not active.</summary>
    /// <exception cref="VireoException">Why it could not be started. The domain is shut off, and nothing of the attempt is left.</exception>
    public async Task StartAsync(QemuDomain domain, StartOptions options, CancellationToken cancellationToken)
    {
        if (domain.View.HasManagedSave)
        {
            DiscardSaved(domain, options);
        }

        QemuProcess process;
        try
        {
            process = await hypervisor.Launcher.LaunchAsync(new LaunchSource(domain.View.NextConfig) { ResetFirmware = options.ResetFirmware }, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            domain.Update(v => v.In(DomainState.Shutoff, (int)DomainShutoffReason.Failed));
            throw;
        }

        try
        {
            await AdoptAsync(domain, process, options.Paused ? DomainPausedReason.User : DomainPausedReason.StartingUp).ConfigureAwait(false);
            if (!options.Paused)
            {
                await hypervisor.Resume(domain, process, options.RunReason, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            process.WillEnd(EndCause.Failed);
            await process.EndAsync().ConfigureAwait(false);
            await hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
            throw;
        }

        domain.Lifecycle(DomainEventType.Started, (int)options.Detail);
        if (options.Paused)
        {
            domain.Lifecycle(DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.Paused);
        }
    }

    // An image that is passed over would be restored by a later start, over disks that have changed.
    private void DiscardSaved(QemuDomain domain, StartOptions options)
    {
        if (!options.DiscardSaved)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"domain '{domain.View.Name}' has a managed save image, which cannot be restored yet; VIR_DOMAIN_START_FORCE_BOOT throws it away");
        }

        File.Delete(hypervisor.Files.ManagedSave(domain.View.Name));
        domain.Update(v => v with { HasManagedSave = false });
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

        domain.Process = process;
        domain.Update(change);
        process.EventHandler = events.Handle;
        hypervisor.Watcher.Watch(domain, process);
    }
}
