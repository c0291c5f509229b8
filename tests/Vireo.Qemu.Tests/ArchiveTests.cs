using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>A domain with its snapshots goes to another host, whose daemon has another root, in one archive.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public async Task Every_snapshot_can_be_gone_back_to_on_the_other_host()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        string[] boots = await TakeAsync(lab);
        string tree = await lab.VirshAsync("snapshot-list", "guest", "--tree");
        string checkpoint = await lab.VirshAsync("checkpoint-dumpxml", "guest", "c1", "--no-domain");
        string[] bitmaps = await WithBitmapsAsync(lab.Folder);
        bitmaps.ShouldContain("disk0.b1");
        (await lab.VireoAsync("snapshot-export", "guest", "--file", lab["guest.tar"])).Trim().ShouldBe($"Domain 'guest' exported with its snapshots to {lab["guest.tar"]}");
        foreach (string file in Directory.EnumerateFiles(lab.Folder).Where(f => Path.GetFileName(f) is var name && (name.StartsWith("disk0", StringComparison.Ordinal) || name == "full.mem")))
            File.Delete(file);

        await using var other = ScratchDaemon.Of(DaemonKind.Vireod);
        await other.StartAsync();
        string target = Directory.CreateDirectory(lab["elsewhere"]).FullName;
        await MustAsync(other, "snapshot-import", "--file", lab["guest.tar"], "--directory", target);

        (await Client.MustAsync(other, "snapshot-list", "guest", "--tree")).ShouldBe(tree);
        (await Client.MustAsync(other, "snapshot-current", "guest", "--name")).Trim().ShouldBe("b1");
        (await Client.MustAsync(other, "checkpoint-dumpxml", "guest", "c1", "--no-domain")).ShouldBe(checkpoint);
        (await WithBitmapsAsync(target)).ShouldBe(bitmaps);
        (await Client.VireoAsync(other, "snapshot-verify", "guest")).ToString().ShouldContain("nothing wrong");
        await other.StopAsync();
        await other.StartAsync();
        await BackAsync(lab, other, "s3", "--running", boot: null, variable: null, "three");
        await BackAsync(lab, other, "full", "--allow-respawn", boots[0], "in full", "two");
        await BackAsync(lab, other, "i0", "--allow-respawn", boots[0], "in i0", "one");
        await BackAsync(lab, other, "b1", "--running", boot: null, variable: null, "branch");
        await Client.MustAsync(other, "destroy", "guest");
        foreach (string image in Directory.EnumerateFiles(target).Where(f => !f.EndsWith(".mem", StringComparison.Ordinal)))
            await ProgramRun.CheckAsync("qemu-img", "check", "-q", image);
        (await Client.VireoAsync(other, "snapshot-verify", "guest")).ToString().ShouldContain("nothing wrong");
    }

    [Fact]
    public async Task Domain_gets_another_name_beside_its_source_and_has_its_variables()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, firmware: true);
        byte[] first = await VariablesAsync(lab, '1');
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        byte[] second = await VariablesAsync(lab, '2');
        await lab.VireoAsync("snapshot-export", "guest", lab["guest.tar"]);
        string target = Directory.CreateDirectory(lab["elsewhere"]).FullName;

        (await lab.VireoAsync("snapshot-import", lab["guest.tar"], "--name", "two", "--directory", target)).ShouldContain("Domain 'two' imported with its snapshots");

        var definition = XElement.Parse(await lab.VirshAsync("dumpxml", "two"));
        definition.Element("uuid")!.Value.ShouldNotBe(lab.Domain.Uuid);
        string own = definition.Element("os")!.Element("nvram")!.Value;
        own.ShouldNotBe(lab["vars.fd"]);
        (await File.ReadAllBytesAsync(own, TestContext.Current.CancellationToken)).ShouldBe(second);
        await lab.VirshAsync("snapshot-revert", "two", "s1", "--paused");
        (await File.ReadAllBytesAsync(own, TestContext.Current.CancellationToken)).ShouldBe(first);
        await lab.VirshAsync("start", "guest", "--paused");
        (await File.ReadAllBytesAsync(lab["vars.fd"], TestContext.Current.CancellationToken)).ShouldBe(second);
        (await Client.VireoAsync(lab.Daemon, "snapshot-export", "guest", lab["more.tar"])).Error.ShouldContain("shut it down");
        (await Client.VireoAsync(lab.Daemon, "-r", "snapshot-import", lab["guest.tar"])).Error.ShouldContain("read only");
        (await Client.VireoAsync(lab.Daemon, "-r", "snapshot-export", "guest", lab["more.tar"])).Error.ShouldContain("read only");
    }

    [Fact]
    public async Task An_import_is_shown_and_one_that_is_cancelled_leaves_nothing()
    {
        using var tools = new ScratchDirectory("vt");
        await File.WriteAllTextAsync(tools["qemu-img"], $"#!/bin/sh\n[ \"$1\" = rebase ] && [ ! -e {tools["go"]} ] && exec sleep 60\nexec /usr/bin/qemu-img \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(tools["qemu-img"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var lab = await GuestLab.CreateAsync(linux: false, environment: new Dictionary<string, string> { ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}" });
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VireoAsync("snapshot-export", "guest", lab["guest.tar"]);
        string target = Directory.CreateDirectory(lab["elsewhere"]).FullName;

        var import = Client.VireoAsync(lab.Daemon, "snapshot-import", lab["guest.tar"], "--name", "two", "--directory", target);
        await Eventually.TrueAsync(async () => (await Client.VirshAsync(lab.Daemon, "domjobinfo", "two")).Output.Contains("File processed:", StringComparison.Ordinal), "the import is shown");
        (await lab.VirshAsync("list", "--all", "--name", "--persistent")).Trim().ShouldBe("guest");
        (await Client.VirshAsync(lab.Daemon, "domjobabort", "two")).ExitCode.ShouldBe(0);
        (await import).ToString().ShouldContain("operation aborted");

        Directory.EnumerateFileSystemEntries(target).ShouldBeEmpty();
        (await lab.VirshAsync("list", "--all", "--name")).Trim().ShouldBe("guest");
        await File.WriteAllTextAsync(tools["go"], "", TestContext.Current.CancellationToken);
        await lab.VireoAsync("snapshot-import", lab["guest.tar"], "--name", "two", "--directory", target);
    }

    /// <summary>i0 within the image, then full with memory in a file, s3 on it, and on a branch from full the checkpoint c1 and b1; which boot of the guest the first two have.</summary>
    private static async Task<string[]> TakeAsync(GuestLab lab)
    {
        string boot;
        await using (var guest = await lab.BootAsync())
        {
            boot = await guest.AskAsync("BOOT");
            await guest.AskAsync("WRITE vda 0 one");
            await guest.AskAsync("SET in i0");
            await lab.VirshAsync("snapshot-create-as", "guest", "i0");
            await guest.AskAsync("WRITE vda 0 two");
            await guest.AskAsync("SET in full");
            await lab.VirshAsync("snapshot-create-as", "guest", "full", "--memspec", lab["full.mem"] + ",snapshot=external", "--diskspec", $"vda,file={lab["disk0.full"]}");
            await guest.AskAsync("WRITE vda 0 three");
            await lab.VirshAsync(lab.SnapshotArguments("s3"));
        }

        await lab.VireoAsync("snapshot-revert", "guest", "full", "--allow-respawn");
        await using (var guest = await lab.SerialAsync())
            await guest.AskAsync("WRITE vda 0 branch");
        await lab.VirshAsync("checkpoint-create-as", "guest", "c1");
        await lab.VirshAsync(lab.SnapshotArguments("b1"));
        await lab.VirshAsync("destroy", "guest");
        return [boot];
    }

    private static async Task BackAsync(GuestLab lab, ScratchDaemon daemon, string snapshot, string how, string? boot, string? variable, string content)
    {
        await MustAsync(daemon, "snapshot-revert", "guest", snapshot, how, "--allow-respawn");
        await using var guest = await lab.SerialAsync();
        (await guest.AskAsync("READ vda 0")).ShouldBe(content, snapshot);
        if (boot is not null)
        {
            (await guest.AskAsync("BOOT")).ShouldBe(boot, snapshot);
            (await guest.AskAsync("GET")).ShouldBe(variable, snapshot);
        }
    }

    private static async Task MustAsync(ScratchDaemon daemon, params string[] arguments)
    {
        var result = await Client.VireoAsync(daemon, [.. arguments.Distinct()]);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result}\n{Client.Tail(daemon.Log)}");
    }

    /// <summary>The images that hold the checkpoint's bitmap.</summary>
    private static async Task<string[]> WithBitmapsAsync(string directory)
    {
        var found = new List<string>();
        foreach (string image in Directory.EnumerateFiles(directory, "disk0*").Order(StringComparer.Ordinal))
        {
            if ((await ProgramRun.CheckAsync("qemu-img", "info", image)).Contains("name: c1", StringComparison.Ordinal))
                found.Add(Path.GetFileName(image));
        }

        return [.. found];
    }

    private static async Task<byte[]> VariablesAsync(GuestLab lab, char content)
    {
        byte[] variables = [.. Enumerable.Repeat((byte)content, 128 * 1024)];
        await File.WriteAllBytesAsync(lab["vars.fd"], variables);
        return variables;
    }
}
