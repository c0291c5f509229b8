using Vireo.Drivers.Qemu.Comparison;

namespace Vireo.Drivers.Qemu.Tests.Comparison;

/// <summary>Where two disks differ, and what of them is not read for that.</summary>
public sealed class DiskComparisonTests
{
    private const int Piece = 1 << 20;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(511, 2)]
    [InlineData(Piece - 1, 2)]
    [InlineData((3 * Piece) + 511, 1)]
    public async Task Differences_are_whole_sectors_and_those_that_touch_are_one(int at, int length)
    {
        var (a, b) = (new Disk((3 * Piece) + 512), new Disk((3 * Piece) + 512));
        b.Bytes.AsSpan(at, length).Fill(1);

        var found = await CompareAsync(a, b, null);

        var first = at / 512 * 512;
        var end = ((at + length + 511) / 512) * 512;
        found.Extents.ShouldBe([(first, end - first)]);
        (found.Bytes, found.Count).ShouldBe((end - first, 1));
    }

    [Fact]
    public async Task A_random_pair_differs_where_it_does()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var (a, b) = (new Disk(random.Next(1, 40) * 512), new Disk(random.Next(1, 40) * 512));
            for (var i = random.Next(12); i > 0; i--)
            {
                var disk = random.Next(2) == 0 ? a : b;
                disk.Bytes[random.Next(disk.Bytes.Length)] = (byte)random.Next(256);
            }

            var common = Math.Min(a.Bytes.Length, b.Bytes.Length);
            var sectors = Enumerable.Range(0, common / 512).Where(s => !a.Bytes.AsSpan(s * 512, 512).SequenceEqual(b.Bytes.AsSpan(s * 512, 512))).Select(s => s * 512L)
                .Concat(Enumerable.Range(common / 512, Math.Abs(a.Bytes.Length - b.Bytes.Length) / 512).Select(s => s * 512L));

            var found = await CompareAsync(a, b, null);

            found.Extents.SelectMany(e => Enumerable.Range(0, (int)e.Length / 512).Select(s => e.Offset + (s * 512L))).ShouldBe(sectors);
            found.Bytes.ShouldBe(found.Extents.Sum(e => e.Length));
        }
    }

    [Fact]
    public async Task What_both_have_from_below_and_what_is_zero_in_both_is_not_read()
    {
        // The bytes differ, so that whatever is read shows.
        var a = new Disk(4 * 512) { States = [new(512, false, 3), new(512, true, 1), new(512, false, 3), new(512, true, 1)] };
        var b = new Disk(4 * 512) { States = [new(512, false, 2), new(512, true, 1), new(512, false, 1), new(512, false, 0)] };
        b.Bytes.AsSpan().Fill(1);

        (await CompareAsync(a, b, (2, 1))).Extents.ShouldBe([(2 * 512, 2 * 512)]);
        b.Reads.ShouldBe([2 * 512, 3 * 512]);
        a.Reads.ShouldBe([2 * 512]);
        (await CompareAsync(a, b, null)).Extents.ShouldBe([(0, 512), (2 * 512, 2 * 512)]);
    }

    [Fact]
    public void All_are_counted_and_the_first_are_kept()
    {
        var list = new DifferenceList(2);
        foreach (var at in new[] { 0, 10, 11, 20, 30 })
        {
            list.Add(at, 1);
        }

        list.Extents.ShouldBe([(0, 1), (10, 2)]);
        (list.Count, list.Bytes).ShouldBe((4, 5));
    }

    private static async Task<DifferenceList> CompareAsync(IDiskView a, IDiskView b, (int, int)? own)
    {
        var found = new DifferenceList(1000);
        await new DiskComparison(a, b, own).RunAsync(found, _ => { }, CancellationToken.None);
        return found;
    }

    private sealed class Disk(int size) : IDiskView
    {
        public byte[] Bytes { get; } = new byte[size];

        public BlockState[] States { get; init; } = [new(size, false, 1)];

        public List<long> Reads { get; } = [];

        public long Size => Bytes.Length;

        public ValueTask<BlockState> StateAsync(long offset, CancellationToken cancellationToken)
        {
            foreach (var state in States)
            {
                if (offset < state.Length)
                {
                    return ValueTask.FromResult(state with { Length = state.Length - offset });
                }

                offset -= state.Length;
            }

            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            Reads.Add(offset);
            Bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
