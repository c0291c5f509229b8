namespace Vireo.Qemu.Tests;

/// <summary>
/// The file system on which the daemon keeps its metadata is really full, but for one page more each time, until an operation fits: until then it fails and nothing has changed, or a deletion has not
/// forgotten its snapshots. No daemon is started anew in between.
/// </summary>
public sealed class FullDiskTests
{
    private const int Page = 4096;

    [Theory]
    [InlineData("lib")]
    [InlineData("etc")]
    [InlineData("run")]
    public async Task Operation_for_which_there_is_no_room_changes_nothing(string place)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.Daemon.StopAsync();
        string folder = Path.Combine(lab.Daemon.Root, place);
        Directory.Move(folder, folder + ".old");
        Directory.CreateDirectory(folder);
        await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder);
        try
        {
            await ProgramRun.CheckAsync("cp", "-a", folder + ".old/.", folder);
            await lab.Daemon.StartAsync();
            await lab.VirshAsync("start", "guest");
            await lab.VirshAsync(lab.SnapshotArguments("s1"));
            await lab.VirshAsync(lab.SnapshotArguments("s2"));
            int tried = await FillAsync(lab, folder, lab.SnapshotArguments("s3"), "s1 s2 s3");
            tried += await FillAsync(lab, folder, ["snapshot-revert", "guest", "s2", "--running", "--allow-respawn"], "s1 s2 s3");
            tried += await FillAsync(lab, folder, ["snapshot-delete", "guest", "s1", "--children-only"], "s1");
            Console.WriteLine($"{place}: {tried} points tried");
            await lab.VirshAsync("destroy", "guest");
            await lab.CheckImagesAsync();
        }
        finally
        {
            await lab.Daemon.KillAsync();
            await ProgramRun.CheckAsync("umount", "-l", folder);
        }
    }

    private static async Task<int> FillAsync(GuestLab lab, string folder, string[] operation, string snapshots)
    {
        var before = await DomainPicture.TakeAsync(lab);
        var guests = lab.Guests();
        for (int pages = 0; ; pages++)
        {
            string filler = Path.Combine(folder, ".filler");
            await File.WriteAllBytesAsync(filler, new byte[new DriveInfo(folder).AvailableFreeSpace - (pages * Page)]);
            var result = await Client.VireoAsync(lab.Daemon, operation);
            File.Delete(filler);
            var after = await DomainPicture.TakeAsync(lab);
            if (result.ExitCode == 0)
            {
                (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty(lab.Daemon.Log);
                after.Snapshots.ShouldBe(snapshots);
                return pages;
            }

            result.Error.ShouldContain("No space left on device");
            lab.Guests().ShouldBe(guests);
            if (operation[0] == "snapshot-delete")
            {
                // What is merged is merged; deleting it again goes on with it.
                after.Snapshots.ShouldBe(before.Snapshots);
                continue;
            }

            after.ShouldBe(before, $"{pages} pages are free: {result}");
            (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty(lab.Daemon.Log);
            Directory.EnumerateFiles(lab.Daemon.Root, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        }
    }
}
