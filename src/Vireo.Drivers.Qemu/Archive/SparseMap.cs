using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>A part of a file.</summary>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="Length">Bytes that it has.</param>
internal readonly record struct Extent(long Start, long Length)
{
    /// <summary>Where it ends.</summary>
    public long End => Start + Length;
}

/// <summary>
/// Which parts of a file hold data; the rest are holes. In an archive it stands before the data in GNU tar's sparse format 1.0, decimal numbers a line each, so that
/// other programs unpack it too.
/// </summary>
/// <param name="Size">Length of the file in bytes.</param>
/// <param name="Extents">The parts, in order. An empty one at the end says that the file ends with a hole.</param>
internal sealed record SparseMap(long Size, IReadOnlyList<Extent> Extents)
{
    private const int Block = 512;
    private const int MostExtents = 1 << 18;
    private const int MostDigits = 18;

    // A hole that is smaller costs about as much to be named as to be kept.
    private const long SmallestHole = 64 * 1024;

    /// <summary>Bytes of data.</summary>
    public long DataLength => Extents.Sum(e => e.Length);

    /// <summary>Of a file that nobody writes to.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SparseMap Of(SafeFileHandle handle, string path)
    {
        var size = RandomAccess.GetLength(handle);
        var extents = Joined(FileSystemCalls.Data(handle, path, size).Select(d => new Extent(d.Start, d.End - d.Start)), SmallestHole);
        for (var hole = 2 * SmallestHole; extents.Count >= MostExtents; hole *= 2)
        {
            extents = Joined(extents, hole);
        }

        if (extents.Count == 0 || extents[^1].End < size)
        {
            extents.Add(new Extent(size, 0));
        }

        return new SparseMap(size, extents);
    }

    /// <summary>As it stands in an archive: whole blocks.</summary>
    public byte[] Encode()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Extents.Count}\n");
        foreach (var extent in Extents)
        {
            text.Append(CultureInfo.InvariantCulture, $"{extent.Start}\n{extent.Length}\n");
        }

        return Encoding.ASCII.GetBytes(text.Append('\0', (Block - (text.Length % Block)) % Block).ToString());
    }

    /// <summary>Reads the map that stands before an entry's data.</summary>
    /// <param name="stored">The entry, from its beginning.</param>
    /// <param name="size">The length that the file is to have.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is no map, or does not fit the file.</exception>
    public static SparseMap Read(StoredReader stored, long size)
    {
        var block = new byte[Block];
        var at = Block;
        long Next()
        {
            long number = 0;
            for (var digits = 0; digits <= MostDigits; digits++)
            {
                if (at == Block)
                {
                    stored.Fill(block);
                    at = 0;
                }

                var character = block[at++];
                if (character == '\n' && digits > 0)
                {
                    return number;
                }

                number = character is >= (byte)'0' and <= (byte)'9' ? (number * 10) + (character - '0') : throw stored.Bad("its list of data is no list of numbers");
            }

            throw stored.Bad("its list of data has a number that is too large");
        }

        var extents = new List<Extent>();
        for (var left = Next() is var count and <= MostExtents ? count : throw stored.Bad($"its list of data has more than {MostExtents} parts"); left > 0; left--)
        {
            var extent = new Extent(Next(), Next());
            var end = extents.Count == 0 ? 0 : extents[^1].End;
            extents.Add(extent.Start >= end && extent.End <= size ? extent : throw stored.Bad("its list of data is out of order, or goes beyond the file's end"));
        }

        var map = new SparseMap(size, extents);
        return map.DataLength == stored.Left ? map : throw stored.Bad("its list of data tells of more or less than there is");
    }

    private static List<Extent> Joined(IEnumerable<Extent> extents, long hole)
    {
        var joined = new List<Extent>();
        foreach (var extent in extents)
        {
            if (joined.Count > 0 && extent.Start - joined[^1].End < hole)
            {
                joined[^1] = joined[^1] with { Length = extent.End - joined[^1].Start };
            }
            else
            {
                joined.Add(extent);
            }
        }

        return joined;
    }
}
