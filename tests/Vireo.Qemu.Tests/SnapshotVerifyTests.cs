namespace Vireo.Qemu.Tests;

/// <summary>`snapshot-verify` finds what was done to images and metadata behind the daemon's back, and puts right what can be.</summary>
public sealed class SnapshotVerifyTests
{
    [Fact]
    public async Task Each_damage_is_found_and_named_and_what_is_whole_is_not_blamed()
    {
        await using var lab = await PrepareAsync();
        (await VerifyAsync(lab, wrong: false)).ShouldMatch(@"^\d images of domain 'guest' and its snapshots: nothing wrong\s+$");

        await lab.VirshAsync("start", "guest", "--paused");
        string running = await VerifyAsync(lab, wrong: false);
        running.ShouldContain($"note: vda: {lab["disk0.s3"]}: not checked: a guest that runs writes to it");
        running.ShouldContain("nothing wrong");
        await lab.VirshAsync("destroy", "guest");

        await DamagedAsync(lab, "disk0.s1", path => Do(() => File.Delete(path)), $"error: snapshot s2, s3: vda: {lab["disk0.s1"]}: the image is missing");
        await DamagedAsync(lab, "disk1.s1", path => Do(() => Cut(path, 64)), $"error: snapshot s2, s3: vdb: {lab["disk1.s1"]}: ");
        await DamagedAsync(lab, "disk1.s1", path => Do(() => Write(path, 65536 + 7, 0xff)), $"error: snapshot s2, s3: vdb: {lab["disk1.s1"]}: its structure is damaged");
        await DamagedAsync(lab, "memory.s3", path => Do(() => Cut(path, 50)), "error: snapshot s3: " + lab["memory.s3"]);
        await DamagedAsync(lab, "disk0.qcow2", path => ToolAsync("snapshot", "-d", "i0", path), $"error: snapshot i0: vda: {lab["disk0.qcow2"]}: the image does not hold internal snapshot 'i0'");
        await DamagedAsync(lab, "disk0.s2", path => ToolAsync("rebase", "-u", "-f", "qcow2", "-F", "raw", "-b", lab["disk0.s1"], path), "documents and headers disagree about its format");
        await DamagedAsync(lab, "disk0.s2", path => ToolAsync("rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", lab["disk1.s1"], path), $"the snapshot froze '{lab["disk0.s1"]}'");
        await DamagedAsync(lab, "stray", path => ToolAsync("create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", lab["disk0.s1"], path), $"warning: {lab["stray"]}: an overlay over '{lab["disk0.s1"]}' that nothing refers to");
        await VerifyAsync(lab, wrong: false);
    }

    [Fact]
    public async Task Lost_metadata_is_rebuilt_and_leaks_are_freed()
    {
        await using var lab = await PrepareAsync();
        string directory = Path.GetDirectoryName(Directory.EnumerateFiles(lab.Daemon.Root, "s2.xml", SearchOption.AllDirectories).Single())!;

        // While the daemon runs it still knows them.
        File.Delete(Path.Combine(directory, "s3.xml"));
        (await VerifyAsync(lab, wrong: true)).ShouldContain("error: snapshot s3: " + Path.Combine(directory, "s3.xml") + ": its stored metadata is lost");
        (await VerifyAsync(lab, wrong: false, "--repair")).ShouldContain("repaired: snapshot s3: ");

        await lab.Daemon.StopAsync();
        File.Delete(Path.Combine(directory, "i0.xml"));
        File.Delete(Path.Combine(directory, "s2.xml"));
        Leak(lab["disk1.s1"]);
        await lab.Daemon.StartAsync();
        string told = await VerifyAsync(lab, wrong: true);
        told.ShouldContain($"snapshot 's1' lacks its parent 'i0'");
        told.ShouldContain($"warning: snapshot i0: vda: {lab["disk0.qcow2"]}: the image holds internal snapshot 'i0', of which the domain knows nothing");
        told.ShouldContain($"snapshot 's3' lacks its parent 's2'");
        told.ShouldContain($"vdb: {lab["disk1.s1"]}: 1 clusters take space and hold nothing");
        (await NamesAsync(lab)).ShouldBe(["s1", "s3"]);

        told = await VerifyAsync(lab, wrong: false, "--repair");
        told.ShouldContain("repaired: snapshot i0: ");
        told.ShouldContain("repaired: snapshot s2: ");
        told.ShouldContain("3 repaired");
        await lab.CheckImagesAsync();
        (await NamesAsync(lab)).ShouldBe(["i0", "s1", "s2", "s3"]);
        (await lab.VirshAsync("snapshot-parent", "guest", "s1")).Trim().ShouldBe("i0");
        (await lab.VirshAsync("snapshot-parent", "guest", "s3")).Trim().ShouldBe("s2");

        // What was rebuilt can be gone back to: the second MiB was written between the two.
        await lab.VirshAsync("snapshot-revert", "guest", "s2");
        await HoldsAsync(lab, "0x11", "0x22", "0x00");
        await lab.VirshAsync("snapshot-revert", "guest", "i0");
        await HoldsAsync(lab, "0x00", "0x00", "0x00");
        (await lab.VirshAsync("snapshot-dumpxml", "guest", "i0")).ShouldContain("<state>shutoff</state>");
    }

    /// <summary>An internal snapshot i0, s1 and s2 of the disks, s3 with memory; another MiB is written before each of the last three.</summary>
    private static async Task<GuestLab> PrepareAsync()
    {
        var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("snapshot-create-as", "guest", "i0");
        foreach (var (name, image, pattern) in new[] { ("s1", "disk0.qcow2", 1), ("s2", "disk0.s1", 2), ("s3", "disk0.s2", 3) })
        {
            await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -P 0x{pattern}{pattern} {pattern - 1}M 1M", lab[image]);
            string[] memory = ["--memspec", $"file={lab["memory.s3"]}"];
            if (name == "s3")
                await lab.VirshAsync("start", "guest", "--paused");
            await lab.VirshAsync([.. lab.SnapshotArguments(name).Where(a => name != "s3" || a != "--disk-only"), .. name == "s3" ? memory : []]);
        }

        await lab.VirshAsync("destroy", "guest");
        return lab;
    }

    private static async Task DamagedAsync(GuestLab lab, string file, Func<string, Task> damage, string finding)
    {
        bool existed = File.Exists(lab[file]);
        if (existed)
            File.Copy(lab[file], lab["kept"], overwrite: true);
        await damage(lab[file]);
        string told = await VerifyAsync(lab, wrong: true);
        told.ShouldContain(finding);
        if (existed)
            File.Move(lab["kept"], lab[file], overwrite: true);
        else
            File.Delete(lab[file]);
    }

    private static async Task<string> VerifyAsync(GuestLab lab, bool wrong, params string[] arguments)
    {
        var result = await Client.VireoAsync(lab.Daemon, ["snapshot-verify", "guest", .. arguments]);
        result.ExitCode.ShouldBe(wrong ? 1 : 0, result.ToString());
        result.Error.Trim().ShouldBeEmpty();
        return result.Output;
    }

    private static async Task<string[]> NamesAsync(GuestLab lab) =>
        (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task HoldsAsync(GuestLab lab, params string[] patterns)
    {
        for (int i = 0; i < patterns.Length; i++)
            (await ProgramRun.CheckAsync("qemu-io", "-r", "-f", "qcow2", "-c", $"read -P {patterns[i]} {i}M 1M", (await lab.DisksAsync())["vda"])).ShouldNotContain("verification failed");
    }

    private static void Cut(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(length);
    }

    private static void Write(string path, long at, params byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = at;
        file.Write(bytes);
    }

    /// <summary>One more cluster at the end of the image, which its first block of reference counts says is used once.</summary>
    private static void Leak(string path)
    {
        const int Cluster = 65536;
        long clusters = (new FileInfo(path).Length + Cluster - 1) / Cluster;
        Cut(path, (clusters + 1) * Cluster);
        Write(path, (2 * Cluster) + (2 * clusters), 0, 1);
    }

    private static Task ToolAsync(params string[] arguments) => ProgramRun.CheckAsync("qemu-img", arguments);

    private static Task Do(Action damage)
    {
        damage();
        return Task.CompletedTask;
    }
}
