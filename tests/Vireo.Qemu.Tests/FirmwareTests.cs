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

    [Fact]
    public async Task Firmware_that_the_start_chooses_runs_and_writes_variables_that_are_the_domains()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        string variables = Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/nvram/guest_VARS.fd");
        string xml = await lab.VirshAsync("dumpxml", "guest");
        await File.WriteAllTextAsync(lab["efi.xml"], xml.Replace("<os>", "<os firmware='efi'>", StringComparison.Ordinal).Replace("32768", "131072", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await lab.VirshAsync("define", lab["efi.xml"]);
        await lab.VirshAsync("start", "guest");
        string template = System.Xml.Linq.XElement.Parse(await lab.VirshAsync("dumpxml", "guest")).Element("os")!.Element("nvram")!.Attribute("template")!.Value;
        byte[] pristine = await File.ReadAllBytesAsync(template, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(!File.ReadAllBytes(variables).AsSpan().SequenceEqual(pristine)), "the firmware writes a variable", seconds: 60);
        File.GetUnixFileMode(variables).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await lab.VirshAsync("destroy", "guest");

        // The definition names no file; a snapshot of it has the variables all the same.
        (await lab.VirshAsync("dumpxml", "guest")).ShouldNotContain("nvram");
        byte[] booted = await File.ReadAllBytesAsync(variables, TestContext.Current.CancellationToken);
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only");
        await lab.VirshAsync("start", "guest", "--paused", "--reset-nvram");
        (await File.ReadAllBytesAsync(variables, TestContext.Current.CancellationToken)).ShouldBe(pristine);
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-revert", "guest", "s1");
        (await File.ReadAllBytesAsync(variables, TestContext.Current.CancellationToken)).ShouldBe(booted);

        await lab.VirshAsync("snapshot-delete", "guest", "s1");
        (await Client.VirshAsync(lab.Daemon, "undefine", "guest")).Error.ShouldContain("cannot undefine domain with nvram");
        await lab.VirshAsync("undefine", "guest", "--nvram");
        File.Exists(variables).ShouldBeFalse();
    }

    private static Task WriteAsync(GuestLab lab, char content) => File.WriteAllBytesAsync(lab["vars.fd"], [.. Enumerable.Repeat((byte)content, Size)]);

    private static async Task<char> ReadAsync(GuestLab lab)
    {
        byte[] content = await File.ReadAllBytesAsync(lab["vars.fd"]);
        content.Length.ShouldBe(Size);
        return (char)content.Distinct().Single();
    }
}
