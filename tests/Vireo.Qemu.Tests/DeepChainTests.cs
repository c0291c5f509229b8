using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>Chains as deep as backup tools make them.</summary>
public sealed class DeepChainTests
{
    [Fact]
    public async Task Chain_of_200_overlays_boots_reverts_and_deletes()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        const int depth = 200;
        for (int i = 0; i < depth; i++)
        {
            await WriteAsync(lab, i);
            await lab.VirshAsync(lab.SnapshotArguments(Name(i)));
        }

        await using (var guest = await lab.BootAsync())
            (await guest.AskAsync("DISKS")).ShouldBe("vda");
        (await lab.VirshAsync("dumpxml", "guest")).Split("<backingStore type=").Length.ShouldBe(depth + 1);
        await lab.VireoAsync("snapshot-revert", "guest", Name(depth / 2), "--running", "--allow-respawn");
        await using (var guest = await lab.SerialAsync())
            (await guest.AskAsync("DISKS")).ShouldBe("vda");
        await lab.VireoAsync("snapshot-delete", "guest", Name(depth / 4));
        await lab.VirshAsync("destroy", "guest");
        await lab.VireoAsync("snapshot-delete", "guest", Name(depth / 3));

        // The snapshot was taken after its own write, and what lies below it was merged twice meanwhile.
        await VerifyAsync(lab, depth / 2);
        await lab.VireoAsync("snapshot-revert", "guest", Name(depth - 1));
        await VerifyAsync(lab, depth - 1);
        await lab.VireoAsync("snapshot-delete", "guest", Name(0), "--children");
        await VerifyAsync(lab, depth - 1);
        Directory.GetFiles(lab.Folder, "disk0.*").ShouldHaveSingleItem();
        await lab.CheckImagesAsync();
    }

    private static string Name(int index) => "s" + index.ToString(CultureInfo.InvariantCulture);

    private static async Task WriteAsync(GuestLab lab, int index) => await ProgramRun.CheckAsync(
        "qemu-io", "-f", "qcow2", "-c", $"write -P {index + 1} {index * 8}k 4k", (await lab.DisksAsync())["vda"]);

    private static async Task VerifyAsync(GuestLab lab, int last)
    {
        string[] reads = [.. Enumerable.Range(0, 200).SelectMany(i => new[] { "-c", $"read -P {(i <= last ? i + 1 : 0)} {i * 8}k 4k" })];
        (await ProgramRun.CheckAsync("qemu-io", ["-r", "-f", "qcow2", .. reads, (await lab.DisksAsync())["vda"]])).ShouldNotContain("verification failed");
    }
}
