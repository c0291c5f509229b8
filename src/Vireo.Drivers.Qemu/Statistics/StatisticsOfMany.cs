using Vireo.Drivers.Qemu.State;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>The figures of many domains, gathered side by side.</summary>
/// <param name="groups">The groups asked for.</param>
/// <param name="backing">Every image of a disk instead of its top alone.</param>
/// <param name="patience">How long each hypervisor is waited for.</param>
internal sealed class StatisticsOfMany(DomainStatsTypes groups, bool backing, TimeSpan patience)
{
    // Looking at the images of so many takes longer than handing them to another thread.
    private const int Share = 125;

    private readonly Lazy<IReadOnlyDictionary<string, NetworkCounters>> _cards = new(NetworkCounters.Read);

    /// <summary>Gathers them, in the order of the domains.</summary>
    public async ValueTask<DomainStatsRecord[]> GatherAsync(IReadOnlyList<QemuDomain> domains, CancellationToken cancellationToken)
    {
        var told = new DomainStatsRecord[domains.Count];
        List<(QemuDomain Domain, DomainView View, int Place)> still = [];
        List<Task> under = [];
        for (var i = 0; i < told.Length; i++)
        {
            // A process is there before the view says so, and gone after it: what has none does not run.
            var (process, view) = (domains[i].Process, domains[i].View);
            if (process is null)
            {
                still.Add((domains[i], view, i));
            }
            else
            {
                under.Add(RunningAsync(new DomainStatistics(view, process, patience, _cards), view, i));
            }
        }

        for (var first = 0; first < still.Count; first += Share)
        {
            var share = still[first..Math.Min(first + Share, still.Count)];
            under.Add(Task.Run(() => Still(share), cancellationToken));
        }

        await Task.WhenAll(under).ConfigureAwait(false);
        return told;

        void Still(List<(QemuDomain Domain, DomainView View, int Place)> share)
        {
            using var looks = new ImageLooks();
            foreach (var (domain, view, place) in share)
            {
                told[place] = new(view.Ref, StillFigures.Of(domain, view, groups, looks));
            }
        }

        async Task RunningAsync(DomainStatistics figures, DomainView view, int place) =>
            told[place] = new(view.Ref, await figures.GatherAsync(groups, backing, cancellationToken).ConfigureAwait(false));
    }
}
