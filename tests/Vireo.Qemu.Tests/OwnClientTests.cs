using Vireo.Drivers;
using Vireo.Drivers.Remote;

namespace Vireo.Qemu.Tests;

/// <summary>Calls that no stock client of 9.0 makes, through the project's own.</summary>
public sealed class OwnClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Domain_starts_with_the_next_boot_alone()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false);
        (await lab.VireoAsync("autostart", "guest", "--once")).Trim().ShouldBe("Domain 'guest' marked as autostarted at the next boot");
        await using (var connection = await OpenAsync(lab))
        {
            var domain = await connection.GetDomainAsync("guest", Token);
            (await domain.GetAutostartOnceAsync(Token), await domain.GetAutostartAsync(Token)).ShouldBe((true, false));
            await domain.SetAutostartOnceAsync(false, Token);
            (await domain.GetAutostartOnceAsync(Token)).ShouldBeFalse();
            await domain.SetAutostartOnceAsync(true, Token);
        }

        (await lab.VireoAsync("dominfo", "guest")).ShouldContain("Autostart once: enable");
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("shut off", "the host has not been started anew");
        (await lab.VireoAsync("dominfo", "guest")).ShouldContain("Autostart once: enable");

        await BootHostAsync(lab);
        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest")).Trim() == "running", "the domain starts by itself");
        (await lab.VireoAsync("dominfo", "guest")).ShouldNotContain("once");
        await lab.VirshAsync("destroy", "guest");

        await BootHostAsync(lab);
        (await lab.VirshAsync("start", "guest", "--paused")).ShouldContain("started", customMessage: "it was that one boot");
    }

    [Fact]
    public async Task Once_is_for_defined_domains_and_goes_with_the_mark_and_the_definition()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false);
        await lab.VireoAsync("autostart", "guest", "--once");
        (await lab.VireoAsync("autostart", "guest", "--once", "--disable")).Trim().ShouldBe("Domain 'guest' unmarked as autostarted at the next boot");
        (await lab.VireoAsync("dominfo", "guest")).ShouldNotContain("once");
        await lab.VireoAsync("autostart", "guest", "--once");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("undefine", "guest");

        var refused = await Client.VireoAsync(lab.Daemon, "autostart", "guest", "--once");

        refused.Error.ShouldContain("cannot set autostart for transient domain");
        (await lab.VireoAsync("dominfo", "guest")).ShouldNotContain("once");
    }

    [Fact]
    public async Task Display_without_certificates_has_none_to_take_anew()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false, devices: "<graphics type='vnc' autoport='yes'/>\n");
        await using var connection = await OpenAsync(lab);
        var (driver, domain) = (connection.Driver.Hypervisor, (await connection.GetDomainAsync("guest", Token)).Reference);
        (await RefusedAsync(0)).Code.ShouldBe(ErrorCode.OperationInvalid);
        await lab.VirshAsync("start", "guest");

        (await RefusedAsync((uint)DomainGraphicsReloadType.Any)).Message.ShouldContain("vnc tls is not enabled");
        (await RefusedAsync((uint)DomainGraphicsReloadType.Vnc)).Message.ShouldContain("vnc tls is not enabled");
        (await RefusedAsync(9)).Code.ShouldBe(ErrorCode.InvalidArg);

        Task<VireoException> RefusedAsync(uint type) => Should.ThrowAsync<VireoException>(async () => await driver.DomainGraphicsReloadAsync(domain, type, 0, Token));
    }

    [Fact]
    public async Task Display_takes_its_certificates_anew()
    {
        using var certificates = new ScratchDirectory("tls");
        using (var authority = ScratchCertificates.Authority(certificates))
            ScratchCertificates.Issue(authority, certificates, "server");
        string settings = $"user = \"root\"\ngroup = \"root\"\ndynamic_ownership = 0\nnamespaces = []\nvnc_tls = 1\nvnc_tls_x509_cert_dir = \"{certificates["server"]}\"\n";
        const string Display = "<graphics type='vnc' port='5999' listen='127.0.0.1'/>\n";
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false, devices: Display, settings: settings);
        await using (var oracle = await GuestLab.CreateAsync(DaemonKind.Libvirtd, disks: 0, linux: false, devices: Display, settings: settings))
            (await DisplayArgumentsAsync(lab)).ShouldBe(await DisplayArgumentsAsync(oracle));
        await File.WriteAllTextAsync(lab["domain.xml"], lab.Domain.ToXml().Replace("port='5999'", "autoport='yes'", StringComparison.Ordinal), Token);
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest");
        await using var connection = await OpenAsync(lab);
        var (driver, domain) = (connection.Driver.Hypervisor, (await connection.GetDomainAsync("guest", Token)).Reference);

        await driver.DomainGraphicsReloadAsync(domain, (uint)DomainGraphicsReloadType.Vnc, 0, Token);

        Directory.Delete(certificates["server"], recursive: true);
        (await Should.ThrowAsync<VireoException>(async () => await driver.DomainGraphicsReloadAsync(domain, (uint)DomainGraphicsReloadType.Any, 0, Token)))
            .Message.ShouldContain("ca-cert.pem", customMessage: "they are really read");
    }

    private static async Task<string> DisplayArgumentsAsync(GuestLab lab)
    {
        string[] words = (await lab.VirshAsync("domxml-to-native", "qemu-argv", "--domain", "guest")).Split(' ');
        return string.Join(' ', words.Where((word, index) => word.Contains("tls-creds", StringComparison.Ordinal) || (index > 0 && words[index - 1] == "-vnc")));
    }

    [Fact]
    public async Task Old_detaching_takes_a_device_from_a_running_guest()
    {
        const string Card = "<interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>";
        await using var lab = await GuestLab.CreateAsync(disks: 1, devices: Card + "\n");
        await using var guest = await lab.BootAsync();
        await using var connection = await OpenAsync(lab);
        var (driver, domain) = (connection.Driver.Hypervisor, (await connection.GetDomainAsync("guest", Token)).Reference);

        await driver.DomainDetachDeviceAsync(domain, Card, Token);

        (await lab.VirshAsync("domiflist", "guest")).ShouldNotContain("52:54:00:11:22:33");
        (await lab.VirshAsync("domiflist", "guest", "--inactive")).ShouldContain("52:54:00:11:22:33", customMessage: "it is the running guest's alone");
    }

    [Fact]
    public async Task Guest_is_saved_and_restored_by_parameters()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        await using (var guest = await lab.BootAsync())
            await guest.AskAsync("SET kept");
        await using var connection = await OpenAsync(lab);
        var (driver, domain) = (connection.Driver.Hypervisor, (await connection.GetDomainAsync("guest", Token)).Reference);
        string titled = (await lab.VirshAsync("dumpxml", "guest", "--migratable")).Replace("</uuid>", "</uuid><title>restored</title>", StringComparison.Ordinal);

        await driver.DomainSaveParamsAsync(domain, [TypedParam.Of("file", lab["state"])], 0, Token);
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("shut off (saved)");
        await driver.DomainRestoreParamsAsync([TypedParam.Of("file", lab["state"]), TypedParam.Of("dxml", titled)], 0, Token);

        (await lab.VirshAsync("desc", "guest", "--title")).Trim().ShouldBe("restored");
        await using (var guest = await lab.SerialAsync())
            (await guest.AskAsync("GET")).ShouldBe("kept");
        await driver.DomainSaveParamsAsync((await connection.GetDomainAsync("guest", Token)).Reference, [], 0, Token);
        (await lab.VirshAsync("dominfo", "guest")).ShouldContain("Managed save:   yes", customMessage: "without a file it is the daemon's");
        (await Should.ThrowAsync<VireoException>(async () => await driver.DomainRestoreParamsAsync([], 0, Token))).Code.ShouldBe(ErrorCode.InvalidArg);
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("vireo")]
    public async Task Host_that_is_asked_for_no_more_pages_stays_as_it_is(string tool)
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false);
        string pool = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
        Assert.SkipUnless(File.Exists(pool), "the host has no huge pages");
        string before = await File.ReadAllTextAsync(pool, Token);

        var result = await Client.RunAsync(tool, lab.Daemon, "allocpages", "--pagesize", "2048", "--pagecount", "0", "--add");

        result.ToString().ShouldBe((await Client.RunAsync("virsh", lab.Daemon, "allocpages", "--pagesize", "2048", "--pagecount", "0", "--add")).ToString());
        result.ExitCode.ShouldBe(0, result.ToString());
        (await File.ReadAllTextAsync(pool, Token)).ShouldBe(before);
        (await Client.RunAsync(tool, lab.Daemon, "allocpages", "--pagesize", "2048", "--pagecount", "0", "--add", "--cellno", "4000")).ExitCode.ShouldBe(1);
    }

    private static ValueTask<Connection> OpenAsync(GuestLab lab) => Connection.OpenAsync(new DriverRegistry(new RemoteDriver()), lab.Daemon.Uri, cancellationToken: Token);

    // What lies in the run directory is gone after a boot.
    private static async Task BootHostAsync(GuestLab lab)
    {
        await lab.Daemon.StopAsync();
        foreach (string entry in Directory.GetFileSystemEntries(Path.Combine(lab.Daemon.Root, "run"), "autostarted", SearchOption.AllDirectories))
            File.Delete(entry);
        await lab.Daemon.StartAsync();
    }
}
