using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Plans what becomes of the images when snapshots are deleted. Internal ones leave them. An image that only they needed is merged with the one that stands on it; one on which
/// nothing stands goes; one that several branches stand on stays. What other snapshots, the domain's present state or other domains need is never touched.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots, those to be deleted included.</param>
/// <param name="gone">Those to be deleted.</param>
/// <param name="made">The images that snapshots have made.</param>
internal sealed class DeletePlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, IReadOnlyList<QemuSnapshot> gone, MadeImages made)
{
    private readonly List<PlannedMerge> _merges = [];
    private readonly List<RetiredFile> _retire = [];
    private readonly IReadOnlyList<QemuSnapshot> _kept = [.. tree.All.Except(gone)];
    private readonly HashSet<FileIdentity> _foreign = [.. domain.ImagesOfOtherDomains()];

    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: a chain cannot be read, so that nobody can say what is needed; VIR_ERR_BLOCK_COPY_ACTIVE: a job works on a disk.
    /// </exception>
    public DeletePlan Plan()
    {
        foreach (var target in gone.SelectMany(s => s.Config.Disks).Where(HoldsData).Select(d => d.Name!).Distinct().ToList())
        {
            BlockJobProgress.RefuseBusy(domain.Disks ?? new LiveDisks([], 0), target);
            PlanDisk(target);
        }

        foreach (var memory in gone.Select(s => s.MemoryFile).OfType<string>().Where(m => !_kept.Any(s => s.MemoryFile == m)))
        {
            Retire(memory);
        }

        return new DeletePlan { Tags = [.. Tags()], Merges = _merges, Retire = _retire, IsResumed = gone.Any(s => s.Config.Disks.Any(d => d.DeleteInProgress)) };
    }

    private static bool HoldsData(SnapshotDisk disk) => disk.Snapshot is SnapshotLocation.External or SnapshotLocation.Internal;

    /// <summary>The internal snapshots that are still there: one that an image lacks keeps nobody from deleting the others.</summary>
    private IEnumerable<TaggedImage> Tags() =>
        gone.SelectMany(InternalTags.Of).Where(i => FileStatus.TryOf(i.Path) is not null && InternalSnapshot.Find(i.Path, i.Tag) is not null);

    private static IEnumerable<DiskConfig> Saved(QemuSnapshot snapshot, string target) => new[] { snapshot.Config.Domain, snapshot.Config.InactiveDomain }
        .OfType<DomainConfig>().SelectMany(d => d.Devices.Disks).Where(d => d.Target?.Dev == target);

    private void PlanDisk(string target)
    {
        var forest = new ImageForest();
        var head = Head(forest, target);
        var needed = new HashSet<FileIdentity>(_foreign);
        needed.UnionWith(head);
        needed.UnionWith(Pinned(forest, _kept, target));
        var free = Pinned(forest, gone.Where(s => s.Config.Disks.Any(d => d.Name == target && HoldsData(d))), target).Except(needed).ToHashSet();
        var leftOver = Overlays(forest, target).Concat(Pinned(forest, gone.Where(s => s.IsInternal), target)).Except(needed).ToHashSet();
        free.UnionWith(Prune(forest, new(free.Union(leftOver)), needed));
        var live = domain.Disks?.Find(target)?.Chain?.Layers.Select(l => l.Location.LocalPath is { } path ? l.Identity ?? FileIdentity.Of(path) : null).OfType<FileIdentity>().ToHashSet() ?? [];
        foreach (var first in free.Where(i => IsFree(forest, free, i) && !(forest.Below(i) is { } below && IsFree(forest, free, below))).ToList())
        {
            Merge(forest, free, target, first, live);
        }
    }

    /// <summary>The images that the domain writes to now, or will at its next start.</summary>
    private HashSet<FileIdentity> Head(ImageForest forest, string target)
    {
        var tops = new HashSet<FileIdentity>();
        if (domain.Disks?.Find(target)?.Chain is { } open)
        {
            forest.Add(open);
            tops.UnionWith(Top(forest, open.Top.Location, open.Top.Format));
        }

        foreach (var disk in domain.Persistent?.Devices.Disks.Where(d => d.Target?.Dev == target) ?? [])
        {
            tops.UnionWith(Top(forest, disk));
        }

        return tops;
    }

    private IEnumerable<FileIdentity> Pinned(ImageForest forest, IEnumerable<QemuSnapshot> snapshots, string target) =>
        [.. snapshots.SelectMany(s => Saved(s, target)).SelectMany(d => Top(forest, d))];

    /// <summary>The overlays that the snapshots to be deleted have made and that still lie there.</summary>
    private IEnumerable<FileIdentity> Overlays(ImageForest forest, string target) =>
        [.. gone.SelectMany(s => s.Config.Disks.Concat(s.Config.RevertDisks)).Where(d => d.Name == target && d is { Snapshot: SnapshotLocation.External, Source.File: not null })
            .SelectMany(d => Top(forest, new FileLocation(d.Source!.File!), ImageFormats.FromName(d.Driver?.Type ?? "qcow2") ?? ImageFormat.Qcow2))];

    private IEnumerable<FileIdentity> Top(ImageForest forest, DiskConfig disk) => disk.Location() is { } location ? Top(forest, location, disk.Format()) : [];

    private IEnumerable<FileIdentity> Top(ImageForest forest, ImageLocation location, ImageFormat format)
    {
        try
        {
            return forest.Add(location, format) is { } identity ? [identity] : [];
        }
        catch (VireoException e)
        {
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu,
                $"the images of domain '{domain.Name}' cannot be merged, for the chain of '{location.Display}' cannot be read: {e.Message}. With --metadata the snapshot is forgotten and every file left",
                e);
        }
    }

    /// <summary>Files on which nothing stands and that nobody needs go, and so may what they stood on.</summary>
    /// <returns>Those that have come free by that and have something else on them.</returns>
    private List<FileIdentity> Prune(ImageForest forest, Queue<FileIdentity> candidates, HashSet<FileIdentity> needed)
    {
        var freed = new List<FileIdentity>();
        while (candidates.TryDequeue(out var image))
        {
            if (!forest.Contains(image) || forest.Above(image).Count > 0 || forest.Layer(image).Location.LocalPath is not { } path || !made.Contains(path)
                || HoldsInternal(forest.Layer(image)))
            {
                continue;
            }

            var below = forest.Below(image);
            Retire(path);
            forest.Remove(image);
            if (below is { } next && !needed.Contains(next) && forest.Layer(next).Location.LocalPath is { } name && made.Contains(name))
            {
                candidates.Enqueue(next);
                freed.Add(next);
            }
        }

        return freed;
    }

    private static bool IsFree(ImageForest forest, HashSet<FileIdentity> free, FileIdentity image) => free.Contains(image) && forest.Above(image).Count == 1;

    private void Merge(ImageForest forest, HashSet<FileIdentity> free, string target, FileIdentity first, HashSet<FileIdentity> live)
    {
        var images = new List<FileIdentity>();
        var next = first;
        for (; IsFree(forest, free, next); next = forest.Above(next)[0])
        {
            images.Add(next);
        }

        if (_foreign.Contains(next))
        {
            return;
        }

        var above = forest.Above(next);
        var below = forest.Below(first);
        var merge = new PlannedMerge(
            target,
            [.. images.Select(forest.Layer)],
            forest.Layer(next),
            below is { } under ? forest.Layer(under) : null,
            IntoBottom: true,
            above.Count == 1 ? forest.Layer(above[0]) : null,
            live.Contains(next));

        // The user's own image is never merged away; one that several branches stand on keeps its name. A commit leaves the lowest image's own snapshots as they are.
        var pinned = HoldsInternal(merge.Top) || merge.Images.Skip(1).Any(HoldsInternal);
        var mayCommit = above.Count <= 1 && !pinned;
        var mayPull = !pinned && !HoldsInternal(merge.Images[0]) && made.Contains(merge.Images[0].Location.LocalPath!) && merge.Top.Format == ImageFormat.Qcow2;
        var pull = merge with { IntoBottom = false };
        if (mayCommit || mayPull)
        {
            _merges.Add(mayCommit && (!mayPull || merge.Bytes <= pull.Bytes) ? merge : pull);
        }
    }

    /// <summary>
    /// Whether an internal snapshot that stays lies within the image: it would not survive a move of the image's data, nor one of the data that it reads from below.
    /// </summary>
    private bool HoldsInternal(ImageLayer image) => image.Format == ImageFormat.Qcow2 && image.Location.LocalPath is { } path &&
        InternalSnapshot.Read(path).Any(held => !gone.Any(s => s.Name == held.Name && s.IsInternal));

    private void Retire(string path)
    {
        if (FileIdentity.Of(path) is { } identity && !_foreign.Contains(identity))
        {
            _retire.Add(new RetiredFile(path, identity.ToString()));
        }
    }
}
