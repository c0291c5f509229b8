using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Asking the guest to shut down or to reboot: its agent first, then the power button.</content>
internal sealed partial class QemuConnection
{
    private const uint Button = (uint)DomainShutdownFlags.AcpiPowerBtn;
    private const uint Agent = (uint)DomainShutdownFlags.GuestAgent;

    /// <inheritdoc/>
    public override async ValueTask DomainShutdownAsync(DomainRef dom, CancellationToken cancellationToken) =>
        await DomainShutdownFlagsAsync(dom, 0, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask DomainShutdownFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainShutdownFlags.AcpiPowerBtn | DomainShutdownFlags.GuestAgent, "qemuDomainShutdownFlags");
        var domain = Find(dom);
        var reboot = domain.View.Config.OnPoweroff == LifecycleAction.Restart;
        await ByAgentOrButtonAsync(
            domain,
            flags,
            () => ByAgentAsync(domain, reboot, "virDomainShutdownFlags", cancellationToken),
            async () =>
            {
                using var job = await domain.EnterAsync("virDomainShutdownFlags", cancellationToken).ConfigureAwait(false);
                if (domain.View.State != DomainState.Running)
                {
                    throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is not running");
                }

                await PressAsync(domain, reboot, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainRebootAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainRebootFlags.AcpiPowerBtn | DomainRebootFlags.GuestAgent, "qemuDomainReboot");
        var domain = Find(dom);
        var reboot = domain.View.Config.OnReboot is not (LifecycleAction.Destroy or LifecycleAction.Preserve);
        await ByAgentOrButtonAsync(
            domain,
            flags,
            () => ByAgentAsync(domain, reboot, "virDomainReboot", cancellationToken),
            async () =>
            {
                using var job = await domain.EnterAsync("virDomainReboot", cancellationToken).ConfigureAwait(false);
                await PressAsync(domain, reboot, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>The agent unless only the button is asked for; the button when the agent does not do and is not all that is asked for.</summary>
    private static async Task ByAgentOrButtonAsync(QemuDomain domain, uint flags, Func<Task> agent, Func<Task> button)
    {
        if (flags != Button)
        {
            var process = domain.Process;
            try
            {
                await agent().ConfigureAwait(false);
                return;
            }
            catch (VireoException) when (flags != Agent)
            {
                // It may have gone by itself meanwhile.
                if (process is not null && (process.IsEnding || !ReferenceEquals(domain.Process, process)))
                {
                    return;
                }
            }
        }

        await button().ConfigureAwait(false);
    }

    private static async Task ByAgentAsync(QemuDomain domain, bool reboot, string api, CancellationToken cancellationToken)
    {
        if (domain.Process is { } process)
        {
            process.RebootOnShutdown = false;
        }

        await UntilAsync(domain, reboot ? "RESET" : "SHUTDOWN", api, (agent, obeyed) => agent.ShutdownAsync(reboot ? "reboot" : "powerdown", obeyed, AgentPatience.Shutdown, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Asks the agent for what it does not answer when it is done: an event tells.</summary>
    private static async Task UntilAsync(QemuDomain domain, string sign, string api, Func<GuestAgent, Task, Task> ask, CancellationToken cancellationToken)
    {
        using var turn = await domain.EnterAgentAsync(api, cancellationToken).ConfigureAwait(false);
        var agent = domain.RequireAgent();
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var obeyed = domain.RequireProcess().Monitor.WaitForEventAsync(e => e.Name == sign, waiting.Token);
        try
        {
            await ask(agent, obeyed).ConfigureAwait(false);
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)obeyed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DomainPmSuspendForDurationAsync(DomainRef dom, uint target, ulong duration, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainPMSuspendForDuration");
        if (duration != 0)
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "Duration not supported. Use 0 for now");
        }

        var (kind, sign) = (NodeSuspendTarget)target switch
        {
            NodeSuspendTarget.Mem => ("ram", "SUSPEND"),
            NodeSuspendTarget.Disk => ("disk", "SUSPEND_DISK"),
            NodeSuspendTarget.Hybrid => ("hybrid", "SUSPEND"),
            _ => throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"Unknown suspend target: {target}"),
        };
        var domain = Find(dom);
        RefuseSleep(RequireActive(domain, ErrorDomain.Qemu).Config, (NodeSuspendTarget)target);
        await UntilAsync(domain, sign, "virDomainPMSuspendForDuration", (agent, obeyed) => agent.SuspendAsync(kind, obeyed, AgentPatience.Shutdown, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainPmWakeupAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainPMWakeup");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainPMWakeup", cancellationToken).ConfigureAwait(false);
        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.SystemWakeup, cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseSleep(DomainConfig config, NodeSuspendTarget target)
    {
        var refusal = config.Pm switch
        {
            { SuspendToMem: false } when target != NodeSuspendTarget.Disk => "S3 state is disabled for this domain",
            { SuspendToDisk: false } when target != NodeSuspendTarget.Mem => "S4 state is disabled for this domain",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, refusal);
        }
    }

    private static async Task PressAsync(QemuDomain domain, bool reboot, CancellationToken cancellationToken)
    {
        var process = domain.RequireProcess(ErrorDomain.Domain);
        process.RebootOnShutdown = reboot;
        await process.Monitor.ExecuteAsync(new QmpCommand("system_powerdown"), cancellationToken).ConfigureAwait(false);
    }
}
