using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Where the data of snapshots lies, for those who read it.</summary>
/// <param name="domain">The domain, within its modifying job: nothing of it changes meanwhile.</param>
internal sealed class SnapshotDisks(ISnapshotDomain domain)
{
    /// <summary>The domain as a snapshot keeps it.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: it keeps none.</exception>
    public static DomainConfig Saved(QemuSnapshot snapshot) => snapshot.Config.Domain
        ?? throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' keeps no document of its domain, so nobody can say where its data lies");

    /// <summary>What a snapshot has of a disk: the images, which stand still, or the internal snapshot within the first of them.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONFIG_UNSUPPORTED: it has nothing of the disk; VIR_ERR_OPERATION_INVALID: its data may be merged already, or the domain writes to it; VIR_ERR_OPERATION_FAILED: it cannot be read.
    /// </exception>
    public (ImageChain Chain, InternalSnapshot? Within) Of(QemuSnapshot snapshot, string target)
    {
        var part = snapshot.Config.Disks.FirstOrDefault(d => d.Name == target);
        var disk = Saved(snapshot).Devices.Disks.FirstOrDefault(d => d.Target?.Dev == target);
        if (part?.Snapshot is not (SnapshotLocation.External or SnapshotLocation.Internal) || disk?.Location() is not { } location)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk {target} is not part of snapshot '{snapshot.Name}'");
        }

        if (part.DeleteInProgress)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' is half-deleted: its data may be merged already; delete it again to finish that");
        }

        var chain = Read(snapshot, target, location, disk.Format());
        if (part.Snapshot == SnapshotLocation.Internal)
        {
            var within = chain.Top is { Format: ImageFormat.Qcow2, Location.LocalPath: { } path } ? InternalSnapshot.Find(path, snapshot.Name) : null;
            return (chain, within ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"image '{location.Display}' of disk {target} does not hold internal snapshot '{snapshot.Name}'"));
        }

        return IsWritten(chain.Top)
            ? throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"domain '{domain.Name}' writes to '{location.Display}' itself, so it no longer is what snapshot '{snapshot.Name}' has of disk {target}")
            : (chain, null);
    }

    private static ImageChain Read(QemuSnapshot snapshot, string target, ImageLocation location, ImageFormat format)
    {
        try
        {
            return ImageChain.Read(location, format);
        }
        catch (VireoException e)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"disk {target} of snapshot '{snapshot.Name}' cannot be read: {e.Message}", e);
        }
    }

    private bool IsWritten(ImageLayer image)
    {
        var open = domain.Disks?.Disks.Select(d => d.Chain?.Top.Location) ?? [];
        var defined = domain.Persistent?.Devices.Disks.Where(d => !d.Readonly).Select(d => d.Location()) ?? [];
        return image.Identity is { } identity && open.Concat(defined).Any(l => l?.LocalPath is { } path && FileIdentity.Of(path) == identity);
    }
}
