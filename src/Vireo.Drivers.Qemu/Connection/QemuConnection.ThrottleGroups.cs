using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu;

/// <content>Limits that disks share.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask DomainSetThrottleGroupAsync(DomainRef dom, string group, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetThrottleGroup");
        TypedParams.Check(@params, [.. DiskThrottle.Fields]);
        if (group.Length == 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "a throttle group needs a name");
        }

        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetThrottleGroup", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, _) => ThrottleGroups.With(config, group, @params), async (process, config) =>
        {
            var isNew = ThrottleGroups.Find(domain.View.Live!, group) is null;
            await process.Monitor.ExecuteAsync(ThrottleGroups.Command(ThrottleGroups.Find(config, group)!, isNew), cancellationToken).ConfigureAwait(false);
            domain.Publish(new DomainTunableEvent(domain.View.Ref, DiskThrottle.Told(("group_name", group), @params)));
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainDelThrottleGroupAsync(DomainRef dom, string? group, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainDelThrottleGroup");
        var name = group ?? throw VireoException.InvalidArgument(ErrorDomain.Domain, "group in virDomainDelThrottleGroup must not be NULL");
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainDelThrottleGroup", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(
            domain, ModificationImpact.Of(domain.View, flags), (config, _) => ThrottleGroups.Without(config, name),
            (process, _) => process.Monitor.ExecuteAsync(Qmp.ObjectDel(ThrottleGroups.ObjectOf(name)), cancellationToken)).ConfigureAwait(false);
    }
}
