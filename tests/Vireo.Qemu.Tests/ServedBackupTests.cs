namespace Vireo.Qemu.Tests;

/// <summary>Backups that clients pull over TCP: how they are shown, what they shut out, and TLS.</summary>
public sealed class ServedBackupTests
{
    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Pull_of_two_disks_is_shown_as_a_job(DaemonKind kind)
    {
        await using var lab = await StartedAsync(kind);
        int port = await BeginAsync(lab, tls: false);

        (await lab.VirshAsync("domjobinfo", "guest", "--rawstats")).ShouldMatch(@"Job type: 2\s+operation: 9\s+time_elapsed: \d+\s+disk_temp_used: 0\s+disk_temp_total: 33554432\s+$");
        (await lab.VirshAsync("domjobinfo", "guest")).ShouldMatch("Operation: +Backup");
        (await Client.VirshAsync(lab.Daemon, "blockjob", "guest", "vdb")).Error.ShouldContain("Backup: [  0 %]");
        foreach (int disk in (int[])[0, 1])
            await ProgramRun.CheckAsync("qemu-img", "compare", "-U", "-f", "raw", "-F", "qcow2", $"nbd://127.0.0.1:{port}/vd{"ab"[disk]}", lab[$"disk{disk}.qcow2"]);
        if (kind == DaemonKind.Vireod) // libvirtd says so after waiting for half a minute.
            (await Client.VirshAsync(lab.Daemon, lab.SnapshotArguments("s1"))).Error.ShouldContain("disk 'vda' already in active block job");

        await EndAsync(lab);
        (await lab.VirshAsync("domjobinfo", "guest", "--completed")).ShouldMatch("Job type: +Completed *\nOperation: +Backup *\n(?s:.*)Error message: +Operation canceled");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
    }

    [Fact]
    public async Task Pull_over_TLS_needs_a_certificate_of_the_same_authority()
    {
        using var certificates = new ScratchDirectory("tls");
        await using var lab = await StartedAsync(DaemonKind.Vireod);
        (await TryBeginAsync(lab, tls: true)).Error.ShouldContain("Unable to access credentials /etc/pki/qemu/ca-cert.pem");

        await lab.Daemon.StopAsync();
        Directory.CreateDirectory(Path.Combine(lab.Daemon.Root, "etc", "vireo"));
        await File.AppendAllTextAsync(Path.Combine(lab.Daemon.Root, "etc", "vireo", "vireod.conf"), $"backup_tls_x509_cert_dir = \"{certificates["server"]}\"\n");
        using (var authority = ScratchCertificates.Authority(certificates))
        {
            ScratchCertificates.Issue(authority, certificates, "server");
            ScratchCertificates.Issue(authority, certificates, "client");
        }

        using (ScratchCertificates.Authority(certificates, "other")) { }
        await lab.Daemon.StartAsync();
        int port = await BeginAsync(lab, tls: true);

        string plain = $"driver=nbd,server.type=inet,server.host=127.0.0.1,server.port={port},export=vda";
        (await ProgramRun.ExecuteAsync("qemu-img", ["info", "--image-opts", plain])).ExitCode.ShouldNotBe(0);
        (await PulledAsync(plain, certificates["other"])).ExitCode.ShouldNotBe(0);
        var pulled = await PulledAsync(plain, certificates["client"]);
        pulled.ExitCode.ShouldBe(0, pulled.ToString());
        await EndAsync(lab);
        await BeginAsync(lab, tls: true); // Nothing of the first is in its way.
    }

    private static Task<ProgramResult> PulledAsync(string plain, string directory) => ProgramRun.ExecuteAsync(
        "qemu-img", ["info", "--object", $"tls-creds-x509,id=tls0,dir={directory},endpoint=client", "--image-opts", plain + ",tls-creds=tls0"]);

    private static async Task<GuestLab> StartedAsync(DaemonKind kind)
    {
        var lab = await GuestLab.CreateAsync(kind, linux: false);
        await lab.VirshAsync("start", "guest", "--paused");
        return lab;
    }

    private static async Task<int> BeginAsync(GuestLab lab, bool tls)
    {
        var begun = await TryBeginAsync(lab, tls);
        begun.ExitCode.ShouldBe(0, begun.ToString());
        string xml = await lab.VirshAsync("backup-dumpxml", "guest");
        return int.Parse(System.Text.RegularExpressions.Regex.Match(xml, "port='([0-9]+)'").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<ProgramResult> TryBeginAsync(GuestLab lab, bool tls)
    {
        await File.WriteAllTextAsync(
            lab["backup.xml"],
            $"<domainbackup mode='pull'><server transport='tcp' name='127.0.0.1' port='{FreePort.Next()}'{(tls ? " tls='yes'" : "")}/></domainbackup>");
        return await Client.VirshAsync(lab.Daemon, "backup-begin", "guest", lab["backup.xml"]);
    }

    private static async Task EndAsync(GuestLab lab)
    {
        await lab.VirshAsync("domjobabort", "guest");
        await Eventually.TrueAsync(async () => (await Client.VirshAsync(lab.Daemon, "backup-dumpxml", "guest")).Error.Contains("no domain backup job present", StringComparison.Ordinal), "the backup ends");
    }
}
