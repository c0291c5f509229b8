using Vireo.Drivers.Qemu.Archive;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Archive;

/// <summary>Which parts of a file an archive holds.</summary>
public sealed class SparseMapTests
{
    private const int Page = 4096;

    [Theory]
    [InlineData(0, new int[] { }, "0+0")]
    [InlineData(1 << 20, new int[] { }, "1048576+0")]
    [InlineData(Page, new[] { 0 }, "0+4096")]
    [InlineData(1 << 20, new[] { 0, 8 * Page, 512 << 10 }, "0+36864 524288+4096 1048576+0")]
    [InlineData(1 << 20, new[] { 512 << 10, (1 << 20) - Page }, "524288+4096 1044480+4096")]
    public void Data_are_found_and_small_holes_are_not_told_apart(int size, int[] pages, string expected)
    {
        using var files = new TemporaryDirectory();
        using var file = File.OpenHandle(files["file"], FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, size);
        foreach (var at in pages)
        {
            RandomAccess.Write(file, Enumerable.Repeat((byte)1, Page).ToArray(), at);
        }

        var map = SparseMap.Of(file, files["file"]);

        string.Join(' ', map.Extents.Select(e => $"{e.Start}+{e.Length}")).ShouldBe(expected);
        (map.Encode().Length % 512).ShouldBe(0);
        using var stored = new StoredFile(files["file"], _ => { }, default);
        using var content = new MemoryStream();
        stored.CopyTo(content);
        content.Length.ShouldBe(stored.Length);
        stored.Length.ShouldBe(512 + map.DataLength);
    }
}
