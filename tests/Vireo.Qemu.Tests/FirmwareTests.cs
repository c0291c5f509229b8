namespace Vireo.Qemu.Tests;

/// <summary>The variables of a guest's firmware belong to its snapshots.</summary>
public sealed class FirmwareTests
{
    private const int Size = 128 * 1024;

    [Fact]
    public async Task Variables_are_taken_with_a_snapshot_and_come_back_with_it()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, firmware: true);
        await WriteAsync(lab, '1');
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await WriteAsync(lab, '2');
        await lab.VirshAsync("start", "guest");

        // While the guest runs: the new process has the file before the old one is gone.
        (await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn", "--dry-run")).ShouldContain($"write {lab["vars.fd"]}");
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn", "--keep-current", "k1");
        (await ReadAsync(lab)).ShouldBe('1');
        (await lab.VirshAsync("snapshot-dumpxml", "guest", "s1")).ShouldNotContain("irmwareVariables");
        await lab.VirshAsync("snapshot-revert", "guest", "k1");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("shut off");
        (await ReadAsync(lab)).ShouldBe('2');
        await lab.VirshAsync("snapshot-revert", "guest", "s1");
        (await ReadAsync(lab)).ShouldBe('1');

        await lab.VirshAsync("snapshot-revert", "guest", "s1", "--running", "--reset-nvram");
        (await ReadAsync(lab)).ShouldBe('\xff');
        await lab.VirshAsync("destroy", "guest");

        // Metadata that comes back without them changes nothing.
        await File.WriteAllTextAsync(lab["s1.xml"], await lab.VirshAsync("snapshot-dumpxml", "guest", "s1"), TestContext.Current.CancellationToken);
        await lab.VirshAsync("snapshot-create", "guest", lab["s1.xml"], "--redefine", "--current");
        File.Delete(lab["s1.xml"]);
        await lab.VirshAsync("snapshot-revert", "guest", "s1");
        (await ReadAsync(lab)).ShouldBe('1');
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
    }

    private static Task WriteAsync(GuestLab lab, char content) => File.WriteAllBytesAsync(lab["vars.fd"], [.. Enumerable.Repeat((byte)content, Size)]);

    private static async Task<char> ReadAsync(GuestLab lab)
    {
        byte[] content = await File.ReadAllBytesAsync(lab["vars.fd"]);
        content.Length.ShouldBe(Size);
        return (char)content.Distinct().Single();
    }
}
