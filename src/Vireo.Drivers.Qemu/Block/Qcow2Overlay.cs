using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>
/// An empty qcow2 image over a backing file, or over none, written directly: header, one refcount table, one refcount block and a level 1 table of zeros.
/// It costs a few small writes, where a run of qemu-img costs a process.
/// </summary>
/// <param name="VirtualSize">Size of the disk in bytes; rounded up to whole sectors.</param>
/// <param name="BackingFile">The name to store, as QEMU is to resolve it: absolute, or relative to the overlay's directory; null for none.</param>
/// <param name="BackingFormat">The backing file's format.</param>
internal sealed record Qcow2Overlay(long VirtualSize, string? BackingFile, ImageFormat BackingFormat)
{
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int HeaderLength = 112;
    private const int Sector = 512;
    private const int MaxLevel1Bytes = 32 * 1024 * 1024;
    private const long BytesPerLevel1Entry = (long)ClusterSize * (ClusterSize / 8);
    private const long RefcountTableAt = ClusterSize;
    private const long RefcountBlockAt = 2 * ClusterSize;
    private const long Level1At = 3 * ClusterSize;

    /// <summary>Writes the image into an empty file, or onto a block device.</summary>
    /// <param name="handle">The file, open for writing.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="onDevice">Whether it is a block device, which keeps its length and holds anything.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the disk is too large or the backing file's name too long; VIR_ERR_SYSTEM_ERROR: writing failed.</exception>
    public void WriteTo(SafeFileHandle handle, string path, bool onDevice = false)
    {
        var size = (VirtualSize + Sector - 1) / Sector * Sector;
        var entries = Math.Max(1, (size + BytesPerLevel1Entry - 1) / BytesPerLevel1Entry);
        if (VirtualSize < 0 || entries * 8 > MaxLevel1Bytes)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"a disk of {VirtualSize} bytes is too large for a qcow2 overlay '{path}'");
        }

        var level1Clusters = ((entries * 8) + ClusterSize - 1) / ClusterSize;
        var end = Level1At + (level1Clusters * ClusterSize);
        var failure = $"cannot write overlay '{path}'";
        if (onDevice)
        {
            FileSystemCalls.Write(handle, path, new byte[end], 0, failure);
        }

        FileSystemCalls.Write(handle, path, Header(size, (uint)entries, path), 0, failure);
        Span<byte> table = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(table, RefcountBlockAt);
        FileSystemCalls.Write(handle, path, table, RefcountTableAt, failure);
        var refcounts = new byte[(3 + level1Clusters) * 2];
        for (var i = 1; i < refcounts.Length; i += 2)
        {
            refcounts[i] = 1;
        }

        FileSystemCalls.Write(handle, path, refcounts, RefcountBlockAt, failure);
        if (!onDevice)
        {
            FileSystemCalls.SetLength(handle, path, end, failure);
        }
    }

    /// <summary>Whether anything was ever written to the disk of an overlay that began empty.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_INTERNAL_ERROR: it cannot be read.</exception>
    public static bool IsTouched(string path)
    {
        var header = ImageProbe.Read(path, ImageFormat.Qcow2).Qcow2!;
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var table = new byte[Math.Min(header.Level1Entries * 8L, MaxLevel1Bytes)];
        var read = RandomAccess.Read(handle, table, (long)header.Level1Offset);
        return table.AsSpan(0, read).ContainsAnyExcept((byte)0);
    }

    private byte[] Header(long size, uint entries, string path)
    {
        if (BackingFile is null)
        {
            return Header(size, entries, HeaderLength + 8);
        }

        var name = Encoding.UTF8.GetBytes(BackingFile);
        if (name.Length is 0 or > Qcow2Header.MaxBackingName)
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Storage,
                $"the name of the backing file of '{path}' takes {name.Length} bytes; qcow2 allows {Qcow2Header.MaxBackingName}");
        }

        var format = Encoding.ASCII.GetBytes(BackingFormat.QemuDriver());
        var formatRoom = (format.Length + 7) & ~7;
        var nameAt = HeaderLength + 8 + formatRoom + 8;
        var header = Header(size, entries, nameAt + name.Length);
        var w = header.AsSpan();
        BinaryPrimitives.WriteUInt64BigEndian(w[8..], (ulong)nameAt);
        BinaryPrimitives.WriteUInt32BigEndian(w[16..], (uint)name.Length);
        BinaryPrimitives.WriteUInt32BigEndian(w[HeaderLength..], Qcow2Header.BackingFormatExtension);
        BinaryPrimitives.WriteUInt32BigEndian(w[(HeaderLength + 4)..], (uint)format.Length);
        format.CopyTo(w[(HeaderLength + 8)..]);
        name.CopyTo(w[nameAt..]);
        return header;
    }

    private static byte[] Header(long size, uint entries, int room)
    {
        var header = new byte[room];
        var w = header.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(w, Qcow2Header.Magic);
        BinaryPrimitives.WriteUInt32BigEndian(w[4..], 3);
        BinaryPrimitives.WriteUInt32BigEndian(w[20..], ClusterBits);
        BinaryPrimitives.WriteUInt64BigEndian(w[24..], (ulong)size);
        BinaryPrimitives.WriteUInt32BigEndian(w[36..], entries);
        BinaryPrimitives.WriteUInt64BigEndian(w[40..], Level1At);
        BinaryPrimitives.WriteUInt64BigEndian(w[48..], RefcountTableAt);
        BinaryPrimitives.WriteUInt32BigEndian(w[56..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(w[96..], 4); // refcounts of 2^4 bits
        BinaryPrimitives.WriteUInt32BigEndian(w[100..], HeaderLength);
        return header;
    }
}
