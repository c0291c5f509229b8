namespace Vireo;

/// <summary>
/// Which snapshots of a domain are kept. A snapshot is deleted only when every limit that is set lets it go; with none set, none is. The current snapshot stays unless
/// <see cref="IncludeCurrent"/>, and so do those without a time.
/// </summary>
public sealed record SnapshotRetention
{
    /// <summary>The newest so many stay, whatever their age, the current one counted among them; null for no such limit.</summary>
    public int? Keep { get; init; }

    /// <summary>Those that are not older than this stay; null for no such limit. By the clock of the caller.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>The current snapshot may be deleted, too.</summary>
    public bool IncludeCurrent { get; init; }

    /// <summary>The snapshots that may be deleted, the oldest first.</summary>
    /// <param name="snapshots">All of a domain: name and time of each, parents before children.</param>
    /// <param name="current">The current one; null for none.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<string> Expired(IReadOnlyList<(string Name, DateTimeOffset? Created)> snapshots, string? current, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        if (Keep is null && OlderThan is null)
        {
            return [];
        }

        // Of those made in the same second the child is the newer; the sort is stable.
        var dated = snapshots.Where(s => s.Created is not null).OrderBy(s => s.Created).ToList();
        return
        [
            .. dated.SkipLast(Math.Max(Keep ?? 0, 0))
                .Where(s => OlderThan is not { } age || now - s.Created > age)
                .Select(s => s.Name).Where(name => IncludeCurrent || name != current),
        ];
    }
}
