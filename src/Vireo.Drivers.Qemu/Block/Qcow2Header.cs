using System.Buffers.Binary;
using System.Text;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>What the header of a qcow2 image says. Guests cannot write it, other people's images can say anything: every length is bounded.</summary>
internal sealed record Qcow2Header
{
    /// <summary>First bytes of the format.</summary>
    public const uint Magic = 0x514649fb;

    /// <summary>QEMU's own bound on the backing file's name.</summary>
    public const int MaxBackingName = 1023;

    internal const uint BackingFormatExtension = 0xe2792aca;
    internal const uint DataFileExtension = 0x44415441;
    private const int MaxHeader = 64 * 1024;
    private const int Version2Length = 72;
    private const int Version3Length = 104;
    private const int MaxExtensions = 64;
    private const ulong DirtyBit = 1, CorruptBit = 2, DataFileBit = 4, CompressionBit = 8, ExtendedL2Bit = 16;
    private const ulong BitmapsBit = 1;

    /// <summary>2 or 3.</summary>
    public required uint Version { get; init; }

    /// <summary>Size of the disk in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>Size of a cluster in bytes.</summary>
    public required int ClusterSize { get; init; }

    /// <summary>How the image names its backing file; null without one.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The backing file's format by the image's metadata; null when it does not say.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>Where the guest's data lies when it is not in this file.</summary>
    public string? DataFile { get; init; }

    /// <summary>Whether data lies in another file.</summary>
    public bool HasDataFile { get; init; }

    /// <summary>0 none, 1 AES, 2 LUKS.</summary>
    public required uint Encryption { get; init; }

    /// <summary>How many internal snapshots it holds.</summary>
    public required uint InternalSnapshots { get; init; }

    /// <summary>Whether it holds dirty bitmaps.</summary>
    public bool HasBitmaps { get; init; }

    /// <summary>Whether it was marked as corrupt.</summary>
    public bool Corrupt { get; init; }

    /// <summary>Offset of the level 1 table.</summary>
    public required ulong Level1Offset { get; init; }

    /// <summary>Entries in the level 1 table.</summary>
    public required uint Level1Entries { get; init; }

    /// <summary>Reads a header out of the first bytes of an image (up to one cluster; 64 KiB are enough for all that QEMU writes).</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="path">The image, for messages.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is no valid qcow2 header.</exception>
    public static Qcow2Header Parse(ReadOnlySpan<byte> head, string path)
    {
        head = head[..Math.Min(head.Length, MaxHeader)];
        if (head.Length < Version2Length || Word(head, 0) != Magic)
        {
            throw Bad(path, "it is too short or does not begin with the qcow2 magic");
        }

        var version = Word(head, 4);
        if (version is not (2 or 3))
        {
            throw Bad(path, $"version {version} is unknown");
        }

        if (version == 3 && head.Length < Version3Length)
        {
            throw Bad(path, "it is too short");
        }

        var features = version == 3 ? Long(head, 72) : 0;
        if ((features & ~(DirtyBit | CorruptBit | DataFileBit | CompressionBit | ExtendedL2Bit)) is not 0 and var unknown)
        {
            throw Bad(path, $"it uses unknown incompatible features 0x{unknown:x}");
        }

        var clusterBits = Word(head, 20);
        var size = Long(head, 24);
        if (clusterBits is < 9 or > 21)
        {
            throw Bad(path, $"its cluster size 2^{clusterBits} is not within 512 bytes and 2 MiB");
        }

        if (size > long.MaxValue)
        {
            throw Bad(path, $"its size {size} is out of range");
        }

        var headerLength = version == 3 ? Word(head, 100) : Version2Length;
        var backing = BackingName(head, path);
        var (backingFormat, dataFile) = Extensions(head, headerLength, path);
        return new Qcow2Header
        {
            Version = version,
            VirtualSize = (long)size,
            ClusterSize = 1 << (int)clusterBits,
            BackingFile = backing,
            BackingFormat = backing is null ? null : backingFormat,
            DataFile = dataFile,
            HasDataFile = (features & DataFileBit) != 0,
            Encryption = Word(head, 32),
            InternalSnapshots = Word(head, 60),
            HasBitmaps = version == 3 && (Long(head, 88) & BitmapsBit) != 0,
            Corrupt = (features & CorruptBit) != 0,
            Level1Offset = Long(head, 40),
            Level1Entries = Word(head, 36),
        };
    }

    private static string? BackingName(ReadOnlySpan<byte> head, string path)
    {
        var offset = Long(head, 8);
        var length = Word(head, 16);
        if (offset == 0 || length == 0)
        {
            return null;
        }

        if (length > MaxBackingName || offset < Version2Length || offset > (ulong)head.Length || length > (ulong)head.Length - offset)
        {
            throw Bad(path, "its backing file name lies outside of the header or is too long");
        }

        return Text(head.Slice((int)offset, (int)length), path, "backing file name");
    }

    private static (string? BackingFormat, string? DataFile) Extensions(ReadOnlySpan<byte> head, uint headerLength, string path)
    {
        string? format = null, dataFile = null;
        var at = (long)headerLength;
        if (headerLength < Version2Length || at > head.Length)
        {
            throw Bad(path, $"its header length {headerLength} is out of range");
        }

        for (var count = 0; count < MaxExtensions && at + 8 <= head.Length; count++)
        {
            var kind = Word(head, (int)at);
            var length = Word(head, (int)at + 4);
            at += 8;
            if (kind == 0)
            {
                return (format, dataFile);
            }

            if (length > head.Length - at)
            {
                throw Bad(path, "a header extension lies outside of the header");
            }

            var body = head.Slice((int)at, (int)length);
            if (kind == BackingFormatExtension)
            {
                format = length <= 15 ? Text(body, path, "backing format") : throw Bad(path, "its backing format's name is too long");
            }
            else if (kind == DataFileExtension)
            {
                dataFile = length <= MaxBackingName ? Text(body, path, "data file name") : throw Bad(path, "its data file's name is too long");
            }

            at += (length + 7) & ~7L;
        }

        return (format, dataFile);
    }

    private static string Text(ReadOnlySpan<byte> bytes, string path, string what)
    {
        if (bytes.Contains((byte)0))
        {
            throw Bad(path, $"its {what} contains a zero byte");
        }

        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Bad(path, $"its {what} is not UTF-8");
        }
    }

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static ulong Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);

    private static VireoException Bad(string path, string why) =>
        VireoException.Internal(ErrorDomain.Storage, $"image '{path}' is not a valid qcow2 image: {why}");
}
