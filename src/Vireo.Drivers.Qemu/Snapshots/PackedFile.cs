using System.IO.Compression;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Small files as a snapshot's stored metadata has them: most of what they hold is empty.</summary>
internal static class PackedFile
{
    // UEFI of ARM has as much room for its variables.
    private const int LargestFile = 64 << 20;
    private const int Piece = 1 << 16;

    /// <summary>A file, packed.</summary>
    /// <exception cref="VireoException">As <see cref="Read"/>.</exception>
    public static string Pack(string path)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(Read(path));
        }

        return Convert.ToBase64String(packed.ToArray());
    }

    /// <summary>What was packed.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the metadata is broken.</exception>
    public static byte[] Unpack(string packed)
    {
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var piece = new byte[Piece];
            while (content.Length < LargestFile && deflate.Read(piece) is > 0 and var read)
            {
                content.Write(piece, 0, read);
            }

            return content.ToArray();
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw VireoException.Internal(ErrorDomain.DomainSnapshot, $"a file in the snapshot's metadata is broken: {e.Message}", e);
        }
    }

    /// <summary>A file as it is now.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: it cannot be read, or is too large to be packed.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return FileStatus.TryOf(path) is { Kind: FileKind.Regular } && new FileInfo(path).Length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"file '{path}' is no regular file of {LargestFile} bytes at most");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"cannot read file '{path}': {e.Message}", e);
        }
    }
}
