using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>An image and the internal snapshot within it that is meant.</summary>
/// <param name="Target">The disk: vda.</param>
/// <param name="Path">The image; qcow2.</param>
/// <param name="Tag">The snapshot's name.</param>
internal sealed record TaggedImage(string Target, string Path, string Tag);

/// <summary>One snapshot within a qcow2 image.</summary>
/// <param name="Id">The number that QEMU gave it. QEMU looks for it before it looks for names, so a name may mean another snapshot.</param>
/// <param name="Name">Its name.</param>
/// <param name="Memory">Bytes of the guest's memory that the image holds with it; 0 for none.</param>
/// <param name="CreationTime">When it was taken, in seconds since 1970.</param>
internal sealed record InternalSnapshot(string Id, string Name, ulong Memory, long CreationTime)
{
    /// <summary>Whether the image holds the guest's memory with it.</summary>
    public bool HasMemory => Memory > 0;

    /// <summary>QEMU cuts longer names off without a word.</summary>
    public const int LongestName = 255;

    // QEMU's own bounds.
    private const uint MostSnapshots = 65536;
    private const int LongestExtra = 1024;
    private const int EntryLength = 40;

    /// <summary>The snapshots within an image; a hypervisor may have it open.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read; VIR_ERR_INTERNAL_ERROR: it is no valid qcow2 image.</exception>
    public static IReadOnlyList<InternalSnapshot> Read(string path)
    {
        var header = ImageProbe.Read(path, ImageFormat.Qcow2).Qcow2!;
        if (header.InternalSnapshots == 0)
        {
            return [];
        }

        if (header.InternalSnapshots > MostSnapshots)
        {
            throw Bad(path);
        }

        try
        {
            using var image = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadTable(image, path, header.InternalSnapshots);
        }
        catch (IOException e)
        {
            throw VireoException.System(ErrorDomain.Storage, e.HResult & 0xffff, $"cannot read the snapshots of '{path}': {e.Message}", e);
        }
    }

    /// <summary>The snapshot of that name within an image; null when there is none.</summary>
    public static InternalSnapshot? Find(string path, string name) => Read(path).FirstOrDefault(s => s.Name == name);

    private static List<InternalSnapshot> ReadTable(SafeFileHandle image, string path, uint count)
    {
        Span<byte> entry = stackalloc byte[EntryLength];
        Fill(image, path, entry[..8], 64);
        var at = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(entry), long.MaxValue / 2);
        var found = new List<InternalSnapshot>();
        for (var i = 0u; i < count; i++)
        {
            Fill(image, path, entry, at);
            var idLength = BinaryPrimitives.ReadUInt16BigEndian(entry[12..]);
            var nameLength = BinaryPrimitives.ReadUInt16BigEndian(entry[14..]);
            var memory = (ulong)BinaryPrimitives.ReadUInt32BigEndian(entry[32..]);
            var extraLength = BinaryPrimitives.ReadUInt32BigEndian(entry[36..]);
            if (extraLength > LongestExtra)
            {
                throw Bad(path);
            }

            var rest = new byte[extraLength + idLength + nameLength];
            Fill(image, path, rest, at + EntryLength);
            if (extraLength >= 8)
            {
                memory = BinaryPrimitives.ReadUInt64BigEndian(rest);
            }

            found.Add(new InternalSnapshot(
                Encoding.UTF8.GetString(rest, (int)extraLength, idLength),
                Encoding.UTF8.GetString(rest, (int)extraLength + idLength, nameLength),
                memory,
                BinaryPrimitives.ReadUInt32BigEndian(entry[16..])));
            at += (EntryLength + rest.Length + 7) & ~7;
        }

        return found;
    }

    private static void Fill(SafeFileHandle image, string path, Span<byte> bytes, long at)
    {
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = RandomAccess.Read(image, bytes[filled..], at + filled);
            filled += read > 0 ? read : throw Bad(path);
        }
    }

    private static VireoException Bad(string path) => VireoException.Internal(ErrorDomain.Storage, $"the table of snapshots of image '{path}' is broken");
}
