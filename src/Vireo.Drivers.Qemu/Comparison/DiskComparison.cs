namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>A disk as somebody reads it.</summary>
internal interface IDiskView : IAsyncDisposable
{
    /// <summary>Its size in bytes.</summary>
    long Size { get; }

    /// <summary>What lies at an offset within it; for one byte at least.</summary>
    ValueTask<BlockState> StateAsync(long offset, CancellationToken cancellationToken);

    /// <summary>Reads; all of it lies within the disk.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>
/// Finds where two disks differ, in sectors. What both have from an image that both stand on, and what both read as zeros, is not read; all else is, a piece at a time.
/// </summary>
/// <param name="from">One disk.</param>
/// <param name="to">The other.</param>
/// <param name="own">How many images each has above those that both stand on; null when there are none such.</param>
internal sealed class DiskComparison(IDiskView from, IDiskView to, (int From, int To)? own)
{
    private const int Sector = 512;
    private const int Piece = 1 << 20;
    private readonly byte[] _from = new byte[Piece];
    private readonly byte[] _to = new byte[Piece];

    /// <summary>Compares all of them.</summary>
    /// <param name="found">Gets the differences; what only the larger disk has is one.</param>
    /// <param name="progress">Told how many bytes are compared.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RunAsync(DifferenceList found, Action<long> progress, CancellationToken cancellationToken)
    {
        var common = Math.Min(from.Size, to.Size);
        for (var at = 0L; at < common;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (a, b) = (await from.StateAsync(at, cancellationToken).ConfigureAwait(false), await to.StateAsync(at, cancellationToken).ConfigureAwait(false));
            var length = Math.Min(Math.Min(a.Length, b.Length), common - at);
            if (!IsSame(a, b))
            {
                length = Math.Min(length, Piece);
                await ReadAsync(from, a, at, _from.AsMemory(0, (int)length), cancellationToken).ConfigureAwait(false);
                await ReadAsync(to, b, at, _to.AsMemory(0, (int)length), cancellationToken).ConfigureAwait(false);
                Compare(at, (int)length, found);
            }

            at += length;
            progress(at);
        }

        found.Add(common, Math.Max(from.Size, to.Size) - common);
    }

    private bool IsSame(BlockState a, BlockState b) =>
        (a.Zero && b.Zero) || (own is { } above && (a.Depth == 0 || a.Depth > above.From) && (b.Depth == 0 || b.Depth > above.To));

    private static async ValueTask ReadAsync(IDiskView disk, BlockState state, long at, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (state.Zero)
        {
            buffer.Span.Clear();
        }
        else
        {
            await disk.ReadAsync(at, buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Compare(long at, int length, DifferenceList found)
    {
        ReadOnlySpan<byte> a = _from.AsSpan(0, length), b = _to.AsSpan(0, length);
        for (var i = 0; i < length;)
        {
            i += a[i..].CommonPrefixLength(b[i..]) / Sector * Sector;
            if (i < length)
            {
                var sector = Math.Min(Sector, length - i);
                if (!a.Slice(i, sector).SequenceEqual(b.Slice(i, sector)))
                {
                    found.Add(at + i, sector);
                }

                i += sector;
            }
        }
    }
}

/// <summary>The differences of a disk: all are counted, the first of them are kept.</summary>
/// <param name="most">How many are kept.</param>
internal sealed class DifferenceList(int most)
{
    private readonly List<(long Offset, long Length)> _extents = [];
    private (long Offset, long Length) _last;

    /// <summary>Bytes that differ.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many extents there are; those that touch are one.</summary>
    public long Count { get; private set; }

    /// <summary>Those that are kept, in their order.</summary>
    public IEnumerable<(long Offset, long Length)> Extents => Count > 0 && _extents.Count < most ? _extents.Append(_last) : _extents;

    /// <summary>Adds one that lies behind all others.</summary>
    public void Add(long offset, long length)
    {
        if (length == 0)
        {
            return;
        }

        Bytes += length;
        if (Count > 0 && _last.Offset + _last.Length == offset)
        {
            _last.Length += length;
            return;
        }

        if (Count > 0 && _extents.Count < most)
        {
            _extents.Add(_last);
        }

        _last = (offset, length);
        Count++;
    }
}
