using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu;

/// <content>What follows a guest's power-off, reboot or crash.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask DomainSetLifecycleActionAsync(DomainRef dom, uint type, uint action, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainSetLifecycleAction");
        var (what, then) = ReadLifecycle(type, action);
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSetLifecycleAction", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        var impact = (DomainModificationImpact)flags;
        var live = impact.HasFlag(DomainModificationImpact.Live) || (flags == 0 && view.IsActive);
        var lasting = impact.HasFlag(DomainModificationImpact.Config) || (flags == 0 && !view.IsActive);
        var running = live ? With(ConfigOf(domain, live: true, persistent: false), what, then) : null;
        var next = lasting ? With(ConfigOf(domain, live: false, persistent: true), what, then) : null;
        if (running is not null && domain.Process is { } process)
        {
            if (what == DomainLifecycle.Reboot)
            {
                await process.Monitor.ExecuteAsync(Qmp.SetAction("reboot", then == LifecycleAction.Destroy ? "shutdown" : "reset"), cancellationToken).ConfigureAwait(false);
            }

            process.Live = With(process.Live, what, then);
            domain.Update(v => v with { Live = v.Live is null ? null : With(v.Live, what, then) });
            await Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
        }

        if (next is not null)
        {
            await Hypervisor.Files.SaveDefinitionAsync(next, cancellationToken).ConfigureAwait(false);
            domain.Update(v => v with { Persistent = next });
        }
    }

    private static (DomainLifecycle Type, LifecycleAction Action) ReadLifecycle(uint type, uint action)
    {
        var what = (DomainLifecycle)type;
        var then = (DomainLifecycleAction)action;
        if (!Enum.IsDefined(what) || !Enum.IsDefined(then))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, Enum.IsDefined(what) ? $"invalid lifecycle action '{action}'" : $"invalid lifecycle type '{type}'");
        }

        var asked = then switch
        {
            DomainLifecycleAction.Destroy => LifecycleAction.Destroy,
            DomainLifecycleAction.Restart => LifecycleAction.Restart,
            DomainLifecycleAction.RestartRename => LifecycleAction.RenameRestart,
            DomainLifecycleAction.Preserve => LifecycleAction.Preserve,
            DomainLifecycleAction.CoredumpDestroy => LifecycleAction.CoredumpDestroy,
            _ => LifecycleAction.CoredumpRestart,
        };
        return asked is LifecycleAction.CoredumpDestroy or LifecycleAction.CoredumpRestart && what != DomainLifecycle.Crash
            ? throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Lifecycle event '{what.ToString().ToLowerInvariant()}' doesn't support '{asked.ToXmlName()}' action")
            : (what, asked);
    }

    private static DomainConfig With(DomainConfig config, DomainLifecycle what, LifecycleAction action)
    {
        var changed = what switch
        {
            DomainLifecycle.Poweroff => config with { OnPoweroff = action },
            DomainLifecycle.Reboot => config with { OnReboot = action },
            _ => config with { OnCrash = action },
        };
        PlatformChecks.Lifecycle(changed);
        return changed;
    }
}
