using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>What was seen of a disk's image while no hypervisor has it open.</summary>
/// <param name="Location">Where it is; null for an empty drive.</param>
/// <param name="Format">What it is said to be.</param>
/// <param name="Status">The file as it was; null when there was none, or it could not be looked at.</param>
/// <param name="Sizes">Its sizes; null when they could not be read.</param>
internal sealed record StillImage(ImageLocation? Location, ImageFormat Format, FileStatus? Status, BlockSizes? Sizes)
{
    // Clocks of file systems are as coarse as this: what changed just before it was read may change again unseen.
    private static readonly TimeSpan s_unsure = TimeSpan.FromSeconds(2);

    /// <summary>Looks at a disk's image. Reads files.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="now">The time.</param>
    public static StillImage Of(DiskConfig disk, DateTimeOffset now)
    {
        var location = disk.Location();
        var format = disk.Format();
        if (location?.LocalPath is not { } path || Look(path) is not { } status)
        {
            return new(location, format, null, null);
        }

        var sure = status.Kind == FileKind.Regular && now - status.Changed > s_unsure;
        return new(location, format, sure ? status : null, Read(path, format, status));
    }

    /// <summary>Whether the image is still what was seen. Looks at the file, but reads nothing.</summary>
    public bool Holds() => Location?.LocalPath is not { } path || (Look(path) is var now && (Status is null ? now is null && Sizes is null : Status == now));

    private static FileStatus? Look(string path)
    {
        try
        {
            return FileStatus.TryOf(path);
        }
        catch (VireoException)
        {
            return null;                                         // what cannot be looked at has no figures, as in libvirt
        }
    }

    private static BlockSizes? Read(string path, ImageFormat format, FileStatus status)
    {
        try
        {
            return BlockSizes.Of(path, format, status);
        }
        catch (Exception exception) when (exception is VireoException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
