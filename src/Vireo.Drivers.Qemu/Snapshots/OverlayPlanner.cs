using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans the overlays of a new snapshot, disk by disk.</summary>
/// <param name="domain">The domain.</param>
/// <param name="operation">Unique name of the operation.</param>
/// <param name="reuse">Whether the user provides the overlays.</param>
internal sealed class OverlayPlanner(ISnapshotDomain domain, string operation, bool reuse)
{
    /// <summary>The overlay of one disk.</summary>
    /// <param name="disk">The disk and where its overlay goes.</param>
    /// <param name="number">The number of its node; 0 when no hypervisor runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_SYSTEM_ERROR: it cannot be made, or is missing.</exception>
    public async ValueTask<PlannedOverlay?> PlanAsync(PlacedDisk disk, int number, CancellationToken cancellationToken)
    {
        var target = disk.Disk.Target;
        var source = disk.Disk.Source ?? throw Unsupported($"disk {target} is empty; there is nothing to snapshot");
        var chain = domain.Disks?.Find(target)?.Chain ?? ImageChain.Read(source, disk.Disk.Format);
        chain.RequireRoom(target);
        var top = chain.Top;
        var size = await new ImageSizes(domain).OfAsync(target, top, cancellationToken).ConfigureAwait(false);
        var path = disk.Overlay!;
        var status = FileStatus.TryOf(path);
        ImageLocation location = disk.OnBlockDevice || status?.Kind == FileKind.BlockDevice ? new BlockDeviceLocation(path) : new FileLocation(path);
        var layer = new ImageLayer(location, ImageFormat.Qcow2) { VirtualSize = size };
        if (reuse)
        {
            if (status is null)
            {
                throw VireoException.System(
                    ErrorDomain.Qemu,
                    FileSystemCalls.NoEntry,
                    $"missing existing file for disk {target}: {path}: No such file or directory");
            }

            var existing = ImageProbe.Read(path, ImageFormat.Qcow2);
            return new PlannedOverlay(target, top, layer with { VirtualSize = existing.VirtualSize, Identity = existing.Identity }, null, number);
        }

        if (location is BlockDeviceLocation)
        {
            throw Unsupported($"an overlay on block device '{path}' (disk {target}) must be prepared beforehand: make it with qemu-img create and use --reuse-external");
        }

        if (status is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"external snapshot file for disk {target} already exists and is not a block device: {path}");
        }

        CheckDirectory(path);
        var file = new OverlayFile(path, OverlayFile.TemporaryName(path, operation), new Qcow2Overlay(size, BackingName.Of(top.Location), top.Format));
        return new PlannedOverlay(target, top, layer, file, number);
    }

    /// <summary>Checks that the directory of a new file is there.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void CheckDirectory(string path)
    {
        if (FileStatus.TryOf(Path.GetDirectoryName(path)!) is not { Kind: FileKind.Directory })
        {
            throw VireoException.System(ErrorDomain.Qemu, FileSystemCalls.NoEntry, $"failed to create image file '{path}': No such file or directory");
        }
    }

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Qemu, detail);
}
