using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>At every fault point of a clone the daemon is killed, or the step fails. Afterwards there is a whole new domain, or neither a domain nor a file.</summary>
public sealed class CloneFaultTests
{
    [Theory]
    [InlineData("kill")]
    [InlineData("error")]
    public async Task All_or_nothing(string how)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        string[] before = [.. Directory.EnumerateFiles(lab.Folder).Order()];
        string[] points = [.. FaultPoints.All.Where(p => p.StartsWith("snapshot.clone.", StringComparison.Ordinal)), FaultPoints.JournalDocument];
        foreach (string point in points)
        {
            string[] linked = point is FaultPoints.CloneImageNamed or FaultPoints.CloneCommitted ? ["--linked"] : [];
            await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = $"{point}:{how}" });
            var result = await Client.VireoAsync(lab.Daemon, ["snapshot-clone", "guest", "s1", "one", .. linked]);
            result.ExitCode.ShouldBe(1, $"{point}: {result}");
            if (how == "kill")
                await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(20));
            else
                await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync();

            bool there = point is FaultPoints.CloneCommitted or FaultPoints.CloneDocumentsWritten or FaultPoints.JournalDocument;
            (await lab.VirshAsync("list", "--all", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(there ? ["guest", "one"] : ["guest"], ignoreOrder: true, $"{point}\n{lab.Daemon.Log}");
            Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/journal")).ShouldBeEmpty(point);
            if (there)
            {
                await lab.CheckImagesAsync();
                await lab.VirshAsync("start", "one", "--paused");
                await lab.VirshAsync("destroy", "one");
                await lab.VirshAsync("undefine", "one");
                File.Delete(lab["one-vda.qcow2"]);
                File.Delete(lab["one-vdb.qcow2"]);
            }

            Directory.EnumerateFiles(lab.Folder).ShouldBe(before, ignoreOrder: true, point);
        }

        Console.WriteLine($"clone, {how}: {points.Length} points tried");
    }
}
