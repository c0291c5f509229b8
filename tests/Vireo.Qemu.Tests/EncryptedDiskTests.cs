namespace Vireo.Qemu.Tests;

/// <summary>Encrypted disks: from the start on, plugged in, and below overlays; their passphrase stands on no command line and in no file of the run.</summary>
public sealed class EncryptedDiskTests
{
    private const string Secret = "5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a02";
    private const string Passphrase = "open-sesame";

    [Theory]
    [InlineData("luks", "raw")]
    [InlineData("qcow2", "qcow2")]
    public async Task A_guest_has_them_and_their_snapshots(string made, string format)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await File.WriteAllTextAsync(lab["secret.xml"], $"<secret ephemeral='no' private='yes'><uuid>{Secret}</uuid><usage type='volume'><volume>{lab.Folder}</volume></usage></secret>", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["passphrase"], Passphrase, TestContext.Current.CancellationToken);
        await lab.VirshAsync("secret-define", lab["secret.xml"]);
        await lab.VirshAsync("secret-set-value", Secret, "--file", lab["passphrase"], "--plain");
        await MakeAsync(lab["vdb.img"], made);
        await MakeAsync(lab["vdc.img"], made);
        await File.WriteAllTextAsync(lab["vdb.xml"], Disk(lab, "vdb", format), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["vdc.xml"], Disk(lab, "vdc", format), TestContext.Current.CancellationToken);
        await lab.VirshAsync("attach-device", "guest", lab["vdb.xml"], "--config");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("attach-device", "guest", lab["vdc.xml"], "--persistent");
        string command = await File.ReadAllTextAsync($"/proc/{lab.Guests().Single()}/cmdline", TestContext.Current.CancellationToken);
        command.ShouldNotContain(Passphrase);
        command.ShouldNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Passphrase)));
        Directory.EnumerateFiles(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal)).ShouldNotContain(file => File.ReadAllText(file).Contains(Passphrase));

        // An overlay stands on each; the guest starts again from them, and they go back into the images.
        await lab.VirshAsync("snapshot-create-as", "guest", "s1", "--disk-only", "--diskspec", $"vdb,file={lab["vdb.s1"]}", "--diskspec", $"vdc,file={lab["vdc.s1"]}", "--diskspec", "vda,snapshot=no");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("snapshot-create-as", "guest", "s2", "--disk-only", "--diskspec", $"vdb,file={lab["vdb.s2"]}", "--diskspec", "vdc,snapshot=no", "--diskspec", "vda,snapshot=no");
        await lab.VirshAsync("start", "guest");
        (await lab.VirshAsync("domblkinfo", "guest", "vdb")).ShouldContain($"{4 << 20}");
        await lab.VirshAsync("blockcommit", "guest", "vdb", "--active", "--pivot", "--wait");
        await lab.VirshAsync("detach-device", "guest", lab["vdc.xml"], "--config");
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldContain($"<source file='{lab["vdb.img"]}'>");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("start", "guest", "--paused");
        (await lab.VirshAsync("domblkinfo", "guest", "vdb")).ShouldContain($"{4 << 20}");
    }

    private static async Task MakeAsync(string path, string format)
    {
        string prefix = format == "luks" ? "" : "encrypt.";
        string kind = format == "luks" ? "" : "encrypt.format=luks,";

        // qemu-img measures how fast it is, and gives up on a host too busy for that.
        await Eventually.TrueAsync(
            async () => (await ProgramRun.ExecuteAsync("qemu-img", ["create", "-q", "--object", $"secret,id=s,data={Passphrase}", "-f", format, "-o", $"{kind}{prefix}key-secret=s,{prefix}iter-time=10", path, "4M"])).ExitCode == 0,
            $"an encrypted image {path} is made");
    }

    private static string Disk(GuestLab lab, string target, string format) =>
        $"<disk type='file' device='disk'><driver name='qemu' type='{format}'/><source file='{lab[target + ".img"]}'><encryption format='luks'><secret type='passphrase' usage='{lab.Folder}'/></encryption></source><target dev='{target}' bus='virtio'/></disk>";
}
