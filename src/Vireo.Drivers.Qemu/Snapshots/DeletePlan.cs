using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Images that become one.</summary>
/// <param name="Target">The disk: vda.</param>
/// <param name="Images">Those that no snapshot needs any more, the lowest first.</param>
/// <param name="Top">The image that stands on the last of them and is needed.</param>
/// <param name="Below">What the first of them stands on; null for nothing.</param>
/// <param name="IntoBottom">Whether the first of them takes all the data (commit); else <paramref name="Top"/> does (pull).</param>
/// <param name="Above">The image that stands on <paramref name="Top"/>; null for none.</param>
/// <param name="Live">Whether the domain's hypervisor has them open.</param>
internal sealed record PlannedMerge(string Target, IReadOnlyList<ImageLayer> Images, ImageLayer Top, ImageLayer? Below, bool IntoBottom, ImageLayer? Above, bool Live)
{
    /// <summary>The image that is left of them.</summary>
    public ImageLayer Result => IntoBottom ? Images[0] : Top;

    /// <summary>The images whose files go.</summary>
    public IEnumerable<ImageLayer> Gone => IntoBottom ? Images.Skip(1).Append(Top) : Images;

    /// <summary>Bytes that are copied, at most.</summary>
    public long Bytes => (IntoBottom ? Gone : Images).Sum(i => i.Location.LocalPath is { } path && FileStatus.TryOf(path) is { } status ? status.Allocated : 0);
}

/// <summary>All that deleting snapshots is going to do to images. Made without changing anything.</summary>
internal sealed record DeletePlan
{
    /// <summary>Metadata alone: no image is touched.</summary>
    public static DeletePlan Nothing { get; } = new();

    /// <summary>Internal snapshots that are removed from images.</summary>
    public IReadOnlyList<TaggedImage> Tags { get; init; } = [];

    /// <summary>Images that are merged.</summary>
    public IReadOnlyList<PlannedMerge> Merges { get; init; } = [];

    /// <summary>Whether an earlier try had begun to merge; a hypervisor that died meanwhile may have left clusters that nothing uses.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Files that nothing needs any more.</summary>
    public IReadOnlyList<RetiredFile> Retire { get; init; } = [];
}
