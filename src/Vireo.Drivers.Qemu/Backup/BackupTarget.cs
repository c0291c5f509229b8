using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>The image that takes the backup of a disk, or what a pull backup keeps aside.</summary>
/// <param name="disk">The disk's part of the complete document.</param>
/// <param name="source">The disk.</param>
/// <param name="pull">Whether a client pulls it.</param>
internal sealed class BackupTarget(BackupDisk disk, LiveDisk source, bool pull)
{
    private readonly ImageFormat _format = ImageFormats.FromName(disk.Driver!.Type!)!.Value;

    /// <summary>Whether it stands on the disk's own images: what it lacks is there.</summary>
    private bool StandsOnSource => _format.CanHaveBacking() && (pull || disk.Mode == BackupDiskMode.Incremental);

    private DiskSource Store => (disk.Target ?? disk.Scratch)!;

    /// <summary>Writes the empty image.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR naming the file; nothing is left then.</exception>
    public void Make()
    {
        if (Store.File is not { } path)
        {
            if (_format != ImageFormat.Raw)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a {_format.Name()} image is not made on block device '{Store.Dev}'; make it beforehand and use the flag for what exists already");
            }

            return;
        }

        var size = source.Chain!.Top.VirtualSize ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"the size of disk '{disk.Name}' is not known");
        if (File.Exists(path))
        {
            // An empty one, which was checked.
            File.Delete(path);
        }

        using var file = FileSystemCalls.CreateNew(path, $"failed to create image file '{path}'");
        try
        {
            if (_format == ImageFormat.Raw)
            {
                RandomAccess.SetLength(file, size);
                return;
            }

            var top = source.Chain.Top;
            new Qcow2Overlay(size, StandsOnSource ? top.Location.LocalPath : null, StandsOnSource ? top.Format : ImageFormat.Raw).WriteTo(file, path);
        }
        catch (Exception e) when (e is VireoException or IOException)
        {
            File.Delete(path);
            throw e as VireoException ?? VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"failed to create image file '{path}': {e.Message}", e);
        }
    }

    /// <summary>The options of its node.</summary>
    public string Node(int number) => BlockNodeJson.ForLayer(
        new ImageLayer(Store.File is { } file ? new FileLocation(file) : new BlockDeviceLocation(Store.Dev!), _format),
        number,
        StandsOnSource ? source.Numbers[0] : null,
        DiskAccess.Default);
}
