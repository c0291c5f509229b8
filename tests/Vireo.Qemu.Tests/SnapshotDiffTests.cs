namespace Vireo.Qemu.Tests;

/// <summary>`snapshot-diff` says where the disks of two snapshots differ and by how much, and what differs in the documents; it changes nothing.</summary>
public sealed class SnapshotDiffTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frozen_images_are_compared_byte_by_byte(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await WriteAsync(lab["disk0.qcow2"], "write -P 0x11 0 2M");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));

        // The same bytes again, a sector, zeros over data, data over a hole.
        await WriteAsync(lab["disk0.s1"], "write -P 0x11 64k 64k", "write -P 0x22 512k 512", "write -z 1M 64k", "write -P 0x33 8M 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteAsync(lab["disk0.s2"], "write -P 0x11 1M 64k", "write -P 0x44 15M 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s3"));
        if (running)
            await lab.VirshAsync("start", "guest");
        var before = await DomainPicture.TakeAsync(lab);

        string told = await lab.VireoAsync("snapshot-diff", "guest", "s1", "s2", "--extents");
        Words(told, "vda", "changed").ShouldBe($"vda changed {512 + 65536 + (1 << 20)} 3");
        Words(told, "vdb", "same").ShouldBe("vdb same 0 0");
        foreach (string extent in new[] { "vda 524288 512", "vda 1048576 65536", "vda 8388608 1048576" })
            told.Split('\n').Select(Compact).ShouldContain(extent);
        told.ShouldContain($" devices/disk[vda]/source/@file: '{lab["disk0.qcow2"]}' -> '{lab["disk0.s1"]}'");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s3", "s1"), "vda", "changed").ShouldBe($"vda changed {512 + (2 << 20)} 3");
        (await lab.VireoAsync("snapshot-diff", "guest", "s1", "s1", "--summary")).ShouldContain("0 of 2 disks, 0 bytes, 0 values of the document differ");

        // Branches share what is below them.
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--stopped");
        await WriteAsync((await lab.DisksAsync())["vda"], "write -P 0x55 0 64k");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s1"), "vda", "changed").ShouldBe("vda changed 65536 1");
        Words(await lab.VireoAsync("snapshot-diff", "guest", "s2"), "vda", "changed").ShouldBe($"vda changed {65536 + 512 + 65536 + (1 << 20)} 4");

        (await DomainPicture.TakeAsync(lab)).Snapshots.ShouldBe(before.Snapshots);
        await lab.CheckImagesAsync();
        Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "run"), "nbd-*", SearchOption.AllDirectories).ShouldBeEmpty();
        OwnedProcesses.Naming(lab.Folder, "qemu-nbd").ShouldBeEmpty();
    }

    private static Task WriteAsync(string image, params string[] commands) =>
        ProgramRun.CheckAsync("qemu-io", ["-f", "qcow2", .. commands.SelectMany(c => new[] { "-c", c }), image]);

    private static string Words(string table, params string[] first) =>
        table.Split('\n').Select(Compact).FirstOrDefault(line => line.StartsWith(string.Join(' ', first), StringComparison.Ordinal)) ?? table;

    private static string Compact(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
