using System.Buffers.Binary;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>The head of an encrypted volume, version 1 of the format: it is none of the disk.</summary>
internal static class LuksHeader
{
    private const int Length = 112;
    private const int VersionAt = 6;
    private const int PayloadAt = 104;
    private const int Sector = 512;

    /// <summary>Size of the disk within, in bytes; null when it is no such volume, which is for QEMU to say.</summary>
    /// <param name="path">The volume.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public static long? PayloadSize(string path)
    {
        var length = ImageProbe.Read(path, ImageFormat.Luks).Length;
        using var handle = Vireo.Host.Files.HostFile.OpenExisting(path, domain: ErrorDomain.Storage);
        Span<byte> head = stackalloc byte[Length];
        var read = RandomAccess.Read(handle, head, 0);
        var payload = read == Length ? BinaryPrimitives.ReadUInt32BigEndian(head[PayloadAt..]) * (long)Sector : 0;
        return !head.StartsWith("LUKS"u8) || BinaryPrimitives.ReadUInt16BigEndian(head[VersionAt..]) != 1 || payload <= 0 || payload > length
            ? null
            : length - payload;
    }
}
