using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans as users see them.</summary>
/// <param name="domain">The domain.</param>
internal sealed class PlanDocument(ISnapshotDomain domain)
{
    private bool Active => domain.Live is not null;

    /// <summary>Taking a snapshot.</summary>
    public SnapshotPlanConfig Of(CreatePlan plan, DomainSnapshotCreateFlags flags) => new()
    {
        Operation = "create",
        Domain = domain.Name,
        Snapshot = plan.Snapshot.Name,
        Pause = domain.State != DomainState.Running ? "no" : plan.LeavesPaused ? "stays" : plan.Tags.Count > 0 || (plan.Memory is not null && !flags.HasFlag(DomainSnapshotCreateFlags.Live)) ? "memory" : "moment",
        Process = !Active ? "none" : flags.HasFlag(DomainSnapshotCreateFlags.Halt) ? "ended" : "kept",
        Steps =
        [
            .. plan.Overlays.Where(o => o.File is not null || o.OnDevice is not null).Select(Made),
            .. plan.Tags.Select(t => Within("take", t)),
            .. Saved(plan.Memory),
            .. plan.Overlays.Select(Switched),
            .. plan.Documents.Select(Written),
        ],
    };

    /// <summary>Going back to a snapshot.</summary>
    public SnapshotPlanConfig Of(RevertPlan plan) => new()
    {
        Operation = "revert",
        Domain = domain.Name,
        Snapshot = plan.Snapshot.Name,
        Pause = domain.State != DomainState.Running ? "no" : plan.Kept is { Memory: not null } or { Tags.Count: > 0 } ? "memory" : "moment",
        Process = (Active, plan.Target) switch
        {
            (true, RevertTarget.ShutOff) => "ended",
            (true, _) when plan.Internal is { InPlace: true } => "kept",
            (true, _) => "replaced",
            (false, RevertTarget.ShutOff) => "none",
            (false, _) => "started",
        },
        Steps =
        [
            .. plan.Kept is { } kept ? Kept(kept) : [],
            .. plan.Overlays.Select(Made),
            .. (plan.Internal?.Copies ?? []).Select(c => new SnapshotPlanStep { Action = "copy", Disk = c.Image.Target, File = c.Image.Path, From = c.Original, Bytes = (ulong)c.Size }),
            .. (plan.Internal?.Images ?? []).Select(i => Within("apply", i)),
            .. plan.Platform.Select(s => new SnapshotPlanStep { Action = "write", File = s.File.Path }),
            .. plan.Start is not null ? (SnapshotPlanStep[])[new() { Action = "start", From = plan.Memory }] : [],
            .. plan.Overlays.Select(Switched),
            .. plan.Metadata.Select(Written),
            .. plan.Retire.Select(Removed),
        ],
    };

    /// <summary>Deleting snapshots.</summary>
    public SnapshotPlanConfig Of(string snapshot, DeletePlan plan, IReadOnlyList<DocumentChange> documents) => new()
    {
        Operation = "delete",
        Domain = domain.Name,
        Snapshot = snapshot,
        Pause = "no",
        Process = Active ? "kept" : "none",
        Steps =
        [
            .. plan.Tags.Select(t => Within("drop", t)),
            .. plan.Merges.Select(m => new SnapshotPlanStep
            {
                Action = m.IntoBottom ? "commit" : "pull",
                Disk = m.Target,
                File = m.Result.Location.Display,
                From = m.IntoBottom ? m.Top.Location.Display : m.Images[0].Location.Display,
                Bytes = (ulong)m.Bytes,
            }),
            .. documents.Select(Written),
            .. plan.Retire.Select(Removed),
            .. plan.Merges.SelectMany(m => m.Gone).Where(g => g.Location.LocalPath is not null && g.Identity is not null)
                .Select(g => Removed(new RetiredFile(g.Location.LocalPath!, g.Identity!.Value.ToString()))),
        ],
    };

    /// <summary>What cannot be done.</summary>
    public SnapshotPlanConfig Refused(string operation, string? snapshot, IReadOnlyList<VireoException> reasons) => new()
    {
        Operation = operation,
        Domain = domain.Name,
        Snapshot = snapshot,
        Refusals = [.. reasons.Select(r => new SnapshotPlanRefusal { Code = (int)r.Code, Message = r.Message })],
    };

    private IEnumerable<SnapshotPlanStep> Kept(CreatePlan kept) =>
    [
        .. kept.Snapshot.Config.Disks.Where(d => d.Snapshot == SnapshotLocation.External)
            .Select(d => new SnapshotPlanStep { Action = "keep", Disk = d.Name, File = kept.Snapshot.Config.Domain!.Devices.Disks.First(o => o.Target?.Dev == d.Name).Location()?.Display }),
        .. kept.Tags.Select(t => Within("take", t)),
        .. Saved(kept.Memory),
    ];

    private IEnumerable<SnapshotPlanStep> Saved(PlannedFile? memory) =>
        memory is null ? [] : [new SnapshotPlanStep { Action = "save-memory", File = memory.Path, Bytes = domain.Live?.Memory?.Size.Bytes }];

    private static SnapshotPlanStep Made(PlannedOverlay overlay) => new() { Action = "make", Disk = overlay.Target, File = overlay.Layer.Location.Display, From = overlay.Base.Location.Display };

    private static SnapshotPlanStep Within(string action, TaggedImage image) => new() { Action = action, Disk = image.Target, File = image.Path };

    private static SnapshotPlanStep Switched(PlannedOverlay overlay) => new() { Action = "switch", Disk = overlay.Target, File = overlay.Layer.Location.Display, From = overlay.Base.Location.Display };

    private static SnapshotPlanStep Written(DocumentChange change) => new() { Action = change.After is null ? "remove" : "write", File = change.Path };

    private static SnapshotPlanStep Removed(RetiredFile file) => new() { Action = "remove", File = file.Path, Bytes = (ulong)(FileStatus.TryOf(file.Path)?.Allocated ?? 0) };
}
