using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Statistics;
using Vireo.Host.Network;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu;

/// <content>Figures of domains. None of them waits for a change of its domain.</content>
internal sealed partial class QemuConnection
{
    private const ConnectGetAllDomainStatsFlags StatisticsFilters = (ConnectGetAllDomainStatsFlags)0xff;

    // Many are asked at once: those that hang must not keep the others' figures from whoever asks.
    private static readonly TimeSpan s_patienceWithOneOfMany = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_patienceWithOne = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override async ValueTask<DomainStatsRecord[]> ConnectGetAllDomainStatsAsync(DomainRef[] doms, uint stats, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(
            flags,
            StatisticsFilters | ConnectGetAllDomainStatsFlags.Nowait | ConnectGetAllDomainStatsFlags.Backing | ConnectGetAllDomainStatsFlags.EnforceStats,
            "qemuConnectGetAllDomainStats");
        var wanted = (ConnectGetAllDomainStatsFlags)flags;
        var groups = stats == 0 ? DomainStatistics.Known : (DomainStatsTypes)stats;
        if (wanted.HasFlag(ConnectGetAllDomainStatsFlags.EnforceStats) && (groups & ~DomainStatistics.Known) is not 0 and var unknown)
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, $"Stats types bits 0x{(uint)unknown:x} are not supported by this daemon or QEMU");
        }

        var domains = Chosen(doms, wanted & StatisticsFilters);
        var patience = domains.Count > 1 || wanted.HasFlag(ConnectGetAllDomainStatsFlags.Nowait) ? s_patienceWithOneOfMany : s_patienceWithOne;
        var gathering = new StatisticsOfMany(groups, wanted.HasFlag(ConnectGetAllDomainStatsFlags.Backing), patience);
        return await gathering.GatherAsync(domains, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainMemoryStat[]> DomainMemoryStatsAsync(DomainRef dom, uint maxStats, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainMemoryStats");
        var domain = Find(dom);
        var process = domain.RequireProcess();
        var view = domain.View;
        List<DomainMemoryStat> told = [];
        if (process.Figures.Balloon is { } balloon)
        {
            told.Add(new((int)DomainMemoryStatTags.ActualBalloon, view.BalloonKiB ?? MemoryKiB(view.Config)));
            var figures = await AnswerAsync(domain, process, balloon, cancellationToken).ConfigureAwait(false);
            told.AddRange(MemoryFigures.Of(figures).Select(static figure => new DomainMemoryStat((int)figure.Tag, figure.Value)));
        }

        if (ProcessFigures.Of(process.Host.Pid) is { } counted)
        {
            told.Add(new((int)DomainMemoryStatTags.Rss, counted.ResidentKiB));
        }

        return [.. told.Take((int)Math.Min(maxStats, int.MaxValue))];
    }

    /// <inheritdoc/>
    public override ValueTask<DomainInterfaceStatsResult> DomainInterfaceStatsAsync(DomainRef dom, string device, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        domain.RequireProcess();
        var card = domain.View.Config.Card(device);
        var name = card.Target?.Dev ?? throw VireoException.Internal(ErrorDomain.Qemu, "Interface name not provided");
        var counted = NetworkCounters.Read().GetValueOrDefault(name)
            ?? throw VireoException.Internal(ErrorDomain.Qemu, $"interface stats: the host has no network device '{name}'");
        var seen = GuestCards.AsGuestSees(card, counted);
        return ValueTask.FromResult(new DomainInterfaceStatsResult(
            seen.ReceivedBytes, seen.ReceivedPackets, seen.ReceiveErrors, seen.ReceiveDrops, seen.SentBytes, seen.SentPackets, seen.SendErrors, seen.SendDrops));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainStartDirtyRateCalcAsync(DomainRef dom, int seconds, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDirtyRateCalcFlags.DirtyBitmap | DomainDirtyRateCalcFlags.DirtyRing, "qemuDomainStartDirtyRateCalc");
        if (seconds is < 1 or > 60)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"seconds={seconds} is invalid, please choose value within [1, 60].");
        }

        var wanted = (DomainDirtyRateCalcFlags)flags;
        if (wanted.HasFlag(DomainDirtyRateCalcFlags.DirtyBitmap | DomainDirtyRateCalcFlags.DirtyRing))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "flags 'VIR_DOMAIN_DIRTYRATE_DIRTY_BITMAP' and 'VIR_DOMAIN_DIRTYRATE_DIRTY_RING' in virDomainStartDirtyRateCalc are mutually exclusive");
        }

        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainStartDirtyRateCalc", cancellationToken).ConfigureAwait(false);
        var mode = wanted.HasFlag(DomainDirtyRateCalcFlags.DirtyBitmap) ? "dirty-bitmap" : wanted.HasFlag(DomainDirtyRateCalcFlags.DirtyRing) ? "dirty-ring" : "page-sampling";
        await domain.RequireProcess().Monitor.ExecuteAsync(Monitor.Qmp.CalcDirtyRate(seconds, mode), cancellationToken).ConfigureAwait(false);
    }

    private List<QemuDomain> Chosen(DomainRef[] doms, ConnectGetAllDomainStatsFlags filter)
    {
        // As in libvirt, what has gone meanwhile is left out.
        var named = doms.Length == 0 ? Hypervisor.Domains.All : doms.Select(dom => Hypervisor.Domains.Find(dom.Uuid)).OfType<QemuDomain>();
        return filter == 0 ? [.. named] : [.. named.Where(domain => DomainFilter.Passes(domain.View.Facts, (ConnectListAllDomainsFlags)filter))];
    }

    /// <summary>A figure that the hypervisor has to tell now.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_TIMEOUT: it does not answer.</exception>
    private static async ValueTask<T> AnswerAsync<T>(QemuDomain domain, QemuProcess process, Polled<T> figure, CancellationToken cancellationToken)
        where T : class
    {
        var (answer, stale) = await figure.ReadAsync(process.Monitor, Monitor.QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false);
        return stale || answer is null
            ? throw new VireoException(ErrorCode.OperationTimeout, ErrorDomain.Qemu, $"the hypervisor of domain '{domain.View.Name}' has not answered in {Monitor.QmpMonitor.DefaultDeadline.TotalSeconds} s")
            : answer;
    }
}
