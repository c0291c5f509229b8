using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Inspection;

/// <summary>A few bytes of a guest's memory, or of its disks.</summary>
internal static class Peek
{
    /// <summary>How many bytes one call may have.</summary>
    public const uint Largest = 4 << 20;

    /// <summary>Reads memory.</summary>
    /// <param name="process">The domain's process, within the domain's job.</param>
    /// <param name="physical">By physical address; else as the first processor sees it now.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="size">How much, in bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU could not read it.</exception>
    public static async ValueTask<byte[]> MemoryAsync(QemuProcess process, bool physical, ulong offset, uint size, CancellationToken cancellationToken)
    {
        var path = Path.Combine(process.Directory, "peek");
        try
        {
            process.Claims.Make(path);
            await process.Monitor.ExecuteAsync(Qmp.SaveMemory(physical, offset, size, path), cancellationToken).ConfigureAwait(false);
            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Reads a disk's image.</summary>
    /// <param name="config">The domain.</param>
    /// <param name="name">The disk's target, or its image.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="size">How much, in bytes.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: no such disk, or it is shorter; VIR_ERR_OPERATION_UNSUPPORTED: it is not raw; VIR_ERR_SYSTEM_ERROR.</exception>
    public static byte[] Disk(DomainConfig config, string name, ulong offset, uint size)
    {
        var disk = config.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == name || (PathOf(d) is { } image && image == name))
            ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk '{name}' not found in domain");
        var format = disk.Driver?.Type ?? "raw";
        if (format != "raw")
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"peeking is only supported for disk with 'raw' format not '{format}'");
        }

        var path = PathOf(disk) ?? throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"peeking is not supported for disk '{name}', whose image is not on this host");
        using var handle = HostFile.OpenExisting(path, failure: "Failed to open file", domain: ErrorDomain.Qemu);
        var bytes = new byte[size];
        try
        {
            var read = offset > long.MaxValue ? 0 : RandomAccess.Read(handle, bytes, (long)offset);
            return read == size
                ? bytes
                : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"'{name}' starting from {offset} has only {read} bytes available");
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, $"cannot read header '{path}'", ErrorDomain.Storage);
        }
    }

    private static string? PathOf(DiskConfig disk) => disk.Source?.File ?? disk.Source?.Dev;
}
