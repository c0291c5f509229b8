using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Facts;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu;

/// <content>Where the threads of guests run.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask DomainPinVcpuAsync(DomainRef dom, uint vcpu, byte[] cpumap, CancellationToken cancellationToken) =>
        DomainPinVcpuFlagsAsync(dom, vcpu, cpumap, (uint)DomainModificationImpact.Live, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainPinVcpuFlagsAsync(DomainRef dom, uint vcpu, byte[] cpumap, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainPinVcpuFlags");
        var wanted = NumberSet.OfMap(cpumap);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainPinVcpuFlags", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, live) =>
        {
            return vcpu >= Vcpus(config, maximum: true)
                ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"vcpu {vcpu} is out of range of {(live ? "live" : "persistent")} cpu count {Vcpus(config, maximum: live)}")
                : ThreadPins.WithVcpu(config, vcpu, Pinned(wanted));
        }, async (process, _) =>
        {
            var threads = await GuestThreads.OfAsync(process, cancellationToken).ConfigureAwait(false);
            if (threads.Vcpus.TryGetValue((int)vcpu, out var thread))
            {
                GuestThreads.Pin(thread, wanted);
                Tuned(domain, $"cputune.vcpupin{vcpu}", wanted);
            }
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetVcpuPinInfoResult> DomainGetVcpuPinInfoAsync(DomainRef dom, int ncpumaps, int maplen, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainGetVcpuPinInfo");
        var config = DomainTuning.Asked(Find(dom), flags);
        var count = Math.Min(Vcpus(config, maximum: true), ncpumaps);
        var pins = new ThreadPins(config);
        return ValueTask.FromResult(new DomainGetVcpuPinInfoResult([.. Enumerable.Range(0, count).SelectMany(vcpu => Map(pins.OfVcpu(vcpu), maplen))], count));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainPinEmulatorAsync(DomainRef dom, byte[] cpumap, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainPinEmulator");
        var wanted = NumberSet.OfMap(cpumap);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainPinEmulator", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, _) => ThreadPins.WithEmulator(config, Pinned(wanted)), async (process, _) =>
        {
            (await GuestThreads.OfAsync(process, cancellationToken).ConfigureAwait(false)).PinEmulator(wanted);
            Tuned(domain, "cputune.emulatorpin", wanted);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetEmulatorPinInfoResult> DomainGetEmulatorPinInfoAsync(DomainRef dom, int maplen, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainGetEmulatorPinInfo");
        var pins = new ThreadPins(DomainTuning.Asked(Find(dom), flags));
        return ValueTask.FromResult(new DomainGetEmulatorPinInfoResult(Map(pins.OfEmulator, maplen), 1));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainPinIothreadAsync(DomainRef dom, uint iothreadsId, byte[] cpumap, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainPinIOThread");
        var wanted = NumberSet.OfMap(cpumap);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainPinIOThread", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), (config, live) => ProcessorArguments.IoThreadIds(config).Contains(iothreadsId)
            ? ThreadPins.WithIothread(config, iothreadsId, Pinned(wanted))
            : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"{(live ? "iothread" : "iothreadid")} {iothreadsId} not found"), async (process, _) =>
        {
            var threads = await GuestThreads.OfAsync(process, cancellationToken).ConfigureAwait(false);
            if (threads.Iothreads.TryGetValue((int)iothreadsId, out var thread))
            {
                GuestThreads.Pin(thread, wanted);
                Tuned(domain, $"cputune.iothreadpin{iothreadsId}", wanted);
            }
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetVcpusResult> DomainGetVcpusAsync(DomainRef dom, int maxinfo, int maplen, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        var process = domain.Process ?? throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot retrieve vcpu information for inactive domain");
        var cpus = await AnswerAsync(domain, process, process.Figures.Cpus, cancellationToken).ConfigureAwait(false);
        var told = cpus.OrderBy(static cpu => cpu.Index).Take(maxinfo).ToList();
        return new DomainGetVcpusResult(
            [.. told.Select(cpu => ProcessFigures.Of(process.Host.Pid, cpu.ThreadId) is { } figures
                ? new VcpuInfo((uint)cpu.Index, (int)VcpuState.Running, figures.Nanoseconds, figures.Processor)
                : new VcpuInfo((uint)cpu.Index, (int)VcpuState.Offline, 0, -1))],
            [.. told.SelectMany(cpu => NumberSet.Of(AffinityOf(cpu.ThreadId)).ToMap(maplen))]);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetCpuStatsResult> DomainGetCpuStatsAsync(DomainRef dom, uint nparams, int startCpu, uint ncpus, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, TypedParameterFlags.ParamStringOkay, "qemuDomainGetCPUStats");
        var process = Find(dom).RequireProcess();
        if (ncpus == 0 && startCpu != AllProcessors)
        {
            return ValueTask.FromResult(new DomainGetCpuStatsResult([], HostProcessors.PresentCount()));
        }

        if (startCpu != AllProcessors)
        {
            // Control groups of version 2 count no single processors, and where both are there libvirt asks the second.
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.None, "operation 'getCpuacctPercpuUsage' not supported for backend 'cgroup V2'");
        }

        var counted = ProcessFigures.Of(process.Host.Pid) ?? throw VireoException.OperationInvalid(ErrorDomain.Domain, "domain is not running");
        TypedParam[] told = [TypedParam.Of("cpu_time", counted.Nanoseconds), TypedParam.Of("user_time", counted.UserNanoseconds), TypedParam.Of("system_time", counted.SystemNanoseconds)];
        return ValueTask.FromResult(new DomainGetCpuStatsResult(nparams == 0 ? [] : [.. told.Take((int)Math.Min(nparams, int.MaxValue))], told.Length));
    }

    private static IEnumerable<int> AffinityOf(int thread)
    {
        try
        {
            return Affinity.Of(thread);
        }
        catch (IOException)
        {
            // It has been unplugged in this moment, or its process has ended.
            return [];
        }
    }

    private static string Pinned(NumberSet processors) =>
        processors.Count == 0 ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, "Empty cpu list for pinning") : processors.ToString();

    private static byte[] Map(NumberSet? pinned, int length) => (pinned ?? NumberSet.Of(HostProcessors.Online())).ToMap(length);

    private static void Tuned(QemuDomain domain, string field, NumberSet processors) => domain.Publish(new DomainTunableEvent(domain.View.Ref, [TypedParam.Of(field, processors.ToString())]));
}
