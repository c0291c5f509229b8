using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>New domains out of snapshots: whole, with an identity of their own, and safe from what becomes of the snapshot.</summary>
public sealed class CloneTests
{
    private const string Devices =
        "<interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>" +
        "<channel type='unix'><source mode='bind' path='DIR/guest-chan.sock'/><target type='virtio' name='org.example.0'/></channel>" +
        "<graphics type='vnc' port='5987' autoport='no'/>";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Clone_has_the_disks_of_its_snapshot_and_an_identity_of_its_own(bool running, bool linked)
    {
        await using var lab = await PrepareAsync(running);
        string directory = Directory.CreateDirectory(lab["clones"]).FullName;

        await lab.VireoAsync(["snapshot-clone", "guest", "s1", "one", .. linked ? (string[])["--linked"] : []]);
        await lab.VireoAsync(["snapshot-clone", "guest", "s2", "two", "--directory", directory, .. linked ? (string[])["--linked"] : []]);

        (await SampleAsync(lab["one-vda.qcow2"])).ShouldBe("11 00");
        (await SampleAsync(lab["clones/two-vda.qcow2"])).ShouldBe("11 22");
        (await ProgramRun.CheckAsync("qemu-img", "info", lab["one-vda.qcow2"])).Contains("backing file:", StringComparison.Ordinal).ShouldBe(linked);
        (await lab.VirshAsync("list", "--all", "--name", "--persistent")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ShouldBe(["guest", "one", "two"]);
        (await lab.VirshAsync("snapshot-list", "one", "--name")).Trim().ShouldBeEmpty();
        var source = XElement.Parse(await lab.VirshAsync("dumpxml", "guest", "--inactive"));
        var clone = XElement.Parse(await lab.VirshAsync("dumpxml", "one"));
        foreach (string own in new[] { "uuid", "name" })
            clone.Element(own)!.Value.ShouldNotBe(source.Element(own)!.Value);
        clone.Descendants("mac").Single().Attribute("address")!.Value.ShouldNotBe("52:54:00:11:22:33");
        clone.Descendants("graphics").Single().Attribute("autoport")!.Value.ShouldBe("yes");
        clone.Descendants("source").Attributes("path").Select(p => p.Value).Distinct().ShouldBe([lab["one-serial.sock"], lab["one-chan.sock"]], ignoreOrder: true);

        // Beside its source, after the daemon was away; and what it writes is its own.
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await lab.VirshAsync("start", "two", "--paused");
        await lab.VirshAsync("destroy", "two");
        string before = await ContentAsync(lab["clones/two-vda.qcow2"]);
        await WriteAsync(lab["one-vda.qcow2"], 0x55, "0 16M");
        (await ContentAsync(lab["clones/two-vda.qcow2"])).ShouldBe(before);
        (await SampleAsync(lab["disk0.qcow2"])).ShouldBe("11 00");
        await lab.CheckImagesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Internal_snapshot_is_copied_and_never_linked_to(bool running)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await WriteAsync(lab["disk0.qcow2"], 0x11, "0 1M");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        await WriteAsync(lab["disk0.qcow2"], 0x22, "0 2M");
        if (running)
            await lab.VirshAsync("start", "guest", "--paused");

        var refused = await Client.VireoAsync(lab.Daemon, "snapshot-clone", "guest", "s1", "one", "--linked");
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("clone it without --linked");
        await lab.VireoAsync("snapshot-clone", "guest", "s1", "one");

        (await SampleAsync(lab["one-vda.qcow2"])).ShouldBe("11 00");
        (await InternalSnapshotTests.TagsAsync(lab, 0)).ShouldBe(["s1"]);
        await lab.VirshAsync("start", "one", "--paused");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Images_that_a_linked_clone_needs_outlive_their_snapshot(bool running)
    {
        await using var lab = await PrepareAsync(running);
        await lab.VireoAsync("snapshot-clone", "guest", "s1", "one", "--linked");
        await lab.VireoAsync("snapshot-clone", "guest", "s2", "two", "--linked");
        await lab.VirshAsync(lab.SnapshotArguments("s3"));
        string before = await ContentAsync(lab["one-vda.qcow2"]) + await ContentAsync(lab["two-vda.qcow2"]);

        // A clone that reads its base no more, but has a snapshot that does.
        await lab.VirshAsync("snapshot-create-as", "two", "c1", "--disk-only", "--diskspec", $"vda,file={lab["two-c1"]}");
        await lab.VirshAsync("start", "two", "--paused");
        await lab.VirshAsync("blockpull", "two", "vda", "--wait");
        await lab.VirshAsync("destroy", "two");
        if (running)
        {
            var commit = await Client.VirshAsync(lab.Daemon, "blockcommit", "guest", "vda", "--active", "--wait");
            commit.ExitCode.ShouldBe(1);
            commit.Error.ShouldContain("another domain needs that image as it is");
        }

        await lab.VireoAsync("snapshot-revert", "guest", "s2", "--stopped");
        foreach (string name in new[] { "s1", "s2", "s3" })
            await lab.VirshAsync("snapshot-delete", "guest", name);

        (await ContentAsync(lab["one-vda.qcow2"]) + await ContentAsync(lab["two-vda.qcow2"])).ShouldBe(before);
        await lab.VirshAsync("start", "one", "--paused");
        await lab.VirshAsync("start", "guest", "--paused");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task Clone_has_the_firmwares_variables_of_its_snapshot()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await File.WriteAllTextAsync(lab["vars.fd"], "variables");
        string firmware = $"<loader readonly='yes' type='pflash'>{lab["code.fd"]}</loader><nvram>{lab["vars.fd"]}</nvram></os>";
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace("</os>", firmware, StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await File.WriteAllTextAsync(lab["vars.fd"], "later ones");

        await lab.VireoAsync("snapshot-clone", "guest", "s1", "one");

        string own = XElement.Parse(await lab.VirshAsync("dumpxml", "one")).Element("os")!.Element("nvram")!.Value;
        own.ShouldNotBe(lab["vars.fd"]);
        (await File.ReadAllTextAsync(own)).ShouldBe("variables");
        (File.GetUnixFileMode(own) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)).ShouldBe(UnixFileMode.None);
    }

    [Fact]
    public async Task What_cannot_be_cloned_is_refused_before_anything_is_made()
    {
        await using var lab = await PrepareAsync(running: false);
        await File.WriteAllTextAsync(lab["taken-vda.qcow2"], "mine");
        await lab.VireoAsync("snapshot-clone", "guest", "s1", "one");
        string[] files = [.. Directory.EnumerateFiles(lab.Folder).Order()];
        string domains = await lab.VirshAsync("list", "--all");

        foreach (var (arguments, reason) in new (string[], string)[]
        {
            (["s1", "one"], "domain 'one' already exists with uuid"),
            (["s1", "guest"], "domain 'guest' already exists with uuid"),
            (["s1", "taken"], "taken-vda.qcow2' exists already"),
            (["s1", "a/b"], "cannot contain '/'"),
            (["s1", "new", "--directory", lab["nothere"]], "No such file or directory"),
            (["s1", "new", "--directory", "relative"], "must be an absolute path"),
            (["none", "new"], "no domain snapshot with matching name 'none'"),
        })
        {
            var result = await Client.VireoAsync(lab.Daemon, ["snapshot-clone", "guest", .. arguments]);
            result.ExitCode.ShouldBe(1, result.ToString());
            result.Error.ShouldContain(reason);
        }

        (await File.ReadAllTextAsync(lab["taken-vda.qcow2"])).ShouldBe("mine");
        Directory.EnumerateFiles(lab.Folder).Order().ShouldBe(files);
        (await lab.VirshAsync("list", "--all")).ShouldBe(domains);
        (await Client.VireoAsync(lab.Daemon, "-r", "snapshot-clone", "guest", "s1", "new")).Error.ShouldContain("read only");
    }

    [Fact]
    public async Task A_cancelled_clone_leaves_nothing()
    {
        using var tools = new ScratchDirectory("vt");
        await File.WriteAllTextAsync(tools["qemu-img"], "#!/bin/sh\n[ \"$1\" = convert ] || exec /usr/bin/qemu-img \"$@\"\nshift\nexec /usr/bin/qemu-img convert -r 65536 \"$@\"\n");
        File.SetUnixFileMode(tools["qemu-img"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var lab = await PrepareAsync(running: false, new Dictionary<string, string> { ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}" });
        await WriteAsync(lab["disk0.qcow2"], 0x44, "0 16M");
        string[] files = [.. Directory.EnumerateFiles(lab.Folder).Order()];

        var cloning = Client.VireoAsync(lab.Daemon, "snapshot-clone", "guest", "s1", "one");
        await Eventually.TrueAsync(async () => (await Client.VirshAsync(lab.Daemon, "domjobinfo", "guest")).Output.Contains("File remaining:", StringComparison.Ordinal), "the copy is shown");
        (await lab.VirshAsync("list", "--all", "--name")).Trim().ShouldBe("guest");
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ExitCode.ShouldBe(0);
        var result = await cloning;

        result.ToString().ShouldContain("operation aborted");
        Directory.EnumerateFiles(lab.Folder).Order().ShouldBe(files);
        (await lab.VirshAsync("list", "--all", "--name")).Trim().ShouldBe("guest");
        File.Delete(tools["qemu-img"]);
        await lab.VireoAsync("snapshot-clone", "guest", "s1", "one");
    }

    /// <summary>A domain with one disk: 0x11 in the first MiB when s1 was taken, 0x22 in the second when s2 was, 0x33 over both since.</summary>
    private static async Task<GuestLab> PrepareAsync(bool running, IReadOnlyDictionary<string, string>? environment = null)
    {
        var lab = await GuestLab.CreateAsync(linux: false, disks: 1, environment: environment);
        await File.WriteAllTextAsync(lab["domain.xml"], (lab.Domain with { Devices = Devices.Replace("DIR", lab.Folder, StringComparison.Ordinal) }).ToXml());
        await lab.VirshAsync("define", lab["domain.xml"]);
        await WriteAsync(lab["disk0.qcow2"], 0x11, "0 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await WriteAsync(lab["disk0.s1"], 0x22, "1M 1M");
        await lab.VirshAsync(lab.SnapshotArguments("s2"));
        await WriteAsync(lab["disk0.s2"], 0x33, "0 2M");
        if (running)
            await lab.VirshAsync("start", "guest", "--paused");

        return lab;
    }

    private static Task WriteAsync(string image, byte pattern, string range) => ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P {pattern} {range}", image);

    /// <summary>The first bytes of the first two MiB.</summary>
    private static async Task<string> SampleAsync(string image)
    {
        using var scratch = new ScratchDirectory("vc");
        await ProgramRun.CheckAsync("qemu-img", "convert", "-U", "-O", "raw", image, scratch["raw"]);
        byte[] bytes = await File.ReadAllBytesAsync(scratch["raw"]);
        return $"{bytes[0]:x2} {bytes[1 << 20]:x2}";
    }

    private static async Task<string> ContentAsync(string image)
    {
        using var scratch = new ScratchDirectory("vc");
        await ProgramRun.CheckAsync("qemu-img", "convert", "-U", "-O", "raw", image, scratch["raw"]);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(scratch["raw"])));
    }
}
