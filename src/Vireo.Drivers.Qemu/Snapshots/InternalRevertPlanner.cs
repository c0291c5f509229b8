using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans the way back to an internal snapshot: whether every image has it, what it would spoil, and whether the process that runs can load it.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="respawnAlways">The daemon's setting: a new hypervisor process needs no leave.</param>
/// <param name="refusals">Told why it cannot be done.</param>
internal sealed class InternalRevertPlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, bool respawnAlways, Refusals refusals)
{
    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: an image lacks the snapshot; VIR_ERR_OPERATION_INVALID: another snapshot or domain stands on an image; VIR_ERR_SNAPSHOT_REVERT_RISKY:
    /// leave is needed for a new process; VIR_ERR_BLOCK_COPY_ACTIVE: a job works on a disk.
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
        refusals.Check(() => RefuseToSpoil(snapshot, images));
        foreach (var image in images)
        {
            refusals.Check(() => BlockJobProgress.RefuseBusy(domain.Disks ?? new LiveDisks([], 0), image.Target));
        }

        var inPlace = memory && domain.Live is { } live && AreOpen(images) && GuestHardware.Of(live) == GuestHardware.Of(saved);
        if (memory && domain.Live is not null && !inPlace)
        {
            RequireLeave(snapshot, flags);
        }

        refusals.Conclude();
        return new InternalRevert(images, memory, holder!, inPlace);
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

    /// <summary>What an image holds now is written over: nobody but the domain's present state may need it.</summary>
    private void RefuseToSpoil(QemuSnapshot snapshot, IReadOnlyList<TaggedImage> images)
    {
        var written = images.Select(i => FileIdentity.Of(i.Path)).OfType<FileIdentity>().ToHashSet();
        if (domain.ImagesOfOtherDomains().Any(written.Contains))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"an image of snapshot '{snapshot.Name}' is used by another domain, whose data the revert would spoil");
        }

        foreach (var other in tree.All.Where(s => s.Name != snapshot.Name))
        {
            if (Frozen(other).Any(written.Contains))
            {
                throw VireoException.OperationInvalid(
                    ErrorDomain.Qemu,
                    $"external snapshot '{other.Name}' of domain '{domain.Name}' stands on an image that reverting to internal snapshot '{snapshot.Name}' would write over; delete '{other.Name}' first");
            }
        }
    }

    /// <summary>The images whose present content a snapshot needs.</summary>
    private static IEnumerable<FileIdentity> Frozen(QemuSnapshot snapshot)
    {
        foreach (var disk in new[] { snapshot.Config.Domain, snapshot.Config.InactiveDomain }.OfType<DomainConfig>().SelectMany(d => d.Devices.Disks))
        {
            if (disk.Location() is not { LocalPath: { } path } location || FileStatus.TryOf(path) is null)
            {
                continue;
            }

            var isExternal = snapshot.Config.Disks.Any(d => d.Name == disk.Target?.Dev && d.Snapshot == SnapshotLocation.External);
            foreach (var layer in ImageChain.Read(location, disk.Format()).Layers.Skip(isExternal ? 0 : 1))
            {
                if (layer.Identity is { } identity)
                {
                    yield return identity;
                }
            }
        }
    }
}
