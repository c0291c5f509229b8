using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans the overlays of a new snapshot, disk by disk.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="operation">Unique name of the operation.</param>
/// <param name="reuse">Whether the user provides the overlays.</param>
internal sealed class OverlayPlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, string operation, bool reuse)
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
        var chain = domain.Disks?.Find(target)?.Chain ?? domain.Persistent?.Devices.Disks.Find(d => d.Target?.Dev == target && d.Location() == source)?.Chain() ?? ImageChain.Read(source, disk.Disk.Format);
        chain.RequireRoom(target);
        var top = chain.Top;
        top.RequireWhole();
        var size = await new ImageSizes(domain).OfAsync(target, top, cancellationToken).ConfigureAwait(false);
        var path = disk.Overlay!;
        var status = FileStatus.TryOf(path);
        ImageLocation location = disk.OnBlockDevice ? new BlockDeviceLocation(path) : new FileLocation(path);
        var planned = new PlannedOverlay(target, top, new ImageLayer(location, ImageFormat.Qcow2) { VirtualSize = size }, null, number);
        if (status is not null && (status.Kind == FileKind.BlockDevice) != disk.OnBlockDevice)
        {
            throw Unsupported($"mismatch between configured type for snapshot disk '{target}' and the type of existing file '{path}'");
        }

        if (reuse)
        {
            return Provided(planned, path, status, chain);
        }

        var overlay = new Qcow2Overlay(size, BackingName.Of(top.Location), top.OuterFormat);
        if (disk.OnBlockDevice)
        {
            CheckDevice(path, status);
            return planned with { OnDevice = overlay };
        }

        if (status is not null)
        {
            throw Unsupported($"external snapshot file for disk {target} already exists and is not a block device: {path}");
        }

        CheckDirectory(path);
        return planned with { File = new OverlayFile(path, OverlayFile.TemporaryName(path, operation), overlay) };
    }

    private PlannedOverlay Provided(PlannedOverlay planned, string path, FileStatus? status, ImageChain chain)
    {
        if (status is null)
        {
            throw VireoException.System(ErrorDomain.Qemu, FileSystemCalls.NoEntry, $"missing existing file for disk {planned.Target}: {path}: No such file or directory");
        }

        var existing = ImageProbe.Read(path, ImageFormat.Qcow2);
        CheckProvided(path, existing, chain);
        return planned with { Layer = planned.Layer with { VirtualSize = existing.VirtualSize, Identity = existing.Identity } };
    }

    /// <summary>Refuses to write to an image that somebody needs as it is, or that would stand on another image at the next start.</summary>
    private void CheckProvided(string path, ImageProbe existing, ImageChain chain)
    {
        var documents = tree.All.SelectMany(s => new[] { s.Config.Domain, s.Config.InactiveDomain }).Concat([domain.Live, domain.Persistent]).OfType<DomainConfig>();
        var own = documents.SelectMany(c => c.Devices.Disks).Select(d => d.Location()?.LocalPath).OfType<string>().Distinct().Select(FileIdentity.Of);
        if (own.Contains(existing.Identity) || chain.Layers.Any(l => l.Identity == existing.Identity) || domain.ImagesOfOtherDomains().Contains(existing.Identity))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"'{path}' cannot take what is written from now on: it is an image of this domain, of one of its snapshots or of another domain");
        }

        if (existing.Qcow2?.BackingFile is { } name && BackingName.Resolve(name, new FileLocation(path), out _) is var below && !IsSame(below, chain.Top.Location))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"'{path}' stands on '{below.Display}' and not on '{chain.Top.Location.Display}', the image that the disk has now");
        }
    }

    private static bool IsSame(ImageLocation one, ImageLocation other) =>
        one == other || (one.LocalPath is { } path && other.LocalPath is { } known && FileIdentity.Of(path) is { } identity && identity == FileIdentity.Of(known));

    /// <summary>What a device holds is written over: it must be there, and nobody's.</summary>
    private void CheckDevice(string path, FileStatus? status)
    {
        if (status is null)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"block device snapshot target '{path}' doesn't exist");
        }

        var own = domain.Disks?.Disks.SelectMany(d => d.Chain?.Layers ?? []) ?? (domain.Persistent?.Devices.Disks ?? default).SelectMany(d => d.Chain()?.Layers ?? []);
        if (own.Any(l => l.Location.LocalPath is { } used && FileIdentity.Of(used) == status.Identity) || domain.ImagesOfOtherDomains().Contains(status.Identity))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"block device '{path}' is in use by a domain: an overlay would write over its data");
        }
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
