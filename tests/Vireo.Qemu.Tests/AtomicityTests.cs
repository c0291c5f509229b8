namespace Vireo.Qemu.Tests;

/// <summary>A snapshot of N disks of which disk k cannot be made changes nothing: documents, images and files are byte-identical to before.</summary>
public sealed class AtomicityTests
{
    private const int Disks = 4;

    public static IEnumerable<TheoryDataRow<string, bool>> Obstacles() =>
        from obstacle in (string[])["missing directory", "read-only directory", "existing file", "full file system", "device that cannot be written"]
        from running in (bool[])[true, false]
        select new TheoryDataRow<string, bool>(obstacle, running);

    [Theory]
    [MemberData(nameof(Obstacles))]
    public async Task Nothing_changes_when_one_disk_cannot_be_made(string obstacle, bool running)
    {
        await using var lab = await GuestLab.CreateAsync(disks: Disks, linux: false);
        if (running)
            await lab.VirshAsync("start", "guest", "--paused");
        await lab.VirshAsync(lab.SnapshotArguments("good"));
        await using var place = await ObstaclePlace.CreateAsync(obstacle, lab.Folder);
        var guests = lab.Guests();

        for (int k = 0; k < Disks; k++)
        {
            string document = await lab.VirshAsync("dumpxml", "guest");
            string stored = await lab.VirshAsync("dumpxml", "guest", "--inactive");
            var images = DirectoryFingerprint.Of(lab.Folder);
            var state = DirectoryFingerprint.Of(lab.Daemon.Root, name => !name.EndsWith(".log", StringComparison.Ordinal));

            var result = await Client.VirshAsync(lab.Daemon, lab.SnapshotArguments("bad", index => index == k ? place.Path : lab[$"disk{index}.bad"]));

            result.ExitCode.ShouldBe(1, $"disk {k}, {obstacle}: {result}");
            result.Error.ShouldContain(place.Path, Case.Sensitive, "the message names the file");
            DirectoryFingerprint.Differences(images, DirectoryFingerprint.Of(lab.Folder)).ShouldBeEmpty($"disk {k}, {obstacle}");
            DirectoryFingerprint.Differences(state, DirectoryFingerprint.Of(lab.Daemon.Root, name => !name.EndsWith(".log", StringComparison.Ordinal)))
                .ShouldBeEmpty($"disk {k}, {obstacle}");
            (await lab.VirshAsync("dumpxml", "guest")).ShouldBe(document);
            (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldBe(stored);
            (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["good"]);
            lab.Guests().ShouldBe(guests);
        }

        await lab.VirshAsync(lab.SnapshotArguments("next"));
        (await lab.VirshAsync("snapshot-current", "guest", "--name")).Trim().ShouldBe("next");
    }
}
