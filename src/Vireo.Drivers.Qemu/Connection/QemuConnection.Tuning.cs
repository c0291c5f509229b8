using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu;

/// <content>What a guest may take of its host: processor time, memory, block devices, and its disks' speed.</content>
internal sealed partial class QemuConnection
{
    private const DomainModificationImpact Impacts = DomainModificationImpact.Live | DomainModificationImpact.Config;
    private const uint TextOkay = (uint)TypedParameterFlags.ParamStringOkay;

    /// <inheritdoc/>
    public override ValueTask<DomainGetSchedulerTypeResult> DomainGetSchedulerTypeAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        if (domain.Process is { } process)
        {
            StartTuning.Required(process, ControlGroupController.Cpu);
        }

        return ValueTask.FromResult(new DomainGetSchedulerTypeResult("posix", ProcessorLimits.Fields.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<TypedParam[]> DomainGetSchedulerParametersAsync(DomainRef dom, int nparams, CancellationToken cancellationToken) =>
        DomainGetSchedulerParametersFlagsAsync(dom, nparams, 0, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<TypedParam[]> DomainGetSchedulerParametersFlagsAsync(DomainRef dom, int nparams, uint flags, CancellationToken cancellationToken)
    {
        var (config, group) = Asked(dom, flags, ControlGroupController.Cpu, "qemuDomainGetSchedulerParametersFlags");
        return ValueTask.FromResult(ProcessorLimits.Read(config.Cputune, group).Take(nparams).ToArray());
    }

    /// <inheritdoc/>
    public override ValueTask DomainSetSchedulerParametersAsync(DomainRef dom, TypedParam[] @params, CancellationToken cancellationToken) =>
        DomainSetSchedulerParametersFlagsAsync(dom, @params, 0, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainSetSchedulerParametersFlagsAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetSchedulerParametersFlags");
        TypedParams.Check(@params, [.. ProcessorLimits.Fields]);
        return TuneAsync(dom, flags, ControlGroupController.Cpu, "virDomainSetSchedulerParametersFlags", (config, _) => ProcessorLimits.Change(config, @params),
            (process, group, after, before) => ProcessorLimits.ApplyAsync(process, group, after.Cputune, before.Cputune, cancellationToken),
            cancellationToken,
            domain => domain.Publish(new DomainTunableEvent(domain.View.Ref, [.. @params.Select(static given => given.Type == TypedParameterType.Llong ? TypedParam.Of("cputune." + given.Field, given.Number) : TypedParam.Of("cputune." + given.Field, given.Unsigned))])));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetMemoryParametersResult> DomainGetMemoryParametersAsync(DomainRef dom, int nparams, uint flags, CancellationToken cancellationToken)
    {
        var told = MemoryLimits.Read(Asked(dom, flags, ControlGroupController.Memory, "qemuDomainGetMemoryParameters").Config.Memtune);
        return ValueTask.FromResult(new DomainGetMemoryParametersResult([.. told.Take(nparams)], told.Length));
    }

    /// <inheritdoc/>
    public override ValueTask DomainSetMemoryParametersAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetMemoryParameters");
        TypedParams.Check(@params, [.. MemoryLimits.Fields]);
        return TuneAsync(dom, flags, ControlGroupController.Memory, "virDomainSetMemoryParameters", (config, _) => MemoryLimits.Change(config, @params), (_, group, after, _) =>
        {
            MemoryLimits.Apply(group, after.Memtune);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetNumaParametersResult> DomainGetNumaParametersAsync(DomainRef dom, int nparams, uint flags, CancellationToken cancellationToken)
    {
        var told = MemoryNodes.Read(Asked(dom, flags, ControlGroupController.Cpuset, "qemuDomainGetNumaParameters").Config.Numatune);
        return ValueTask.FromResult(new DomainGetNumaParametersResult([.. told.Take(nparams)], told.Length));
    }

    /// <inheritdoc/>
    public override ValueTask DomainSetNumaParametersAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetNumaParameters");
        TypedParams.Check(@params, [.. MemoryNodes.Fields]);
        return TuneAsync(dom, flags, ControlGroupController.Cpuset, "virDomainSetNumaParameters", (config, live) => MemoryNodes.Change(config, live, @params), (_, group, after, _) =>
        {
            MemoryNodes.Apply(group, after.Numatune);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetBlkioParametersResult> DomainGetBlkioParametersAsync(DomainRef dom, int nparams, uint flags, CancellationToken cancellationToken)
    {
        var (config, group) = Asked(dom, flags, ControlGroupController.Block, "qemuDomainGetBlkioParameters");
        var told = BlockLimits.Read(config.Blkiotune, group);
        return ValueTask.FromResult(new DomainGetBlkioParametersResult([.. told.Take(nparams)], told.Length));
    }

    /// <inheritdoc/>
    public override ValueTask DomainSetBlkioParametersAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetBlkioParameters");
        TypedParams.Check(@params, [.. BlockLimits.Fields]);
        return TuneAsync(dom, flags, ControlGroupController.Block, "virDomainSetBlkioParameters", (config, live) =>
        {
            if (live)
            {
                BlockLimits.RequireDevices(@params);
            }

            return BlockLimits.Change(config, @params);
        }, (_, group, after, before) =>
        {
            BlockLimits.Apply(group, after.Blkiotune, before.Blkiotune);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetBlockIoTuneResult> DomainGetBlockIoTuneAsync(DomainRef dom, string? disk, int nparams, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags & ~TextOkay, Impacts, "qemuDomainGetBlockIoTune");
        var domain = Find(dom);
        var config = DomainTuning.Asked(domain, flags);
        var asked = disk is null ? null : TunedDisk(config, disk);
        if (asked is not null)
        {
            ThrottleGroups.RefuseOwnLimits(asked);
        }

        var told = DiskThrottle.Read(asked?.Iotune, ModificationImpact.Of(domain.View, flags).Live);
        return ValueTask.FromResult(new DomainGetBlockIoTuneResult([.. told.Take(nparams)], told.Length));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetBlockIoTuneAsync(DomainRef dom, string disk, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetBlockIoTune");
        TypedParams.Check(@params, [.. DiskThrottle.Fields]);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetBlockIoTune", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, _) => WithThrottle(config, disk, @params), async (process, config) =>
        {
            var device = TunedDisk(config, disk);
            if (device.Source is not null)
            {
                await process.Monitor.ExecuteAsync(DiskThrottle.Command(DiskThrottle.DeviceOf(device), device.Iotune), cancellationToken).ConfigureAwait(false);
            }

            domain.Publish(new DomainTunableEvent(domain.View.Ref, DiskThrottle.Told(("disk", device.Target!.Dev!), @params)));
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<TypedParam[]> DomainGetPerfEventsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags & ~TextOkay, Impacts, "qemuDomainGetPerfEvents");
        return ValueTask.FromResult(PerformanceEvents.Read(DomainTuning.Asked(Find(dom), flags).Perf));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetPerfEventsAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetPerfEvents");
        TypedParams.Check(@params, [.. PerformanceEvents.Fields]);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetPerfEvents", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, _) => PerformanceEvents.Change(config, @params), (process, config) =>
        {
            process.Events.Follow(process.Host.Pid, config.Perf);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetInterfaceParametersResult> DomainGetInterfaceParametersAsync(DomainRef dom, string device, int nparams, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags & ~TextOkay, Impacts, "qemuDomainGetInterfaceParameters");
        var config = DomainTuning.Asked(Find(dom), flags);

        // Who asks how many there are need not name a card that is there.
        var told = nparams == 0 ? [] : TrafficShaping.Read(config.Card(device).Bandwidth);
        return ValueTask.FromResult(new DomainGetInterfaceParametersResult([.. told.Take(nparams)], TrafficShaping.Fields.Count));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetInterfaceParametersAsync(DomainRef dom, string device, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, Impacts, "qemuDomainSetInterfaceParameters");
        TypedParams.Check(@params, [.. TrafficShaping.Fields]);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetInterfaceParameters", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, _) =>
        {
            var card = config.Card(device);
            var after = TrafficShaping.Change(card.Bandwidth, @params);
            if (after is not null)
            {
                TrafficShaping.Check(card, after);
            }

            return config with { Devices = config.Devices with { Interfaces = [.. config.Devices.Interfaces.Select(one => ReferenceEquals(one, card) ? one with { Bandwidth = after } : one)] } };
        }, (process, config) => config.Card(device) is { Target.Dev: { } tap } card && (NetworkArguments.NeedsTap(card) || NetworkArguments.IsDirect(card))
            ? TrafficShaping.ReplaceAsync(tap, domain.View.Live!.Card(device), card, domain.View.Uuid, process.Directory, cancellationToken)
            : Task.CompletedTask).ConfigureAwait(false);
    }

    // Disks of one group share one set of limits.
    private static DomainConfig WithThrottle(DomainConfig config, string disk, TypedParam[] given)
    {
        var target = TunedDisk(config, disk);
        ThrottleGroups.RefuseOwnLimits(target);
        var joined = given.FirstOrDefault(static parameter => parameter.Field == "group_name") is { Text.Length: > 0 } named && named.Text != target.Iotune?.GroupName
            ? config.Devices.Disks.FirstOrDefault(other => other.Iotune?.GroupName == named.Text)?.Iotune : null;
        var after = DiskThrottle.Change(joined ?? target.Iotune, given);
        return config with
        {
            Devices = config.Devices with
            {
                Disks = [.. config.Devices.Disks.Select(d => ReferenceEquals(d, target) || (after?.GroupName is { } group && d.Iotune?.GroupName == group) ? d with { Iotune = after } : d)],
            },
        };
    }

    private async Task RestoreAsync(Func<Task> restore)
    {
        try
        {
            await restore().ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            Hypervisor.Report("restore the limits of a guest", e);
        }
    }

    private static DiskConfig TunedDisk(DomainConfig config, string disk) => config.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == disk || d.Source?.Path == disk)
        ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk '{disk}' not found in domain");

    /// <summary>The document asked about, and the group of the guest where that is the running one.</summary>
    private (DomainConfig Config, GuestGroup? Group) Asked(DomainRef dom, uint flags, ControlGroupController controller, string function)
    {
        CheckFlags(flags & ~TextOkay, Impacts, function);
        var domain = Find(dom);
        var config = DomainTuning.Asked(domain, flags);
        var live = ModificationImpact.Of(domain.View, flags).Live;
        return (config, live ? StartTuning.Required(domain.RequireProcess(), controller) : null);
    }

    private async ValueTask TuneAsync(
        DomainRef dom,
        uint flags,
        ControlGroupController controller,
        string function,
        Func<DomainConfig, bool, DomainConfig> change,
        Func<QemuProcess, GuestGroup, DomainConfig, DomainConfig, Task> apply,
        CancellationToken cancellationToken,
        Action<QemuDomain>? applied = null)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAsync(function, cancellationToken).ConfigureAwait(false);
        var impact = ModificationImpact.Of(domain.View, flags);
        if (impact.Live)
        {
            StartTuning.Required(domain.RequireProcess(), controller);
        }

        await DomainTuning.ChangeAsync(domain, impact, change, async (process, config) =>
        {
            var (group, before) = (StartTuning.Required(process, controller), domain.View.Live!);
            try
            {
                await apply(process, group, config, before).ConfigureAwait(false);
            }
            catch
            {
                // Of several limits all hold or none.
                await RestoreAsync(() => apply(process, group, before, config)).ConfigureAwait(false);
                throw;
            }

            applied?.Invoke(domain);
        }).ConfigureAwait(false);
    }
}
