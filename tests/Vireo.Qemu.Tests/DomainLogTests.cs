namespace Vireo.Qemu.Tests;

/// <summary>What a hypervisor prints does not fill the host's disk.</summary>
public sealed class DomainLogTests
{
    [Fact]
    public async Task The_log_of_a_guest_that_has_much_printed_is_rotated_by_this_daemon_and_the_next()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.Daemon.StopAsync();
        string settings = Path.Combine(lab.Daemon.Root, "etc/vireo/vireod.conf");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        await File.WriteAllTextAsync(settings, "domain_log_max_size = 65536\ndomain_log_max_backups = 2\n");
        await lab.Daemon.StartAsync();
        string log = Path.Combine(lab.Daemon.Root, "log/vireo/qemu/guest.log");
        string document = lab.Domain.ToXml().Replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ", StringComparison.Ordinal)
            .Replace("</domain>", "<qemu:commandline><qemu:arg value='-d'/><qemu:arg value='in_asm,op'/></qemu:commandline></domain>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(lab["talkative.xml"], document);
        await lab.VirshAsync("define", lab["talkative.xml"]);
        await lab.VirshAsync("start", "guest");
        await RotatedAsync();
        string guest = await lab.VirshAsync("domid", "guest");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("running (booted)");
        await lab.Daemon.KillAsync();
        File.Delete(log + ".0");
        await lab.Daemon.StartAsync();
        await lab.VirshAsync("reset", "guest");
        await RotatedAsync();

        (await lab.VirshAsync("domid", "guest")).ShouldBe(guest);
        Directory.EnumerateFiles(Path.GetDirectoryName(log)!, "guest.log*").Select(Path.GetFileName).ShouldBeSubsetOf(["guest.log", "guest.log.0", "guest.log.1"]);
        new FileInfo(log + ".0").Length.ShouldBeLessThanOrEqualTo(3 * 65536);

        Task RotatedAsync() => Eventually.TrueAsync(() => Task.FromResult(File.Exists(log + ".0")), "the log is rotated");
    }
}
