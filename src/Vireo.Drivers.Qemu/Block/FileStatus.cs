namespace Vireo.Drivers.Qemu.Block;

/// <summary>What a path names.</summary>
internal enum FileKind
{
    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A pipe, socket, character device or the like.</summary>
    Other,
}

/// <summary>What stat tells about a file, as far as images need it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">Device and inode.</param>
/// <param name="Size">Length in bytes; 0 for a block device.</param>
/// <param name="Owner">User id of the owner.</param>
/// <param name="Group">Group id.</param>
internal sealed record FileStatus(FileKind Kind, FileIdentity Identity, long Size, uint Owner, uint Group)
{
    /// <summary>Bytes that it takes on its file system: what a sparse file really holds.</summary>
    public long Allocated { get; init; }

    /// <summary>When it was last changed in any way, by its file system's clock.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>Which device it is, for a block device.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>The status of <paramref name="path"/>, links followed; null when nothing is there.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be looked at.</exception>
    public static FileStatus? TryOf(string path)
    {
        var errno = FileSystemCalls.Status(path, out var status);
        return errno switch
        {
            0 => status,
            FileSystemCalls.NoEntry or FileSystemCalls.NotDirectory => null,
            _ => throw FileSystemCalls.Failure(errno, $"cannot look at '{path}'"),
        };
    }
}
