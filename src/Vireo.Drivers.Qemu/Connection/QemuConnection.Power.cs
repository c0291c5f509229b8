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
        using var turn = await domain.EnterAgentAsync(api, cancellationToken).ConfigureAwait(false);
        var agent = domain.RequireAgent();
        var process = domain.RequireProcess();
        process.RebootOnShutdown = false;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sign = reboot ? "RESET" : "SHUTDOWN";
        var obeyed = process.Monitor.WaitForEventAsync(e => e.Name == sign, waiting.Token);
        try
        {
            await agent.ShutdownAsync(reboot ? "reboot" : "powerdown", obeyed, AgentPatience.Shutdown, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)obeyed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task PressAsync(QemuDomain domain, bool reboot, CancellationToken cancellationToken)
    {
        var process = domain.RequireProcess(ErrorDomain.Domain);
        process.RebootOnShutdown = reboot;
        await process.Monitor.ExecuteAsync(new QmpCommand("system_powerdown"), cancellationToken).ConfigureAwait(false);
    }
}
