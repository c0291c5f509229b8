using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Makes ready where a disk is to be copied to.</summary>
/// <param name="disk">The disk.</param>
/// <param name="target">Where to.</param>
/// <param name="format">The format of the copy; null for the disk's own, or the one that is found there.</param>
/// <param name="reuse">What lies there is used as it is.</param>
/// <param name="shallow">Only the top image is copied.</param>
internal sealed class CopyPreparation(LiveDisk disk, ImageLocation target, ImageFormat? format, bool reuse, bool shallow)
{
    private readonly ImageChain _source = disk.Chain!;

    /// <summary>The images of the destination; a file that was made is removed again by <see cref="TakeBack"/>.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_SYSTEM_ERROR: it cannot be copied to there.</exception>
    public CopyDestination Prepare()
    {
        LentFiles.Refuse(_source, "takes part in no block job");
        if (target.LocalPath is not { } path)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"copying to '{target.Display}' is not supported: only files and block devices are");
        }

        var there = FileStatus.TryOf(path);
        if (reuse && there is null)
        {
            throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"missing destination file for disk {disk.Target}: {path}");
        }

        if (!reuse && there is { Kind: not FileKind.BlockDevice })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"external destination file for disk {disk.Target} already exists and is not a block device: {path}");
        }

        if (_source.Layers.Any(l => l.Location.LocalPath == path))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"'{path}' belongs to disk '{disk.Target}' itself and cannot be the copy's destination");
        }

        var shares = shallow && _source.Layers.Length > 1;
        return reuse ? Reused(path, shares) : Made(path, shares);
    }

    /// <summary>Removes the file that was made; for a copy that did not begin.</summary>
    public void TakeBack()
    {
        if (_made is { } identity && target.LocalPath is { } path && FileIdentity.Of(path) == identity)
        {
            File.Delete(path);
        }
    }

    private FileIdentity? _made;

    private CopyDestination Reused(string path, bool shares)
    {
        // The user vouches for what lies there: its own name of its format is taken only for want of his.
        var own = format ?? ImageProbe.Read(path, null).Format;
        if (!shares)
        {
            return new CopyDestination(new ImageChain([ImageChain.Read(target, own).Top]));
        }

        return new CopyDestination(ImageChain.Read(target, own)) { Shallow = true };
    }

    private CopyDestination Made(string path, bool shares)
    {
        var own = format ?? _source.Top.Format;
        var size = _source.Top.VirtualSize ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"the size of disk '{disk.Target}' is not known");
        if (own is not (ImageFormat.Raw or ImageFormat.Qcow2))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"making a copy of format '{own.Name()}' is not supported; make it beforehand and use the flag for what exists already");
        }

        if (shares && own == ImageFormat.Raw)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a raw copy of disk '{disk.Target}' cannot be shallow: raw images have no backing file");
        }

        if (target is BlockDeviceLocation)
        {
            return new CopyDestination(new ImageChain([OnDevice(path, own, size)])) { Shallow = shares, SharesBacking = shares };
        }

        using var file = FileSystemCalls.CreateNew(path, "failed to create copy target");
        _made = FileIdentity.Of(path);
        try
        {
            Write(file, path, own, size, shares);
        }
        catch
        {
            TakeBack();
            throw;
        }

        return new CopyDestination(new ImageChain([Layer(own, size)])) { Shallow = shares, SharesBacking = shares };
    }

    private void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, string path, ImageFormat own, long size, bool shares)
    {
        if (own == ImageFormat.Qcow2)
        {
            var below = shares ? _source.Layers[1] : null;
            new Qcow2Overlay(size, below?.Location.LocalPath, below?.Format ?? ImageFormat.Raw).WriteTo(file, path);
            return;
        }

        try
        {
            RandomAccess.SetLength(file, size);
        }
        catch (IOException e)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"failed to create copy target: {e.Message}", e);
        }
    }

    private ImageLayer OnDevice(string path, ImageFormat own, long size) => own == ImageFormat.Raw
        ? Layer(own, size)
        : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a {own.Name()} image is not made on block device '{path}'; make it beforehand and use the flag for what exists already");

    private ImageLayer Layer(ImageFormat own, long size) => new(target, own) { VirtualSize = size, Identity = target.LocalPath is { } path ? FileIdentity.Of(path) : null };
}
