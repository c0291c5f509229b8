using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Knows the images whose present content somebody needs, so that a revert must not write to them.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="chains">Reads chains.</param>
internal sealed class SpoilCheck(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, ChainReader chains)
{
    /// <summary>The images whose present content other snapshots or other domains need.</summary>
    /// <exception cref="VireoException">What <see cref="ImageChain.Read"/> throws.</exception>
    public IReadOnlySet<FileIdentity> NeededBesides(QemuSnapshot snapshot) =>
        domain.ImagesOfOtherDomains().Concat(tree.All.Where(s => s.Name != snapshot.Name).SelectMany(Frozen)).ToHashSet();

    /// <summary>Refuses to write to what another snapshot stands on.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID naming it; what <see cref="ImageChain.Read"/> throws.</exception>
    public void RefuseFrozen(QemuSnapshot snapshot, IReadOnlySet<FileIdentity> written)
    {
        foreach (var other in written.Count == 0 ? [] : tree.All.Where(s => s.Name != snapshot.Name))
        {
            if (Frozen(other).Any(written.Contains))
            {
                throw VireoException.OperationInvalid(
                    ErrorDomain.Qemu,
                    $"snapshot '{other.Name}' of domain '{domain.Name}' stands on an image that reverting to snapshot '{snapshot.Name}' would write over; delete '{other.Name}' first");
            }
        }
    }

    /// <summary>The images whose present content a snapshot needs.</summary>
    private IEnumerable<FileIdentity> Frozen(QemuSnapshot snapshot)
    {
        foreach (var disk in new[] { snapshot.Config.Domain, snapshot.Config.InactiveDomain }.OfType<DomainConfig>().SelectMany(d => d.Devices.Disks))
        {
            if (disk.Location() is not { LocalPath: { } path } location || FileStatus.TryOf(path) is null)
            {
                continue;
            }

            foreach (var layer in chains.Read(location, disk.Format()).Layers.Skip(snapshot.HasExternal(disk) ? 0 : 1))
            {
                if (layer.Identity is { } identity)
                {
                    yield return identity;
                }
            }
        }
    }
}
