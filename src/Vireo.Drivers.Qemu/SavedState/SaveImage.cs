using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>
/// The head of a file that holds a guest's memory: libvirt's save image, so that either reads the other's. The hypervisor's migration stream follows it, packed or not.
/// </summary>
/// <param name="DomainXml">The document of the domain whose memory it is.</param>
/// <param name="WasRunning">Whether the guest runs when it is restored.</param>
internal sealed record SaveImage(string DomainXml, bool WasRunning)
{
    private const int HeaderLength = 92;
    private const int Version = 2;
    private const int Alignment = 64 * 1024;
    private const int LargestText = 64 * 1024 * 1024;

    // What the head has beyond its texts, so that a longer document can take the place of the one that is there.
    private const int Spare = 64 * 1024;

    /// <summary>How the stream is packed, as the file says; it may be a number that nobody knows.</summary>
    public ImageCompression Compression { get; init; }

    /// <summary>What the document leaves out and the restored guest needs; null for nothing.</summary>
    public string? Cookie { get; init; }

    /// <summary>The length of the head in a file that is there; null for the least that this head needs, and some more.</summary>
    public long? ReservedLength { get; init; }

    /// <summary>Where the migration stream begins.</summary>
    public long StreamOffset => ReservedLength ?? (HeaderLength + TextLength + Spare + Alignment - 1) / Alignment * Alignment;

    private static ReadOnlySpan<byte> Complete => "LibvirtQemudSave"u8;

    private static ReadOnlySpan<byte> Partial => "LibvirtQemudPart"u8;

    private long TextLength => Stored(DomainXml) + (Cookie is null ? 0 : Stored(Cookie));

    /// <summary>Writes the head of a file whose stream is still to come; <see cref="MarkComplete"/> makes it valid.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void WriteTo(SafeFileHandle handle, string path) => Write(handle, Bytes(Partial), path);

    /// <summary>Writes the head over that of a complete file. See <see cref="ReservedLength"/>.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it does not fit; VIR_ERR_SYSTEM_ERROR.</exception>
    public void ReplaceIn(SafeFileHandle handle, string path)
    {
        if (HeaderLength + TextLength > StreamOffset)
        {
            throw Bad("new xml too large to fit in file");
        }

        Write(handle, Bytes(Complete), path);
        FileSystemCalls.SyncFile(handle, path);
    }

    /// <summary>The stream is complete: from now on the file counts.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void MarkComplete(SafeFileHandle handle, string path)
    {
        // The stream first: a file that says it is complete must be.
        FileSystemCalls.SyncFile(handle, path);
        Write(handle, Complete, path);
        FileSystemCalls.SyncFile(handle, path);
    }

    /// <summary>Whether a file was left by somebody who did not come to its end: without a head, or with one that says so.</summary>
    public static bool IsUnfinished(SafeFileHandle handle)
    {
        Span<byte> head = stackalloc byte[HeaderLength];
        return Fill(handle, head, 0) < HeaderLength || head.StartsWith(Partial);
    }

    /// <summary>Whether a file says that it is complete.</summary>
    public static bool IsComplete(SafeFileHandle handle)
    {
        Span<byte> magic = stackalloc byte[Complete.Length];
        return Fill(handle, magic, 0) == magic.Length && magic.SequenceEqual(Complete);
    }

    /// <summary>Reads the head of a file.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is no complete save image that can be read.</exception>
    public static SaveImage Read(SafeFileHandle handle)
    {
        Span<byte> head = stackalloc byte[HeaderLength];
        if (Fill(handle, head, 0) < HeaderLength)
        {
            throw Bad("failed to read qemu header");
        }

        if (!head.StartsWith(Complete))
        {
            throw Bad(head.StartsWith(Partial) ? "save image is incomplete" : "image magic is incorrect");
        }

        // The words have the byte order of whoever wrote them.
        var swapped = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) > Version;
        uint Word(ReadOnlySpan<byte> at) => swapped ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        if (Word(head[16..]) is > Version and var version)
        {
            throw Bad($"image version is not supported ({version} > {Version})");
        }

        var length = Word(head[20..]);
        var cookie = Word(head[32..]);
        if (length == 0 || cookie > length)
        {
            throw Bad($"invalid header data length: {unchecked((int)length)}");
        }

        return new SaveImage(Text(handle, HeaderLength, cookie == 0 ? length : cookie, "domain XML"), Word(head[24..]) != 0)
        {
            Compression = (ImageCompression)Word(head[28..]),
            Cookie = cookie == 0 ? null : Text(handle, HeaderLength + cookie, length - cookie, "cookie"),
            ReservedLength = HeaderLength + (long)length,
        };
    }

    // A text ends with its zero; what follows that is spare.
    private static string Text(SafeFileHandle handle, long at, uint length, string what)
    {
        var there = RandomAccess.GetLength(handle);
        if (length > LargestText || (there > 0 && at + length > there))
        {
            throw Bad($"failed to read {what}");
        }

        var bytes = new byte[length];
        if (Fill(handle, bytes, at) < length)
        {
            throw Bad($"failed to read {what}");
        }

        var end = bytes.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }

    private static int Stored(string text) => Encoding.UTF8.GetByteCount(text) + 1;

    private static int Fill(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(handle, buffer[filled..], offset + filled) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }

    private static void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, string path) => FileSystemCalls.Write(handle, path, bytes, 0, $"cannot write '{path}'");

    private static VireoException Bad(string why) => VireoException.OperationFailed(ErrorDomain.Qemu, why);

    private byte[] Bytes(ReadOnlySpan<byte> magic)
    {
        var bytes = new byte[StreamOffset];
        magic.CopyTo(bytes);
        void Word(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        Word(16, Version);
        Word(20, (uint)(bytes.Length - HeaderLength));
        Word(24, WasRunning ? 1u : 0u);
        Word(28, (uint)Compression);
        Encoding.UTF8.GetBytes(DomainXml, bytes.AsSpan(HeaderLength));
        if (Cookie is not null)
        {
            var at = Stored(DomainXml);
            Word(32, (uint)at);
            Encoding.UTF8.GetBytes(Cookie, bytes.AsSpan(HeaderLength + at));
        }

        return bytes;
    }
}
