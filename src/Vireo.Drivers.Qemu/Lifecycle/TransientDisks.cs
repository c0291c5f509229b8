using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Disks that forget with the run what the guest writes: an overlay takes that, and goes with the run. Which overlays there are lies in the run's directory, so that whoever
/// clears the run away, a later daemon included, removes them.
/// </summary>
internal static class TransientDisks
{
    private const string List = "transient";

    /// <summary>The document with an overlay in place of each such disk's image. The overlays are made, and are in the list before they are.</summary>
    /// <param name="source">What the process is made of.</param>
    /// <param name="id">The number of the run.</param>
    /// <param name="directory">The run's directory.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED: there is an overlay already; VIR_ERR_SYSTEM_ERROR: one cannot be made. What was made is in the list.</exception>
    public static DomainConfig Make(LaunchSource source, int id, string directory)
    {
        var config = source.Config;
        // A process beside another one that has its overlay still needs one of its own.
        var suffix = string.Create(CultureInfo.InvariantCulture, $".TRANSIENT-{config.Name}{(source.Beside is null ? "" : $"-{id}")}");
        return config with { Devices = config.Devices with { Disks = config.Devices.Disks.Map(disk => Make(disk, suffix, directory)) } };
    }

    /// <summary>Removes the overlays of a run that has ended.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="alone">Only this one; null for all.</param>
    public static void Remove(string directory, string? alone = null)
    {
        var list = new RunList(directory, List);
        foreach (var path in list.Read().Where(path => alone is null || path == alone))
        {
            File.Delete(path);
            // By the end of the run it may be somebody else's file.
            list.Remove(path);
        }
    }

    /// <summary>A disk that comes into a running guest, with an overlay when it is such a one.</summary>
    /// <inheritdoc cref="Make(LaunchSource, int, string)"/>
    public static DiskConfig MakePlugged(DiskConfig disk, string domain, string directory) => Make(disk, $".TRANSIENT-{domain}", directory);

    private static DiskConfig Make(DiskConfig disk, string suffix, string directory)
    {
        if (disk.Transient is null || disk.Source is null)
        {
            return disk;
        }

        var chain = disk.Chain()!;
        var top = chain.Top;
        top.RequireWhole();
        var path = top.Location.LocalPath ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"transient disk '{disk.Target!.Dev}' has to be a file or a block device of this host");
        if (path.Contains('\n', StringComparison.Ordinal))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"transient disk '{disk.Target!.Dev}' has a path with a line's end in it");
        }

        path += suffix;
        if (FileStatus.TryOf(path) is not null)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"Overlay file '{path}' for transient disk '{disk.Target!.Dev}' already exists");
        }

        var size = top.VirtualSize ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"the size of transient disk '{disk.Target!.Dev}' is not known");
        new RunList(directory, List).Add(path);
        using (var file = FileSystemCalls.CreateNew(path, $"cannot create overlay '{path}'"))
        {
            new Qcow2Overlay(size, BackingName.Of(top.Location), top.OuterFormat).WriteTo(file, path);
        }

        return disk.WithTop(new ImageLayer(new FileLocation(path), ImageFormat.Qcow2));
    }
}
