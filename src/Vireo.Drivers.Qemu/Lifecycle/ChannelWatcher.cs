using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Follows the guests' ends of the virtio channels: shows their state, and connects to the guest agent while it holds its end open.</summary>
internal sealed class ChannelWatcher(QemuHypervisor hypervisor)
{
    /// <summary>Finds out how the channels of a process that a domain has just got stand, and connects to its agent.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="process">Its process.</param>
    /// <param name="reason">How it is told of the agent.</param>
    /// <exception cref="VireoException">The monitor's.</exception>
    public async Task ObserveAsync(QemuDomain domain, QemuProcess process, ConnectDomainEventAgentLifecycleReason reason)
    {
        if (domain.View.Live is not { } live || !ChannelStates.Any(live))
        {
            return;
        }

        var chardevs = await process.Monitor.ExecuteAsync(new QmpCommand("query-chardev"), CancellationToken.None).ConfigureAwait(false);
        foreach (var (alias, open) in ChannelStates.Read(live, chardevs))
        {
            await process.InOrder(() => Take(domain, process, alias, open, reason)).ConfigureAwait(false);
        }
    }

    /// <summary>The guest has opened or closed its end of a port. Connecting may wait for QEMU, so it is not done by whoever reads the monitor.</summary>
    public void PortChanged(QemuDomain domain, QemuProcess process, string alias, bool open) =>
        _ = process.InOrder(() => Take(domain, process, alias, open, ConnectDomainEventAgentLifecycleReason.Channel));

    private void Take(QemuDomain domain, QemuProcess process, string alias, bool open, ConnectDomainEventAgentLifecycleReason reason)
    {
        if (!ReferenceEquals(domain.Process, process))
        {
            return;
        }

        var agent = process.Agent?.Alias == alias ? process.Agent : null;
        if (open)
        {
            agent?.Connect();
        }
        else
        {
            agent?.Disconnect();
        }

        if (!domain.TryUpdate(v => v.Live is { } live && ChannelStates.Show(live, alias, open) is var shown && !ReferenceEquals(shown, live) ? v with { Live = shown } : null))
        {
            return;
        }

        hypervisor.SaveStatusSoon(domain, process);
        if (agent is not null)
        {
            var state = open ? ConnectDomainEventAgentLifecycleState.Connected : ConnectDomainEventAgentLifecycleState.Disconnected;
            domain.Publish(new DomainAgentLifecycleEvent(domain.View.Ref, (int)state, (int)reason));
        }
    }
}
