using System.Xml.Linq;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>Compares two snapshots of a domain, or one with the present state. Nothing is changed.</summary>
/// <param name="domain">The domain, within its modifying job: nothing of its images moves meanwhile.</param>
/// <param name="extents">Whether the extents are told.</param>
internal sealed class SnapshotComparison(QemuDomain domain, bool extents)
{
    // The document has to fit into a message.
    private const int MostExtents = 32 * 1024;
    private readonly QemuSnapshotDomain _seen = new(domain);
    private int _room = MostExtents;

    /// <summary>Compares them.</summary>
    /// <param name="from">Name of the one.</param>
    /// <param name="to">Name of the other; null for the present state.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <c>DomainSnapshot.DiffAsync</c> tells.</exception>
    public async ValueTask<SnapshotDiffConfig> RunAsync(string from, string? to, CancellationToken cancellationToken)
    {
        await using var first = Moment(from);
        await using var second = to is null ? new PresentMoment(domain) : Moment(to);
        var targets = first.Disks.Union(second.Disks, StringComparer.Ordinal).ToList();
        var pairs = await Task.Run(() => targets.ConvertAll(t => Pair(t, first, second)), cancellationToken).ConfigureAwait(false);
        var (total, done) = (pairs.Sum(p => p.Size), 0L);
        var disks = new List<SnapshotDiffDisk>();
        foreach (var pair in pairs)
        {
            var before = done;
            void Progress(long bytes) => domain.Progressed(new JobProgress { Disk = (total, before + bytes) });
            disks.Add(pair.Verdict ?? await CompareAsync(pair, first, second, Progress, cancellationToken).ConfigureAwait(false));
            done += pair.Size;
        }

        var documents = DocumentComparison.Of(Document(first.Document), Document(second.Document));
        return new SnapshotDiffConfig
        {
            Domain = domain.View.Name,
            From = from,
            To = to,
            Disks = [.. disks],
            Changes = [.. documents.Changes],
            ChangeCount = documents.Count > documents.Changes.Count ? (ulong)documents.Count : null,
        };
    }

    private DomainMoment Moment(string name) => new SnapshotMoment(domain, _seen, domain.Snapshots.Find(name));

    /// <summary>The document without what is true of one run only, and without passwords.</summary>
    private static XElement Document(DomainConfig config) => XElement.Parse(SnapshotSecrets.Without(SavedDocument.Of(config))!.ToXml());

    private static DiskPair Pair(string target, DomainMoment first, DomainMoment second)
    {
        if (!first.Disks.Contains(target) || !second.Disks.Contains(target))
        {
            return new DiskPair(target) { Verdict = new SnapshotDiffDisk { Name = target, State = first.Disks.Contains(target) ? "removed" : "added" } };
        }

        try
        {
            var (from, to) = (first.Images(target), second.Images(target));
            var shared = Shared(from, to);
            var own = (from.Chain.Layers.Length - shared, to.Chain.Layers.Length - shared);
            var pair = new DiskPair(target) { From = from, To = to, Own = shared == 0 ? null : own, Size = Math.Max(from.Chain.Top.VirtualSize ?? 0, to.Chain.Top.VirtualSize ?? 0) };

            // The very same images need not be opened.
            return own == (0, 0) ? pair with { Verdict = new SnapshotDiffDisk { Name = target, State = "same", Bytes = 0, ExtentCount = 0, FromSize = (ulong)pair.Size, ToSize = (ulong)pair.Size } } : pair;
        }
        catch (VireoException e)
        {
            return new DiskPair(target) { Verdict = new SnapshotDiffDisk { Name = target, State = "unknown", Reason = e.Message } };
        }
    }

    /// <summary>How many images, from the lowest up, both stand on. What an internal snapshot lies in is no such image: its contents are another's.</summary>
    private static int Shared(DiskImages from, DiskImages to)
    {
        var most = Math.Min(Whole(from), Whole(to));
        var shared = 0;
        while (shared < most && Identity(from.Chain.Layers[^(shared + 1)]) is { } image && Identity(to.Chain.Layers[^(shared + 1)]) == image)
        {
            shared++;
        }

        return shared;

        static FileIdentity? Identity(ImageLayer layer) => layer.Identity ?? (layer.Location.LocalPath is { } path ? FileIdentity.Of(path) : null);

        static int Whole(DiskImages images) => images.Chain.Layers.Length - (images.Within is null ? 0 : 1);
    }

    private async ValueTask<SnapshotDiffDisk> CompareAsync(DiskPair pair, DomainMoment first, DomainMoment second, Action<long> progress, CancellationToken cancellationToken)
    {
        var found = new DifferenceList(extents ? _room : 0);
        await using var from = await first.OpenAsync(pair.Target, pair.From!, cancellationToken).ConfigureAwait(false);
        await using var to = await second.OpenAsync(pair.Target, pair.To!, cancellationToken).ConfigureAwait(false);
        await new DiskComparison(from, to, pair.Own).RunAsync(found, progress, cancellationToken).ConfigureAwait(false);
        var told = found.Extents.Select(e => new SnapshotDiffExtent { Offset = (ulong)e.Offset, Length = (ulong)e.Length }).ToList();
        _room -= told.Count;
        return new SnapshotDiffDisk
        {
            Name = pair.Target,
            State = found.Bytes == 0 ? "same" : "changed",
            FromSize = (ulong)from.Size,
            ToSize = (ulong)to.Size,
            Bytes = (ulong)found.Bytes,
            ExtentCount = (ulong)found.Count,
            Extents = [.. told],
        };
    }

    private sealed record DiskPair(string Target)
    {
        public SnapshotDiffDisk? Verdict { get; init; }

        public DiskImages? From { get; init; }

        public DiskImages? To { get; init; }

        public (int From, int To)? Own { get; init; }

        public long Size { get; init; }
    }
}
