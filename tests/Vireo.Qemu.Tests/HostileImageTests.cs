namespace Vireo.Qemu.Tests;

/// <summary>
/// Images, names and documents made to lead the daemon astray, by stock virsh: what a guest can write is taken for the bytes that it is; what is impossible is refused, and nothing is opened or changed.
/// </summary>
public sealed class HostileImageTests
{
    private const int Longest = 240;

    [Theory]
    [InlineData("{secret}")]
    [InlineData("""json:{"driver":"raw","file":{"driver":"file","filename":"{secret}"}}""")]
    [InlineData("nbd://127.0.0.1:1/x")]
    [InlineData("disk0.raw")]
    public async Task Raw_disk_in_which_the_guest_has_written_the_header_of_an_image_stays_raw(string backing)
    {
        using var outside = new ScratchDirectory("vs");
        await File.WriteAllTextAsync(outside["secret"], new string('s', 512));
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1, disk: _ => new TestDisk("vda", "disk0.raw", Format: "raw"));
        await LayAsync(lab["disk0.raw"], backing.Replace("{secret}", outside["secret"], StringComparison.Ordinal), "raw", outside);
        string before = Sum(lab["disk0.raw"]);

        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await lab.VirshAsync("snapshot-delete", "guest", "s2");
        await lab.VirshAsync("blockpull", "guest", "vda", "--wait", "--bandwidth", "1");
        await OnlyOwnImagesShouldBeOpenAsync(lab, outside);
        await lab.VirshAsync("snapshot-revert", "guest", "s1");
        await lab.VirshAsync(lab.SnapshotArguments("s3"));
        await lab.VirshAsync("start", "guest");
        await OnlyOwnImagesShouldBeOpenAsync(lab, outside);
        await lab.VirshAsync("destroy", "guest");
        (await ProgramRun.CheckAsync("qemu-img", "info", "--output=json", lab["disk0.s3"])).ShouldContain("\"backing-filename-format\": \"qcow2\"");
        await lab.VirshAsync("snapshot-delete", "guest", "s1", "--children");

        Sum(lab["disk0.raw"]).ShouldBe(before);
    }

    [Fact]
    public async Task Chains_that_have_no_end_or_no_format_are_neither_started_nor_built_upon()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        string disk = lab["disk0.qcow2"];

        await RebaseAsync(disk, disk, "qcow2");
        await ShouldBeRefusedAsync(lab, "self-referential");

        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", disk, "-F", "qcow2", lab["disk0.other"], "16M");
        await RebaseAsync(disk, lab["disk0.other"], "qcow2");
        await ShouldBeRefusedAsync(lab, "self-referential");

        await RebaseAsync(disk, lab["missing"], "qcow2");
        await ShouldBeRefusedAsync(lab, "No such file or directory");

        await ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-f", "qcow2", "-b", "", lab["disk0.other"]);
        await RebaseAsync(disk, lab["disk0.other"], "qcow2");
        await RemoveBackingFormatAsync(disk);
        await ShouldBeRefusedAsync(lab, "was not specified in the image metadata");

        await RebaseAsync(disk, """json:{"driver":"curl","url":"http://127.0.0.1:1/"}""", "raw");
        await ShouldBeRefusedAsync(lab, "cannot resolve backing file");

        await RebaseAsync(disk, "nbd:127.0.0.1:1", "raw");
        await ShouldBeRefusedAsync(lab, "cannot resolve backing file");
    }

    [Fact]
    public async Task Chain_that_is_too_long_is_not_started_and_never_made()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        string below = lab["base"];
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", below, "16M");
        for (int i = 2; i < Longest; i++)
        {
            string above = lab[$"layer{i}"];
            File.Copy(below, above);
            await RebaseAsync(above, below, "qcow2");
            below = above;
        }

        // With the disk itself these are as many as there may be.
        await RebaseAsync(lab["disk0.qcow2"], below, "qcow2");
        (await Client.VirshAsync(lab.Daemon, lab.SnapshotArguments("s1"))).Error.ShouldContain($"has {Longest} images, as many as it may");
        File.Exists(lab["disk0.s1"]).ShouldBeFalse();

        await RebaseAsync(lab["base"], lab["disk0.qcow2"] + ".last", "qcow2");
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", lab["disk0.qcow2"] + ".last", "16M");
        await ShouldBeRefusedAsync(lab, $"is deeper than {Longest} images");
    }

    [Fact]
    public async Task Names_that_lead_elsewhere_are_refused()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        string redefined = await lab.VirshAsync("snapshot-dumpxml", "guest", "s1");
        string before = await PictureAsync(lab);

        foreach (string name in (string[])["a/b", "../a", "..", ".a", "/a", "a\nb", "a\tb"])
        {
            await RefusedAsync(lab, "invalid snapshot name", "snapshot-create-as", "guest", name, "--disk-only", "--diskspec", $"vda,file={lab["disk0.x"]}");
            await File.WriteAllTextAsync(lab["domain.xml"], redefined.Replace("<name>s1</name>", $"<name>{name}</name>", StringComparison.Ordinal));
            await RefusedAsync(lab, "invalid snapshot name", "snapshot-create", "guest", lab["domain.xml"], "--redefine");
        }

        foreach (string path in (string[])[$"{lab.Folder}/../x", $"{lab.Folder}/./x", $"{lab.Folder}/", $"{lab.Folder}/a&#10;b", "x", "../x"])
        {
            await File.WriteAllTextAsync(lab["domain.xml"], $"<domainsnapshot><name>s2</name><disks><disk name='vda' snapshot='external'><source file='{path}'/></disk></disks></domainsnapshot>");
            await RefusedAsync(lab, "path", "snapshot-create", "guest", lab["domain.xml"], "--disk-only");
            await File.WriteAllTextAsync(lab["domain.xml"], $"<domainsnapshot><name>s2</name><memory snapshot='external' file='{path}'/></domainsnapshot>");
            await RefusedAsync(lab, "path", "snapshot-create", "guest", lab["domain.xml"]);
        }

        (await PictureAsync(lab)).ShouldBe(before);
    }

    [Fact]
    public async Task File_that_somebody_needs_is_not_taken_for_an_overlay()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        foreach (string other in (string[])["running", "defined"])
        {
            var domain = new TestDomain(other) { Memory = 32, Disks = [new TestDisk("vda", lab[$"disk.{other}"])] };
            await domain.CreateImagesAsync();
            await File.WriteAllTextAsync(lab["domain.xml"], domain.ToXml());
            await lab.VirshAsync("define", lab["domain.xml"]);
        }

        await lab.VirshAsync("start", "running");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", lab["disk.defined"], "-F", "qcow2", lab["disk.astray"], "16M");
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", "nbd://127.0.0.1:1/x", "-F", "raw", lab["disk.network"], "16M");
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", lab["disk0.s1"], "-F", "qcow2", lab["disk.prepared"], "16M");
        string before = await PictureAsync(lab);

        foreach (string file in (string[])["disk.running", "disk.defined", "disk0.s1", "disk1.s1", "disk0.qcow2", "disk1.qcow2"])
        {
            await RefusedAsync(lab, "already exists", [.. Snapshot(lab, file)]);
            await RefusedAsync(lab, "cannot take what is written from now on", [.. Snapshot(lab, file), "--reuse-external"]);
        }

        foreach (string file in (string[])["disk.astray", "disk.network"])
            await RefusedAsync(lab, "and not on", [.. Snapshot(lab, file), "--reuse-external"]);
        (await PictureAsync(lab)).ShouldBe(before);
        await lab.VirshAsync([.. Snapshot(lab, "disk.prepared"), "--reuse-external"]);
        await lab.VirshAsync("destroy", "running");
    }

    [Fact]
    public async Task Metadata_that_is_given_makes_no_loop_and_costs_no_other_domain_its_images()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        var other = new TestDomain("other") { Memory = 32, Disks = [new TestDisk("vda", lab["disk.other"])] };
        await other.CreateImagesAsync();
        await File.WriteAllTextAsync(lab["domain.xml"], other.ToXml());
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        string first = await lab.VirshAsync("snapshot-dumpxml", "guest", "s1");
        string before = await PictureAsync(lab);

        foreach (var (parent, why) in new[] { ("s1", "as its own parent"), ("s2", "would create cycle to s1"), ("s9", "not found") })
        {
            await File.WriteAllTextAsync(lab["domain.xml"], first.Replace("<name>s1</name>", $"<name>s1</name><parent><name>{parent}</name></parent>", StringComparison.Ordinal));
            await RefusedAsync(lab, why, "snapshot-create", "guest", lab["domain.xml"], "--redefine");
        }

        (await PictureAsync(lab)).ShouldBe(before);
        await File.WriteAllTextAsync(
            lab["domain.xml"],
            first.Replace("<name>s1</name>", "<name>s3</name>", StringComparison.Ordinal).Replace(lab["disk0.qcow2"], lab["disk.other"], StringComparison.Ordinal)
                .Replace(lab["disk0.s1"], lab["disk.other"], StringComparison.Ordinal));
        await lab.VirshAsync("snapshot-create", "guest", lab["domain.xml"], "--redefine");
        await lab.VirshAsync("snapshot-delete", "guest", "s3");
        (await PictureAsync(lab)).ShouldBe(before);
    }

    private static string[] Snapshot(GuestLab lab, string file) => ["snapshot-create-as", "guest", "s2", "--disk-only", "--diskspec", $"vda,file={lab[file]}", "--diskspec", "vdb,snapshot=no"];

    /// <summary>Writes the header of an image that stands on something else into a raw disk.</summary>
    private static async Task LayAsync(string disk, string backing, string format, ScratchDirectory scratch)
    {
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", format, scratch["header"], "16M");
        await using var target = new FileStream(disk, FileMode.Open, FileAccess.Write);
        await target.WriteAsync(await File.ReadAllBytesAsync(scratch["header"]));
    }

    private static Task RebaseAsync(string image, string backing, string format) => ProgramRun.CheckAsync("qemu-img", "rebase", "-u", "-f", "qcow2", "-b", backing, "-F", format, image);

    /// <summary>Makes the part of a qcow2 header that names the backing file's format one that nobody knows.</summary>
    private static async Task RemoveBackingFormatAsync(string image)
    {
        byte[] bytes = await File.ReadAllBytesAsync(image);
        int at = bytes.AsSpan(0, 4096).IndexOf((ReadOnlySpan<byte>)[0xe2, 0x79, 0x2a, 0xca]);
        bytes.AsSpan(at, 4).Fill(0x11);
        await File.WriteAllBytesAsync(image, bytes);
    }

    private static string Sum(string path) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

    private static async Task RefusedAsync(GuestLab lab, string why, params string[] command)
    {
        var result = await Client.VirshAsync(lab.Daemon, command);
        result.ExitCode.ShouldBe(1, $"{string.Join(' ', command)}: {result}");
        result.Error.ShouldContain(why, Case.Sensitive, string.Join(' ', command));
    }

    /// <summary>The domain can neither be started nor snapshotted, and that changes nothing.</summary>
    private static async Task ShouldBeRefusedAsync(GuestLab lab, string why)
    {
        string before = await PictureAsync(lab);
        await RefusedAsync(lab, why, "start", "guest");
        await RefusedAsync(lab, why, lab.SnapshotArguments("s1"));
        await RefusedAsync(lab, why, "snapshot-create-as", "guest", "s1");
        lab.Guests().ShouldBeEmpty();
        (await PictureAsync(lab)).ShouldBe(before);
    }

    private static async Task OnlyOwnImagesShouldBeOpenAsync(GuestLab lab, ScratchDirectory outside)
    {
        int guest = lab.Guests().ShouldHaveSingleItem();
        var open = Directory.EnumerateFiles($"/proc/{guest}/fd").Select(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName).OfType<string>().ToList();
        open.ShouldContain(path => path.StartsWith(lab["disk0"], StringComparison.Ordinal));
        open.ShouldNotContain(path => path.StartsWith(outside.Path, StringComparison.Ordinal));
        (await ProgramRun.CheckAsync("qemu-img", "info", "-U", "--output=json", (await lab.DisksAsync())["vda"])).ShouldNotContain(outside.Path);
    }

    /// <summary>What must not change: the domain, its snapshots and every byte of the images and of the metadata; but for the list of what forgotten snapshots have made.</summary>
    private static async Task<string> PictureAsync(GuestLab lab) => string.Join(
        '\n',
        (await DomainPicture.TakeAsync(lab)).ToString(),
        string.Join('\n', DirectoryFingerprint.Of(lab.Folder, path => Path.GetFileName(path) != "domain.xml").OrderBy(f => f.Key)),
        string.Join('\n', DirectoryFingerprint.Of(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/snapshot"), path => Path.GetFileName(path) != ".made").OrderBy(f => f.Key)));
}
