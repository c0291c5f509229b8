using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>What the first bytes of an image tell. A guess at the format is only ever a guess: a guest can write any bytes into a raw disk.</summary>
/// <param name="Format">The format that the first bytes look like.</param>
/// <param name="Qcow2">The header, when it is qcow2.</param>
/// <param name="Length">Length of the file or block device in bytes.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Kind">File or block device.</param>
internal sealed record ImageProbe(ImageFormat Format, Qcow2Header? Qcow2, long Length, FileIdentity Identity, FileKind Kind)
{
    private const int HeadLength = 64 * 1024;
    private const int Sector = 512;

    /// <summary>Size of the disk in bytes, read as <see cref="Format"/>; null when only QEMU can tell.</summary>
    public long? VirtualSize => Format switch
    {
        ImageFormat.Qcow2 => Qcow2!.VirtualSize,
        ImageFormat.Raw => (Length + Sector - 1) / Sector * Sector,
        _ => null,
    };

    /// <summary>Reads the head of an image.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">The format to read it as, when that is known; null to guess.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read; VIR_ERR_INTERNAL_ERROR: it is not what <paramref name="format"/> says.</exception>
    public static ImageProbe Read(string path, ImageFormat? format = null)
    {
        var status = FileStatus.TryOf(path)
            ?? throw VireoException.System(
                ErrorDomain.Storage, FileSystemCalls.NoEntry, $"Cannot access storage file '{path}'{(format?.CanHaveBacking() == true ? $" (as uid:{CurrentUser.Id}, gid:{CurrentUser.Group})" : "")}: No such file or directory");
        if (status.Kind is not (FileKind.Regular or FileKind.BlockDevice))
        {
            // Never open a pipe or device by chance: it could block for ever.
            throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"storage file '{path}' is neither a regular file nor a block device");
        }

        using var handle = Open(path);
        var length = status.Kind == FileKind.BlockDevice ? FileSystemCalls.End(handle, path) : RandomAccess.GetLength(handle);
        var buffer = ArrayPool<byte>.Shared.Rent(HeadLength);
        try
        {
            var head = ReadHead(handle, path, buffer.AsSpan(0, HeadLength));
            var found = format ?? Guess(head);
            var header = found == ImageFormat.Qcow2 ? Qcow2Header.Parse(head, path) : null;
            return new ImageProbe(found, header, length, status.Identity, status.Kind);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The format that an image's first bytes look like; raw when they look like nothing known.</summary>
    public static ImageFormat Guess(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("QFI"u8) && head.Length >= 8 && head[3] == 0xfb)
        {
            return head[7] == 1 ? ImageFormat.Qcow : ImageFormat.Qcow2;
        }

        foreach (var (format, at, magic) in s_magics)
        {
            if (head.Length >= at + magic.Length && head.Slice(at, magic.Length).SequenceEqual(magic))
            {
                return format;
            }
        }

        return ImageFormat.Raw;
    }

    private static readonly (ImageFormat Format, int At, byte[] Magic)[] s_magics =
    [
        (ImageFormat.Qed, 0, "QED\0"u8.ToArray()),
        (ImageFormat.Vmdk, 0, "KDMV"u8.ToArray()),
        (ImageFormat.Vmdk, 0, "COWD"u8.ToArray()),
        (ImageFormat.Vdi, 64, [0x7f, 0x10, 0xda, 0xbe]),
        (ImageFormat.Vpc, 0, "conectix"u8.ToArray()),
        (ImageFormat.Vhdx, 0, "vhdxfile"u8.ToArray()),
        (ImageFormat.Luks, 0, [.. "LUKS"u8, 0xba, 0xbe]),
        (ImageFormat.Bochs, 0, "Bochs Virtual HD Image"u8.ToArray()),
        (ImageFormat.Cloop, 0, "#!/bin/sh\n#V2.0 Format"u8.ToArray()),
        (ImageFormat.Ploop, 0, "WithoutFreeSpace"u8.ToArray()),
        (ImageFormat.Ploop, 0, "WithouFreSpacExt"u8.ToArray()),
    ];

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Storage, e is UnauthorizedAccessException ? 13 : e.HResult & 0xffff, $"cannot open '{path}': {e.Message}", e);
        }
    }

    private static ReadOnlySpan<byte> ReadHead(SafeFileHandle handle, string path, Span<byte> head)
    {
        try
        {
            var filled = 0;
            while (filled < head.Length && RandomAccess.Read(handle, head[filled..], filled) is > 0 and var read)
            {
                filled += read;
            }

            return head[..filled];
        }
        catch (IOException e)
        {
            throw VireoException.System(ErrorDomain.Storage, e.HResult & 0xffff, $"cannot read header of '{path}': {e.Message}", e);
        }
    }
}
