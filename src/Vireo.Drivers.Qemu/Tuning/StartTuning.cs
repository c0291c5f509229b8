using System.Globalization;
using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host;
using Vireo.Host.ControlGroups;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Has a guest that is being started keep to what its document lets it take of the host.</summary>
internal static class StartTuning
{
    private const string DefaultPartition = "/machine";

    /// <summary>Whether a document asks for what only a control group gives.</summary>
    public static bool NeedsGroup(DomainConfig config) =>
        config.Memtune is not null || config.Blkiotune is not null || config.Resource is { Partition: not (null or DefaultPartition) } || NeedsProcessorLimits(config.Cputune) || config.Numatune?.Memory?.Mode == NumaMemoryMode.Restrictive;

    /// <summary>Puts the process, just spawned, into its group, and limits the whole of it.</summary>
    /// <param name="process">The process.</param>
    /// <param name="paths">Where the daemon keeps what.</param>
    /// <param name="log">Told of what is not as the document has it.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: the host has no such controller; VIR_ERR_SYSTEM_ERROR: the kernel refuses.</exception>
    public static void Enclose(QemuProcess process, VireoPaths paths, ILogger log)
    {
        var config = process.Live;
        MemoryLockLimit.Settle(process.Host.Pid, config, log);
        process.Group = GuestGroup.Create(process, paths);
        if (process.Group is not null)
        {
            process.Live = config with { Resource = (config.Resource ?? new ResourceConfig()) with { Partition = config.Resource?.Partition ?? DefaultPartition } };
        }

        if (config.Memtune is not null)
        {
            MemoryLimits.Apply(Required(process, ControlGroupController.Memory), config.Memtune);
        }

        if (config.Blkiotune is { } blocks)
        {
            BlockLimits.Apply(Required(process, ControlGroupController.Block), blocks, null);
        }

        if (config.Numatune?.Memory is { Mode: NumaMemoryMode.Restrictive })
        {
            MemoryNodes.Apply(Required(process, ControlGroupController.Cpuset), config.Numatune);
        }

        process.Events.Follow(process.Host.Pid, config.Perf);

        // Threads that are made from now on inherit it.
        if ((config.Cputune?.Emulatorpin ?? config.Vcpu?.Cpuset) is { } processors)
        {
            GuestThreads.Pin(process.Host.Pid, NumberSet.Parse(processors));
        }
    }

    /// <summary>Places and limits the threads of a process whose monitor answers.</summary>
    /// <inheritdoc cref="Enclose"/>
    public static async Task PlaceThreadsAsync(QemuProcess process, CancellationToken cancellationToken)
    {
        var config = process.Live;
        if (NeedsProcessorLimits(config.Cputune))
        {
            await ProcessorLimits.ApplyAsync(process, Required(process, ControlGroupController.Cpu), config.Cputune!, null, cancellationToken).ConfigureAwait(false);
        }

        var pins = new ThreadPins(config);
        if (!pins.Any && config.Cputune is not { Vcpuscheds.IsEmpty: false } and not { Iothreadscheds.IsEmpty: false } and not { Emulatorsched: not null })
        {
            return;
        }

        var threads = await GuestThreads.OfAsync(process, cancellationToken).ConfigureAwait(false);
        foreach (var (number, thread) in threads.Vcpus)
        {
            PinTo(thread, pins.OfVcpu(number));
            Schedule(thread, config.Cputune?.Vcpuscheds.FirstOrDefault(s => Holds(s.Vcpus, number)));
        }

        foreach (var (number, thread) in threads.Iothreads)
        {
            PinTo(thread, pins.OfIothread(number));
            Schedule(thread, config.Cputune?.Iothreadscheds.FirstOrDefault(s => Holds(s.Iothreads, number)));
        }

        if (config.Cputune?.Emulatorsched is { } scheduler)
        {
            Schedule(process.Host.Pid, scheduler);
        }
    }

    /// <summary>The group of a running guest that has a controller.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: the host has no such controller, or the guest no group.</exception>
    public static GuestGroup Required(QemuProcess process, ControlGroupController controller) =>
        process.Group is { } group && group.Group.Has(controller) ? group
        : throw VireoException.OperationInvalid(ErrorDomain.Qemu, controller switch
        {
            ControlGroupController.Cpu => "cgroup CPU controller is not mounted",
            ControlGroupController.Memory => "cgroup memory controller is not mounted",
            ControlGroupController.Block => "blkio cgroup isn't mounted",
            _ => "cgroup cpuset controller is not mounted",
        });

    private static bool NeedsProcessorLimits(CputuneConfig? tune) => tune is { Shares: not null } or { Period: not null } or { Quota: not null } or { GlobalPeriod: not null } or { GlobalQuota: not null }
        or { EmulatorPeriod: not null } or { EmulatorQuota: not null } or { IothreadPeriod: not null } or { IothreadQuota: not null };

    private static bool Holds(string? set, int number) => set is not null && NumberSet.Parse(set).Contains(number);

    private static void PinTo(int thread, NumberSet? processors)
    {
        if (processors is not null)
        {
            GuestThreads.Pin(thread, processors);
        }
    }

    private static void Schedule(int thread, SchedulerConfig? wanted)
    {
        if (wanted?.Scheduler is not { } policy)
        {
            return;
        }

        try
        {
            ThreadScheduler.Set(thread, policy switch
            {
                SchedulerPolicy.Batch => SchedulingPolicy.Batch,
                SchedulerPolicy.Idle => SchedulingPolicy.Idle,
                SchedulerPolicy.Fifo => SchedulingPolicy.Fifo,
                _ => SchedulingPolicy.RoundRobin,
            }, wanted.Priority ?? 0);
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, string.Create(CultureInfo.InvariantCulture, $"Cannot set scheduler parameters for pid {thread}"), ErrorDomain.Qemu);
        }
    }
}
