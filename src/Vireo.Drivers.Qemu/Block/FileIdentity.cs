using System.Globalization;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>Which file a path names, whatever the path: device and inode. What a plan made or meant is never mistaken for a newcomer of the same name.</summary>
/// <param name="Device">The device, major and minor in one number.</param>
/// <param name="Inode">The inode.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>The identity of what <paramref name="path"/> names, links followed; null when nothing is there.</summary>
    public static FileIdentity? Of(string path) => FileStatus.TryOf(path) is { } status ? status.Identity : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Device:x}:{Inode:x}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FileIdentity identity)
    {
        identity = default;
        var colon = text.IndexOf(':');
        if (colon < 0 ||
            !ulong.TryParse(text[..colon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var device) ||
            !ulong.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var inode))
        {
            return false;
        }

        identity = new FileIdentity(device, inode);
        return true;
    }
}
