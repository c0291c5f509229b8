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

    private readonly string _directory = Path.GetDirectoryName(Location?.LocalPath) ?? "";
    private readonly string _name = Path.GetFileName(Location?.LocalPath) ?? "";

    /// <summary>Looks at a disk's image. Reads files.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="looks">Looks at files.</param>
    /// <param name="now">The time.</param>
    public static StillImage Of(DiskConfig disk, ImageLooks looks, DateTimeOffset now)
    {
        var location = disk.Location();
        var format = disk.Format();
        var missing = new StillImage(location, format, null, null);
        if (location?.LocalPath is not { } path || missing.Look(looks) is not { } status)
        {
            return missing;
        }

        var sure = status.Kind == FileKind.Regular && now - status.Changed > s_unsure;
        return new(location, format, sure ? status : null, Read(path, format, status));
    }

    /// <summary>Whether the image is still what was seen. Looks at the file, but reads nothing.</summary>
    public bool Holds(ImageLooks looks) => Location?.LocalPath is null || (Look(looks) is var now && (Status is null ? now is null && Sizes is null : Status == now));

    // What cannot be looked at has no figures, as in libvirt. A path without a directory is relative to nothing that is known.
    private FileStatus? Look(ImageLooks looks) => _directory.Length > 0 ? looks.At(_directory, _name, Location!.LocalPath!) : null;

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
