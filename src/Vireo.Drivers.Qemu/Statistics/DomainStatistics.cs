using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Facts;
using Vireo.Host.Network;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>
/// The figures of one running domain for <c>virConnectGetAllDomainStats</c>. They never wait for a change of the domain, and for its hypervisor no longer than is said:
/// then what it told last is given, and the record says so.
/// </summary>
/// <param name="view">What is known of the domain.</param>
/// <param name="process">What runs it.</param>
/// <param name="patience">How long its hypervisor is waited for.</param>
/// <param name="cards">The host's counters of network devices, read once for all domains.</param>
internal sealed class DomainStatistics(DomainView view, QemuProcess process, TimeSpan patience, Lazy<IReadOnlyDictionary<string, NetworkCounters>> cards)
{
    /// <summary>The groups there are.</summary>
    public const DomainStatsTypes Known = DomainStatsTypes.State | DomainStatsTypes.CpuTotal | DomainStatsTypes.Balloon | DomainStatsTypes.Vcpu | DomainStatsTypes.Interface
        | DomainStatsTypes.Block | DomainStatsTypes.Perf | DomainStatsTypes.Iothread | DomainStatsTypes.Memory | DomainStatsTypes.Dirtyrate | DomainStatsTypes.Vm;

    /// <summary>The parameter that tells that figures of the hypervisor are old or missing: it did not answer in time.</summary>
    public const string StaleField = "vireo.stale";

    private readonly List<TypedParam> _told = [];
    private bool _stale;

    /// <summary>Gathers the groups asked for.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="backing">Every image of a disk instead of its top alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<TypedParam[]> GatherAsync(DomainStatsTypes groups, bool backing, CancellationToken cancellationToken)
    {
        // All are under way before any is waited for: a hypervisor that hangs is waited for once, and one that does not reads them in one go.
        var balloon = Ask(DomainStatsTypes.Balloon, process.Figures.Balloon);
        var cpus = Ask(DomainStatsTypes.Vcpu, process.Figures.Cpus);
        var disks = Ask(DomainStatsTypes.Block, process.Figures.Disks);
        var nodes = Ask(DomainStatsTypes.Block, process.Figures.Nodes);
        var threads = Ask(DomainStatsTypes.Iothread, view.Config.Iothreads > 0 ? process.Figures.Iothreads : null);
        var rate = Ask(DomainStatsTypes.Dirtyrate, process.Figures.DirtyRate);
        if (groups.HasFlag(DomainStatsTypes.State))
        {
            _told.AddRange(DocumentFigures.State(view));
        }

        var counted = ProcessFigures.Of(process.Host.Pid);
        if (groups.HasFlag(DomainStatsTypes.CpuTotal) && counted is not null)
        {
            TellProcessor(counted, process.Host.Pid);
        }

        if (groups.HasFlag(DomainStatsTypes.Balloon))
        {
            TellBalloon(await balloon.ConfigureAwait(false), counted);
        }

        if (groups.HasFlag(DomainStatsTypes.Vcpu))
        {
            TellVcpus(await cpus.ConfigureAwait(false));
        }

        if (groups.HasFlag(DomainStatsTypes.Interface))
        {
            TellInterfaces();
        }

        if (groups.HasFlag(DomainStatsTypes.Block))
        {
            _told.AddRange(DiskFigures.Running(view.Config, process.Disks, await disks.ConfigureAwait(false) ?? [], await nodes.ConfigureAwait(false) ?? [], backing));
        }

        if (groups.HasFlag(DomainStatsTypes.Perf))
        {
            _told.AddRange(process.Events.Read().Select(static counted => TypedParam.Of("perf." + counted.Name, counted.Value)));
        }

        TellIothreads(await threads.ConfigureAwait(false));
        TellDirtyRate(await rate.ConfigureAwait(false));
        if (_stale)
        {
            _told.Add(TypedParam.Of(StaleField, true));
        }

        return [.. _told];

        Task<T?> Ask<T>(DomainStatsTypes group, Polled<T>? figure)
            where T : class => groups.HasFlag(group) && figure is not null ? AnswerAsync(figure, cancellationToken) : Task.FromResult<T?>(null);
    }

    private void TellProcessor(ProcessFigures counted, int pid)
    {
        var polled = HaltPolling.Of(pid);
        _told.Add(TypedParam.Of("cpu.time", counted.Nanoseconds));
        _told.Add(TypedParam.Of("cpu.user", counted.UserNanoseconds));
        _told.Add(TypedParam.Of("cpu.system", counted.SystemNanoseconds));
        _told.Add(TypedParam.Of("cpu.cache.monitor.count", 0u));
        _told.Add(TypedParam.Of("cpu.haltpoll.success.time", polled.Successful));
        _told.Add(TypedParam.Of("cpu.haltpoll.fail.time", polled.Failed));
    }

    private void TellBalloon(QmpBalloonFigures? figures, ProcessFigures? counted)
    {
        _told.AddRange(DocumentFigures.Memory(view));
        if (figures is not null)
        {
            _told.AddRange(MemoryFigures.Of(figures).Select(static figure => TypedParam.Of("balloon." + figure.Name, figure.Value)));
        }

        if (counted is not null)
        {
            _told.Add(TypedParam.Of("balloon.rss", counted.ResidentKiB));
        }
    }

    private void TellVcpus(IReadOnlyList<QmpCpu>? cpus)
    {
        _told.AddRange(DocumentFigures.Vcpus(view));
        if (cpus is null)
        {
            return;
        }

        var pid = process.Host.Pid;
        foreach (var cpu in cpus.OrderBy(static cpu => cpu.Index))
        {
            _told.Add(TypedParam.Of($"vcpu.{cpu.Index}.state", (int)VcpuState.Running));
            if (ProcessFigures.Of(pid, cpu.ThreadId) is not { } thread)
            {
                continue;
            }

            _told.Add(TypedParam.Of($"vcpu.{cpu.Index}.time", thread.Nanoseconds));
            _told.Add(TypedParam.Of($"vcpu.{cpu.Index}.wait", ProcessFigures.Wait(pid, cpu.ThreadId)));
            if (ProcessFigures.Delay(pid, cpu.ThreadId) is { } delay)
            {
                _told.Add(TypedParam.Of($"vcpu.{cpu.Index}.delay", delay));
            }
        }
    }

    private void TellInterfaces()
    {
        var interfaces = view.Config.Devices.Interfaces;
        _told.Add(TypedParam.Of("net.count", (uint)interfaces.Count));
        for (var i = 0; i < interfaces.Count; i++)
        {
            if (interfaces[i].Target?.Dev is not { } device)
            {
                continue;
            }

            _told.Add(TypedParam.Of($"net.{i}.name", device));
            if (cards.Value.TryGetValue(device, out var host))
            {
                var seen = GuestCards.AsGuestSees(interfaces[i], host);
                ReadOnlySpan<(string Name, long Value)> figures =
                [
                    ("rx.bytes", seen.ReceivedBytes), ("rx.pkts", seen.ReceivedPackets), ("rx.errs", seen.ReceiveErrors), ("rx.drop", seen.ReceiveDrops),
                    ("tx.bytes", seen.SentBytes), ("tx.pkts", seen.SentPackets), ("tx.errs", seen.SendErrors), ("tx.drop", seen.SendDrops),
                ];
                foreach (var (name, value) in figures)
                {
                    _told.Add(TypedParam.Of($"net.{i}.{name}", (ulong)value));
                }
            }
        }
    }

    private void TellIothreads(IReadOnlyList<QmpIothread>? threads)
    {
        if (threads is null)
        {
            return;
        }

        _told.Add(TypedParam.Of("iothread.count", (uint)threads.Count));
        foreach (var thread in threads)
        {
            var number = thread.Id.StartsWith("iothread", StringComparison.Ordinal) ? thread.Id[8..] : thread.Id;
            _told.Add(TypedParam.Of($"iothread.{number}.poll-max-ns", thread.PollMaxNanoseconds));
            _told.Add(TypedParam.Of($"iothread.{number}.poll-grow", thread.PollGrow));
            _told.Add(TypedParam.Of($"iothread.{number}.poll-shrink", thread.PollShrink));
        }
    }

    private void TellDirtyRate(QmpDirtyRate? rate)
    {
        if (rate is null)
        {
            return;
        }

        _told.Add(TypedParam.Of("dirtyrate.calc_status", (int)(rate.Status switch
        {
            "measuring" => DomainDirtyRateStatus.Measuring,
            "measured" => DomainDirtyRateStatus.Measured,
            _ => DomainDirtyRateStatus.Unstarted,
        })));
        _told.Add(TypedParam.Of("dirtyrate.calc_start_time", rate.StartTime));
        _told.Add(TypedParam.Of("dirtyrate.calc_period", rate.Seconds));
        _told.Add(TypedParam.Of("dirtyrate.calc_mode", rate.Mode));
        if (rate is { Status: "measured", MebibytesPerSecond: { } measured })
        {
            _told.Add(TypedParam.Of("dirtyrate.megabytes_per_second", measured));
            _told.AddRange(rate.Vcpus.Select(static vcpu => TypedParam.Of($"dirtyrate.vcpu.{vcpu.Vcpu}.megabytes_per_second", vcpu.MebibytesPerSecond)));
        }
    }

    /// <summary>The hypervisor's answer, or the last one; null when there is none, or it cannot answer that.</summary>
    private async Task<T?> AnswerAsync<T>(Polled<T> figure, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var (answer, stale) = await figure.ReadAsync(process.Monitor, patience, cancellationToken).ConfigureAwait(false);
            if (stale)
            {
                _stale = true;
            }

            return answer;
        }
        catch (VireoException)
        {
            // As in libvirt, what this hypervisor cannot tell, or no longer, is left out of the record; the others are told all the same.
            return null;
        }
    }
}
