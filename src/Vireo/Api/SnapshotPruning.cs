using System.Runtime.CompilerServices;
using Vireo.Config;

namespace Vireo;

/// <summary>Deletes the snapshots of a domain that a <see cref="SnapshotRetention"/> lets go, one by one, by the means that every client has.</summary>
public sealed class SnapshotPruning
{
    private readonly Domain _domain;

    private SnapshotPruning(Domain domain, IReadOnlyList<Candidate> candidates)
    {
        _domain = domain;
        Candidates = candidates;
    }

    /// <summary>The snapshots to delete, the oldest first, each with what deleting it alone would do now.</summary>
    public IReadOnlyList<Candidate> Candidates { get; }

    /// <summary>Finds them. Nothing is changed.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="retention">What is kept.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<SnapshotPruning> FindAsync(Domain domain, SnapshotRetention retention, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(retention);
        var all = new Dictionary<string, (DomainSnapshot Snapshot, DomainSnapshotConfig Document)>(StringComparer.Ordinal);
        foreach (var snapshot in await domain.ListSnapshotsAsync(DomainSnapshotListFlags.Topological, cancellationToken).ConfigureAwait(false))
        {
            all[snapshot.Name] = (snapshot, DomainSnapshotConfig.Parse(await snapshot.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false)));
        }

        var current = await domain.HasCurrentSnapshotAsync(cancellationToken).ConfigureAwait(false) ? (await domain.GetCurrentSnapshotAsync(cancellationToken).ConfigureAwait(false)).Name : null;
        var candidates = new List<Candidate>();
        foreach (var name in retention.Expired([.. all.Select(s => (s.Key, Created(s.Value.Document)))], current, now))
        {
            var (snapshot, document) = all[name];
            candidates.Add(new Candidate(snapshot, Created(document), await PlanAsync(snapshot, cancellationToken).ConfigureAwait(false)));
        }

        return new SnapshotPruning(domain, candidates);
    }

    /// <summary>
    /// Deletes them, the oldest first: what is merged moves towards the images that the oldest stand on, so every byte is copied once at most. Those that cannot be deleted are left.
    /// </summary>
    /// <param name="cancellationToken">Ends it: what is deleted stays so.</param>
    /// <returns>One for each candidate, as soon as it is dealt with.</returns>
    /// <exception cref="VireoException">A deletion that was not refused beforehand has failed; those before it are done.</exception>
    public async IAsyncEnumerable<Outcome> DeleteAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var snapshot in Candidates.Select(c => c.Snapshot))
        {
            // What was true when they were looked for may no longer be: those before it are gone.
            if (new Candidate(snapshot, null, await PlanAsync(snapshot, cancellationToken).ConfigureAwait(false)).Refusal is { } refusal)
            {
                yield return new Outcome(snapshot, null, refusal);
                continue;
            }

            var before = await UsageAsync(cancellationToken).ConfigureAwait(false);
            await snapshot.DeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            yield return new Outcome(snapshot, before - await UsageAsync(cancellationToken).ConfigureAwait(false), null);
        }
    }

    private static DateTimeOffset? Created(DomainSnapshotConfig document) => document.CreationTime is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>Null from a daemon that deletes but does not plan.</summary>
    private static async ValueTask<SnapshotPlanConfig?> PlanAsync(DomainSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            return SnapshotPlanConfig.Parse(await snapshot.PlanDeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (VireoException unknown) when (unknown.Code == ErrorCode.NoSupport)
        {
            return null;
        }
    }

    private async ValueTask<long?> UsageAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (long)await _domain.GetImageUsageAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException unknown) when (unknown.Code == ErrorCode.NoSupport)
        {
            return null;
        }
    }

    /// <summary>A snapshot to delete.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    /// <param name="Created">When it was taken.</param>
    /// <param name="Plan">What deleting it would do; null when the daemon cannot say.</param>
    public sealed record Candidate(DomainSnapshot Snapshot, DateTimeOffset? Created, SnapshotPlanConfig? Plan)
    {
        /// <summary>Why it cannot be deleted; null when nothing speaks against it.</summary>
        public string? Refusal => Plan is { Refusals.Count: > 0 } refused ? string.Join("; ", refused.Refusals.Select(r => r.Message)) : null;
    }

    /// <summary>What became of a candidate.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    /// <param name="Freed">Bytes by which the images of the domain take less than before; null when the daemon cannot say, or it was not deleted.</param>
    /// <param name="Refusal">Why it was not deleted; null when it was.</param>
    public sealed record Outcome(DomainSnapshot Snapshot, long? Freed, string? Refusal);
}
