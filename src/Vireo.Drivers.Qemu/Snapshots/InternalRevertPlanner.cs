using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Plans the way back to an internal snapshot: whether every image has it, which of them others stand on so that a copy is to be used, and whether the process that runs can load it.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="respawnAlways">The daemon's setting: a new hypervisor process needs no leave.</param>
/// <param name="refusals">Told why it cannot be done.</param>
/// <param name="chains">Reads chains.</param>
/// <param name="operation">Unique name of the operation.</param>
/// <param name="free">Names a new file beside an image; gets the names that are given away already.</param>
internal sealed class InternalRevertPlanner(
    ISnapshotDomain domain,
    SnapshotTree<QemuSnapshot> tree,
    bool respawnAlways,
    Refusals refusals,
    ChainReader chains,
    string operation,
    Func<string, IReadOnlyList<string>, string> free)
{
    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: an image lacks the snapshot; VIR_ERR_SNAPSHOT_REVERT_RISKY: leave is needed for a new process.
    /// </exception>
    public InternalRevert Plan(QemuSnapshot snapshot, DomainConfig saved, RevertTarget target, DomainSnapshotRevertFlags flags)
    {
        var images = InternalTags.Of(snapshot);
        if (images.Count == 0 || snapshot.IsExternal)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' is not internal in all of its disks, or names disks that its domain does not have");
        }

        var memory = target != RevertTarget.ShutOff && snapshot.Config.Memory?.Snapshot == SnapshotLocation.Internal;
        var holder = refusals.Try(() => InternalTags.Check(images, memory));
        refusals.Check(() => RefuseBitmaps(images));
        var copies = refusals.Try(() => Copies(snapshot, images)) ?? [];
        images = [.. images.Select(i => copies.Find(c => c.Original == i.Path)?.Image ?? i)];
        var inPlace = memory && domain.Live is { } live && AreOpen(images) && GuestHardware.Of(live) == GuestHardware.Of(saved) && ThrottleGroups.AreSame(live, saved);
        if (memory && domain.Live is not null && !inPlace)
        {
            RequireLeave(snapshot, flags);
        }

        refusals.Conclude();
        return new InternalRevert(images, memory, holder!, inPlace, copies);
    }

    /// <summary>QEMU refuses to take an image with dirty bitmaps back, and would do so after it has taken others back.</summary>
    private void RefuseBitmaps(IReadOnlyList<TaggedImage> images)
    {
        foreach (var image in images)
        {
            // What a hypervisor writes to may have some that the file has not yet.
            var written = domain.Disks?.Find(image.Target)?.Chain?.Top.Location.LocalPath == image.Path;
            if ((written && domain.HasCheckpoints) || ImageProbe.Read(image.Path, ImageFormat.Qcow2).Qcow2?.HasBitmaps == true)
            {
                throw VireoException.OperationInvalid(
                    ErrorDomain.Qemu,
                    $"image '{image.Path}' of disk {image.Target} has dirty bitmaps, which would be wrong after internal snapshot '{image.Tag}' is brought back: delete the checkpoints first (checkpoint-delete), or remove the bitmaps (qemu-img bitmap --remove)");
            }
        }
    }

    private List<ImageCopy> Copies(QemuSnapshot snapshot, IReadOnlyList<TaggedImage> images)
    {
        var needed = new SpoilCheck(domain, tree, chains).NeededBesides(snapshot);
        var copies = new List<ImageCopy>();
        foreach (var image in images.Where(i => FileIdentity.Of(i.Path) is { } identity && needed.Contains(identity)))
        {
            var path = free(image.Path, [.. copies.Select(c => c.Image.Path)]);
            copies.Add(new ImageCopy(
                image with { Path = path },
                image.Path,
                FileStatus.TryOf(image.Path)?.Allocated ?? 0,
                new PlannedFile(path, OverlayFile.TemporaryName(path, operation)),
                ImageProbe.Read(image.Path, ImageFormat.Qcow2).VirtualSize));
        }

        return copies;
    }

    private bool AreOpen(IReadOnlyList<TaggedImage> images) => images.All(i => domain.Disks?.Find(i.Target)?.Chain?.Top.Location.LocalPath == i.Path);

    private void RequireLeave(QemuSnapshot snapshot, DomainSnapshotRevertFlags flags)
    {
        const DomainSnapshotRevertFlags leave = DomainSnapshotRevertFlags.Respawn | DomainSnapshotRevertFlags.Force;
        if (!respawnAlways && (flags & leave) == 0)
        {
            refusals.Add(new VireoException(
                ErrorCode.SnapshotRevertRisky,
                ErrorDomain.Qemu,
                $"the hardware or the images of running domain '{domain.Name}' are not those of snapshot '{snapshot.Name}': going back must start a new hypervisor process; allow it with --allow-respawn (VIR_DOMAIN_SNAPSHOT_REVERT_RESPAWN) or --force"));
        }
    }
}
