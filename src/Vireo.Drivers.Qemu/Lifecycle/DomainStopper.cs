using Vireo.Config;
using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Ends domains, and clears away what an ended process leaves.</summary>
internal sealed class DomainStopper(QemuHypervisor hypervisor)
{
    private readonly RunRemains _remains = new(hypervisor);

    /// <summary>
    /// Ends a domain's process first and waits for its turn then: a change that hangs on the monitor is freed by that, so a hung guest can always be destroyed.
    /// </summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the process would not end.</exception>
    public async Task StopAsync(QemuDomain domain, QemuProcess process, EndCause cause, bool graceful, string api, CancellationToken cancellationToken)
    {
        process.WillEnd(cause);
        await process.EndAsync(graceful).ConfigureAwait(false);
        using var job = await domain.Jobs.EnterAsync(api, domain.View.Name, null, cancellationToken).ConfigureAwait(false);
        await FinishAsync(domain, process).ConfigureAwait(false);
    }

    /// <summary>Publishes that the domain is shut off and removes what the run left. Within the domain's job, after the process has ended.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="process">The process that has ended.</param>
    /// <param name="goesOn">Whether another process takes its place: a transient domain keeps its snapshots then.</param>
    /// <param name="handsOver">Whether that process runs already: the hooks hear of neither.</param>
    /// <returns>False when this was done before.</returns>
    public async Task<bool> FinishAsync(QemuDomain domain, QemuProcess process, bool goesOn = false, bool handsOver = false)
    {
        if (!ReferenceEquals(domain.Process, process))
        {
            return false;
        }

        var cause = process.End;
        await process.DisposeAsync().ConfigureAwait(false);
        process.BlockJobs.EndAll();
        if (process.Disks.Backup is { } backup)
        {
            DomainBackup.Remove(backup, hypervisor.Snapshots.Report);
        }

        domain.Process = null;
        var after = domain.Update(v => v with
        {
            Id = -1,
            Live = null,
            Started = v.IsPersistent ? null : v.Started ?? v.Live,
            State = DomainState.Shutoff,
            Reason = (int)cause.Reason,
            BalloonKiB = null,
            Updated = false,
        });
        await hypervisor.RemoveStatusAsync(domain, process).ConfigureAwait(false);
        await ClearAwayAsync(process).ConfigureAwait(false);
        if (!handsOver)
        {
            await hypervisor.Hooks.TellEndAsync(process.Live).ConfigureAwait(false);
        }

        if (!after.IsPersistent)
        {
            hypervisor.Forget(domain);
            hypervisor.Files.RemoveMoments(after.Name, snapshots: !goesOn, checkpoints: !goesOn);
            if (!goesOn)
            {
                hypervisor.TpmStorage.Forget(process.Live);
            }
        }

        domain.Lifecycle(DomainEventType.Stopped, (int)cause.Detail);
        return true;
    }

    /// <summary>Removes what belonged to a run that has ended.</summary>
    /// <param name="process">Its process.</param>
    public async Task ClearAwayAsync(QemuProcess process)
    {
        if (process.Profile is { } profile)
        {
            await profile.CloseAsync().ConfigureAwait(false);
        }

        await ClearAwayAsync(process.Live, process.Directory, process.Channels).ConfigureAwait(false);
    }

    /// <summary>Tells of the taps that went with a run that has ended, ends what served it, and removes its sockets and its directories.</summary>
    /// <param name="live">The run's live document.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for the sockets of channels.</param>
    public async Task ClearAwayAsync(DomainConfig live, string directory, string channels)
    {
        if (directory.StartsWith(hypervisor.Paths.QemuLibrary, StringComparison.Ordinal) && Directory.Exists(directory))
        {
            await _remains.ClearAsync(directory, live).ConfigureAwait(false);
        }

        if (channels.StartsWith(hypervisor.Paths.QemuChannels, StringComparison.Ordinal) && Directory.Exists(channels))
        {
            _remains.Remove(channels);
        }
    }
}
