using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>At every fault point of an export and an import the daemon is killed, or the step fails, or a file cannot be written. Afterwards everything is there, or nothing.</summary>
public sealed class ArchiveFaultTests
{
    [Theory]
    [InlineData("kill")]
    [InlineData("error")]
    public async Task All_or_nothing(string how)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.VirshAsync("snapshot-create-as", "guest", "i0");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VireoAsync("snapshot-export", "guest", lab["guest.tar"]);
        string target = Directory.CreateDirectory(lab["elsewhere"]).FullName;
        string[] before = [.. Directory.EnumerateFileSystemEntries(lab.Folder).Order()];
        string[] points = [.. FaultPoints.All.Where(p => p.Split('.') is [_, "export" or "import", _]).Append(FaultPoints.JournalDocument)];
        string[] writes = how == "kill" ? [] : [$"{FaultPoints.ExportPlanned}:ENOSPC@8", $"{FaultPoints.ImportJournalled}:ENOSPC@4", $"{FaultPoints.ImportFileNamed}:EIO@6"];
        string[] faults = [.. points.Select(p => $"{p}:{how}"), .. writes];
        foreach (string fault in faults)
        {
            await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = fault });
            string[] command = fault.StartsWith("snapshot.export.", StringComparison.Ordinal)
                ? ["snapshot-export", "guest", lab["more.tar"]]
                : ["snapshot-import", lab["guest.tar"], "--name", "two", "--directory", target];
            var result = await Client.VireoAsync(lab.Daemon, command);
            result.ExitCode.ShouldBe(1, $"{fault}: {result}");
            if (how == "kill")
                await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(20));
            else
                await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync();

            bool there = fault.Split(':')[0] is FaultPoints.ImportCommitted or FaultPoints.ImportDocumentsWritten or FaultPoints.JournalDocument;
            (await lab.VirshAsync("list", "--all", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(there ? ["guest", "two"] : ["guest"], ignoreOrder: true, $"{fault}\n{lab.Daemon.Log}");
            Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/journal")).ShouldBeEmpty(fault);
            if (there)
            {
                (await lab.VirshAsync("snapshot-list", "two", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["i0", "s1"], customMessage: fault);
                (await lab.VireoAsync("snapshot-verify", "two")).ShouldContain("nothing wrong", customMessage: fault);
                await lab.VirshAsync("snapshot-revert", "two", "i0");
                await lab.VirshAsync("undefine", "two", "--snapshots-metadata");
                foreach (string file in Directory.EnumerateFiles(target))
                    File.Delete(file);
            }

            Directory.EnumerateFiles(target).ShouldBeEmpty(fault);
            Directory.EnumerateFileSystemEntries(lab.Folder).Order().ShouldBe(before, ignoreOrder: false, customMessage: fault);
            Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/snapshot"), "*", SearchOption.AllDirectories).ShouldAllBe(f => f.Contains("/guest/", StringComparison.Ordinal));
        }

        Console.WriteLine($"export and import, {how}: {faults.Length} points tried");
    }
}
