using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>Merging and copying the images of a running domain, by stock virsh; libvirtd does the same in the cases that it supports.</summary>
public sealed class BlockJobTests
{
    private static readonly string[] s_layers = ["disk0.qcow2", "disk0.o1", "disk0.o2", "disk0.o3"];

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Active_commit_moves_the_guest_to_the_base(DaemonKind kind)
    {
        await using var lab = await ChainAsync(kind);

        (await lab.VirshAsync("blockcommit", "guest", "vda", "--active", "--pivot", "--verbose")).ShouldContain("Successfully pivoted");

        (await ChainOfAsync(lab)).ShouldBe(["disk0.qcow2"]);
        (await ChainOfAsync(lab, "--inactive")).ShouldBe(["disk0.qcow2"]);
        await DataIsWholeAsync(lab, "disk0.qcow2");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Commit_within_the_chain_shortens_it(DaemonKind kind)
    {
        await using var lab = await ChainAsync(kind);

        (await lab.VirshAsync("blockcommit", "guest", "vda", "--top", lab["disk0.o2"], "--base", lab["disk0.qcow2"], "--wait", "--verbose")).ShouldContain("Commit complete");

        (await ChainOfAsync(lab)).ShouldBe(["disk0.o3", "disk0.qcow2"]);
        await DataIsWholeAsync(lab, "disk0.o3");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Pull_fills_the_top_image(DaemonKind kind)
    {
        await using var lab = await ChainAsync(kind);

        (await lab.VirshAsync("blockpull", "guest", "vda", "--base", lab["disk0.o1"], "--wait", "--verbose")).ShouldContain("Pull complete");
        (await ChainOfAsync(lab)).ShouldBe(["disk0.o3", "disk0.o1", "disk0.qcow2"]);
        (await lab.VirshAsync("blockpull", "guest", "vda", "--wait", "--verbose")).ShouldContain("Pull complete");

        (await ChainOfAsync(lab)).ShouldBe(["disk0.o3"]);
        await DataIsWholeAsync(lab, "disk0.o3");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd, false)]
    [InlineData(DaemonKind.Vireod, false)]
    [InlineData(DaemonKind.Libvirtd, true)]
    [InlineData(DaemonKind.Vireod, true)]
    public async Task Copy_is_pivoted_to(DaemonKind kind, bool shallow)
    {
        await using var lab = await ChainAsync(kind);

        string[] command = ["blockcopy", "guest", "vda", lab["copy.qcow2"], "--format", "qcow2", "--transient-job", "--wait", "--pivot", "--verbose"];
        (await lab.VirshAsync(shallow ? [.. command, "--shallow"] : command)).ShouldContain("Successfully pivoted");

        (await ChainOfAsync(lab)).ShouldBe(shallow ? ["copy.qcow2", "disk0.o2", "disk0.o1", "disk0.qcow2"] : ["copy.qcow2"]);
        await DataIsWholeAsync(lab, "copy.qcow2");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Job_that_is_given_up_leaves_the_guest_where_it_is(DaemonKind kind)
    {
        await using var lab = await ChainAsync(kind);

        await lab.VirshAsync("blockcopy", "guest", "vda", lab["copy.raw"], "--format", "raw", "--transient-job", "--wait");
        var mirror = XDocument.Parse(await lab.VirshAsync("dumpxml", "guest")).Descendants("mirror").ShouldHaveSingleItem();
        mirror.Attribute("job")!.Value.ShouldBe("copy");
        mirror.Attribute("ready")!.Value.ShouldBe("yes");
        mirror.Attribute("file")!.Value.ShouldBe(lab["copy.raw"]);
        (await lab.VirshAsync("blockjob", "guest", "vda", "--raw")).ShouldContain("type=Block Copy");
        (await Client.VirshAsync(lab.Daemon, "blockcommit", "guest", "vda", "--active")).Error.ShouldContain("disk 'vda' already in active block job");
        (await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "s", "--disk-only")).Error.ShouldContain("disk 'vda' already in active block job");
        await lab.VirshAsync("blockjob", "guest", "vda", "--abort");

        (await lab.VirshAsync("dumpxml", "guest")).ShouldNotContain("<mirror");
        (await ChainOfAsync(lab)).ShouldBe(s_layers.Reverse());
        await DataIsWholeAsync(lab, "disk0.o3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_outlives_the_daemon(bool killed)
    {
        await using var lab = await ChainAsync(DaemonKind.Vireod);
        await lab.VirshAsync("blockcommit", "guest", "vda", "--active", "--wait");

        await (killed ? lab.Daemon.KillAsync() : lab.Daemon.StopAsync());
        await lab.Daemon.StartAsync();

        var mirror = XDocument.Parse(await lab.VirshAsync("dumpxml", "guest")).Descendants("mirror").ShouldHaveSingleItem();
        mirror.Attribute("job")!.Value.ShouldBe("active-commit");
        await lab.VirshAsync("blockjob", "guest", "vda", "--pivot");
        (await ChainOfAsync(lab)).ShouldBe(["disk0.qcow2"]);
        (await lab.VirshAsync("blockjob", "guest", "vda")).ShouldContain("No current block job");
        await DataIsWholeAsync(lab, "disk0.qcow2");
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task What_cannot_be_merged_is_refused(DaemonKind kind)
    {
        await using var lab = await ChainAsync(kind);
        string[][] commands =
        [
            ["blockcommit", "guest", "vdx", "--active"],
            ["blockcommit", "guest", "vda"],
            ["blockcommit", "guest", "vda", "--top", "vda[99]"],
            ["blockcommit", "guest", "vda", "--top", "/nowhere"],
            ["blockcommit", "guest", "vda", "--active", "--base", "vda"],
            ["blockcommit", "guest", "vda", "--active", "--top", lab["disk0.o1"]],
            ["blockcommit", "guest", "vda", "--active", "--shallow", "--base", lab["disk0.qcow2"]],
            ["blockpull", "guest", "vda", "--base", lab["disk0.o3"]],
            ["blockjob", "guest", "vda", "--pivot"],
            ["blockjob", "guest", "vda", "--abort"],
            ["blockjob", "guest", "vda", "5"],
            ["blockcopy", "guest", "vda", lab["copy.raw"]],
        ];
        string[] said =
        [
            "invalid argument: disk 'vdx' not found in domain",
            "invalid argument: commit of 'vda' active layer requires active flag",
            "invalid argument: could not find backing store index '99' in chain for 'vda'",
            "invalid argument: could not find image '/nowhere' in chain for 'vda'",
            $"invalid argument: could not find image 'vda' beneath '{lab["disk0.o3"]}' in chain for 'vda'",
            $"invalid argument: active commit requested but '{lab["disk0.o1"]}' is not active",
            $"invalid argument: base '{lab["disk0.qcow2"]}' is not immediately below '{lab["disk0.o3"]}' in chain for '{lab["disk0.o3"]}'",
            $"invalid argument: could not find image '{lab["disk0.o3"]}' beneath '{lab["disk0.o3"]}' in chain for 'vda'",
            "invalid argument: disk vda does not have an active block job",
            "invalid argument: disk vda does not have an active block job",
            "invalid argument: disk vda does not have an active block job",
            "Requested operation is not valid: domain is not transient",
        ];

        for (int i = 0; i < commands.Length; i++)
        {
            var result = await Client.VirshAsync(lab.Daemon, commands[i]);
            result.ExitCode.ShouldBe(1, string.Join(' ', commands[i]));
            result.Error.Trim().ShouldBe("error: " + said[i], string.Join(' ', commands[i]));
        }
    }

    /// <summary>A paused guest whose disk has four images, each with a pattern of its own.</summary>
    private static async Task<GuestLab> ChainAsync(DaemonKind kind)
    {
        var lab = await GuestLab.CreateAsync(kind, disks: 1, linux: false);
        await WriteAsync(lab, 0);
        for (int i = 1; i < s_layers.Length; i++)
        {
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", lab[s_layers[i - 1]], lab[s_layers[i]]);
            await WriteAsync(lab, i);
        }

        await File.WriteAllTextAsync(lab["domain.xml"], (await File.ReadAllTextAsync(lab["domain.xml"])).Replace(lab[s_layers[0]], lab[s_layers[^1]], StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest", "--paused");
        return lab;
    }

    private static Task WriteAsync(GuestLab lab, int layer) =>
        ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P {layer + 1} {layer}M 1M", lab[s_layers[layer]]);

    private static async Task<string[]> ChainOfAsync(GuestLab lab, params string[] flags)
    {
        var disk = XDocument.Parse(await lab.VirshAsync(["dumpxml", "guest", .. flags])).Descendants("disk").First();
        return [.. disk.DescendantsAndSelf().Where(e => e.Name == "disk" || e.Name == "backingStore").Select(e => e.Element("source")?.Attribute("file")?.Value).OfType<string>().Select(f => Path.GetFileName(f)!)];
    }

    private static async Task DataIsWholeAsync(GuestLab lab, string top)
    {
        await lab.VirshAsync("destroy", "guest");
        var reads = Enumerable.Range(0, s_layers.Length).SelectMany(layer => (string[])["-c", $"read -P {layer + 1} {layer}M 1M"]);
        (await ProgramRun.CheckAsync("qemu-io", ["-r", "-f", "qcow2", .. reads, lab[top]])).ShouldNotContain("verification failed");
        await ProgramRun.CheckAsync("qemu-img", "check", "-q", lab[top]);
    }
}
