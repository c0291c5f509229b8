using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>What is in a drive: bhyve knows files alone, volumes being files, too.</summary>
internal static class DiskFile
{
    /// <summary>Why the host's programs cannot use a disk; null when they can.</summary>
    public static string? Refusal(DiskConfig disk) => disk switch
    {
        { Device: not (DiskDevice.Disk or DiskDevice.Cdrom) } => "unsupported disk device",
        { Type: not (DiskType.File or DiskType.Volume) } => "unsupported disk type",
        _ => null,
    };

    /// <summary>The path of a disk's file; null for an empty drive.</summary>
    public static string? Of(DiskConfig disk, BhyveHost host)
    {
        if (Refusal(disk) is { } refusal)
            throw BhyveErrors.Unsupported(refusal);
        var path = disk.Type == DiskType.File ? disk.Source?.File : disk.Source is { Pool: { } pool, Volume: { } volume } ? host.Volume(pool, volume) : null;
        return path is { Length: > 0 } ? ArgumentList.Part(path) : null;
    }
}
