using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// The head of a file that holds a guest's memory: libvirt's save image, so that either reads the other's. The hypervisor's migration stream follows it.
/// </summary>
/// <param name="DomainXml">The live document of the domain whose memory it is.</param>
/// <param name="WasRunning">Whether the guest ran when it was saved.</param>
internal sealed record SaveImage(string DomainXml, bool WasRunning)
{
    private const int HeaderLength = 92;
    private const int Version = 2;
    private const int Alignment = 64 * 1024;
    private const int MaxXml = 64 * 1024 * 1024;

    private static ReadOnlySpan<byte> Complete => "LibvirtQemudSave"u8;

    private static ReadOnlySpan<byte> Partial => "LibvirtQemudPart"u8;

    /// <summary>Where the migration stream begins.</summary>
    public long StreamOffset => Length(Encoding.UTF8.GetByteCount(DomainXml) + 1);

    /// <summary>Writes the head of a file whose stream is still to come; <see cref="MarkComplete"/> makes it valid.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void WriteTo(SafeFileHandle handle, string path)
    {
        var bytes = new byte[StreamOffset];
        Partial.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), (uint)(bytes.Length - HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), WasRunning ? 1u : 0u);
        Encoding.UTF8.GetBytes(DomainXml, bytes.AsSpan(HeaderLength));
        Write(handle, bytes, path);
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

    /// <summary>Reads the head of a memory file.</summary>
    /// <returns>The head and where the stream begins.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is no complete save image that can be read; VIR_ERR_SYSTEM_ERROR: it cannot be opened.</exception>
    public static (SaveImage Image, long StreamOffset) Read(SafeFileHandle handle, string path)
    {
        Span<byte> head = stackalloc byte[HeaderLength];
        if (Fill(handle, head, 0) < HeaderLength)
        {
            throw Bad(path, "it is too short");
        }

        if (head.StartsWith(Partial))
        {
            throw Bad(path, "it is incomplete: the guest's memory was not saved to the end");
        }

        if (!head.StartsWith(Complete))
        {
            throw Bad(path, "image magic is incorrect");
        }

        var big = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) > 0xffff;
        uint Word(ReadOnlySpan<byte> at) => big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        var version = Word(head[16..]);
        var length = Word(head[20..]);
        if (version is not (1 or 2))
        {
            throw Bad(path, $"image version is not supported ({version} > {Version})");
        }

        if (Word(head[28..]) is not 0 and var compression)
        {
            throw Bad(path, $"it is compressed (method {compression}), which is not supported");
        }

        if (length is 0 or > MaxXml)
        {
            throw Bad(path, $"invalid XML length: {length}");
        }

        var data = new byte[length];
        if (Fill(handle, data, HeaderLength) < length)
        {
            throw Bad(path, "it is too short");
        }

        var end = data.AsSpan().IndexOf((byte)0);
        var xml = Encoding.UTF8.GetString(data, 0, end < 0 ? data.Length : end);
        return (new SaveImage(xml, Word(head[24..]) != 0), HeaderLength + (long)length);
    }

    private static long Length(int xml) => (HeaderLength + (long)xml + Alignment - 1) / Alignment * Alignment;

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

    private static VireoException Bad(string path, string why) => VireoException.OperationFailed(ErrorDomain.Qemu, $"cannot read memory file '{path}': {why}");
}
