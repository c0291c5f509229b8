namespace Vireo.Drivers.Qemu.Block;

/// <summary>The sizes of an image on this host, in bytes.</summary>
/// <param name="Allocation">What it takes.</param>
/// <param name="Capacity">What a guest sees.</param>
/// <param name="Physical">The length of the file or device.</param>
internal sealed record BlockSizes(ulong Allocation, ulong Capacity, ulong Physical)
{
    /// <summary>Those of a file or block device.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not there; VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR: its header is not that of its format.</exception>
    public static BlockSizes Of(string path, ImageFormat format)
    {
        var status = FileStatus.TryOf(path) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"failed to stat '{path}'");
        return Of(path, format, status);
    }

    /// <summary>Those of a file or block device that was looked at already.</summary>
    /// <exception cref="VireoException">As of the other.</exception>
    public static BlockSizes Of(string path, ImageFormat format, FileStatus status)
    {
        using var device = status.Kind == FileKind.BlockDevice ? File.OpenHandle(path, options: FileOptions.None) : null;
        var physical = device is null ? status.Size : RandomAccess.GetLength(device);
        var capacity = ImageProbe.Read(path, format).VirtualSize ?? physical;
        return new((ulong)(device is null ? status.Allocated : physical), (ulong)capacity, (ulong)physical);
    }
}
