namespace Vireo.Interop.Tests;

/// <summary>
/// Guests that are encrypted by AMD's SEV, on a host made up: a QEMU that says what one on such a host says and runs the guest without, and a /dev/sev. The measurement that it gives is a digest of
/// all that the guest was started with, its files and their modes included.
/// </summary>
public sealed class EncryptedGuestTests
{
    private const string Name = "t-sev";

    private static readonly string s_qemu = Repository.Path("tests", "Vireo.TestKit", "StandIns", "sev", "qemu-system-x86_64");

    private static readonly Session s_session = new(
        Name,
        [
            "nodesevinfo", "domcapabilities --xpath //sev", "define {dir}/kept.xml", "domlaunchsecinfo t-sev", "domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret", "start t-sev",
            "dumpxml t-sev --xpath //launchSecurity", "dumpxml t-sev --inactive --xpath //launchSecurity", "domlaunchsecinfo t-sev", "domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret",
            "suspend t-sev", "domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret", "domlaunchsecinfo t-sev",
            "domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret --set-address 4096", "domlaunchsecinfo t-sev", "domsetlaunchsecstate t-sev --secrethdr {dir}/refused --secret {dir}/secret",
            "-r domlaunchsecinfo t-sev", "-r domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret", "destroy t-sev",
            "define {dir}/told.xml", "start t-sev --paused", "dumpxml t-sev --xpath //launchSecurity", "domlaunchsecinfo t-sev", "destroy t-sev",
            "define {dir}/hashed.xml", "start t-sev", "dumpxml t-sev --xpath //launchSecurity", "domlaunchsecinfo t-sev", "destroy t-sev",
            "define {dir}/efi.xml", "start t-sev", "dumpxml t-sev --xpath //loader", "destroy t-sev", "define {dir}/state.xml", "start t-sev", "undefine t-sev --nvram",
            "define {dir}/stock.xml", "define {dir}/pv.xml", "define {dir}/dom.xml", "domlaunchsecinfo t-sev", "start t-sev", "domlaunchsecinfo t-sev", "domsetlaunchsecstate t-sev --secrethdr {dir}/header --secret {dir}/secret", "destroy t-sev",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["kept.xml"] = Encrypted("<policy>0x3</policy><dhCert>REggY2VydA==</dhCert><session>c2Vzc2lvbg==</session>"),
            ["told.xml"] = Encrypted("<cbitpos>51</cbitpos><reducedPhysBits>5</reducedPhysBits><policy>0x1</policy><session>c2Vzc2lvbg==</session>"),
            ["hashed.xml"] = Encrypted("<policy>0x1</policy>", " kernelHashes='yes'"),
            ["efi.xml"] = Encrypted("<policy>0x1</policy>", os: "<os firmware='efi'><nvram>{dir}/v.fd</nvram>"),
            ["state.xml"] = Encrypted("<policy>0x5</policy>", os: "<os firmware='efi'><nvram>{dir}/v.fd</nvram>"),
            ["stock.xml"] = Encrypted("<policy>0x1</policy>", emulator: "/usr/bin/qemu-system-x86_64"),
            ["pv.xml"] = "{domain|</devices>|</devices><launchSecurity type='s390-pv'/>}",
            ["header"] = "aGVhZGVy",
            ["secret"] = "c2VjcmV0",
            ["refused"] = "refused",
        },
    };

    [Fact]
    public async Task They_are_started_asked_and_given_secrets_as_by_libvirtd()
    {
        RequireRoot();
        await using var libvirtd = new ScratchLibvirtd { Starter = WithSev(), Environment = OnPath() };
        await using var vireod = new ScratchVireod { Starter = WithSev(), Environment = OnPath() };
        await libvirtd.StartAsync();
        await vireod.StartAsync();
        var expected = await s_session.RunAsync(libvirtd, "virsh");
        foreach (string told in (string[])["sev-measurement: ", "<cbitpos>47</cbitpos>", "domain must be in a paused state"])
            expected.ShouldContain(step => step.Contains(told, StringComparison.Ordinal));
        foreach (var (daemon, tool) in ((ScratchDaemon, string)[])[(vireod, "virsh"), (libvirtd, "vireo"), (vireod, "vireo")])
            Differences(await s_session.RunAsync(daemon, tool), expected).ShouldBeEmpty($"{tool} against {daemon.Kind}");
        Processes(vireod).ShouldBeEmpty();
        Directory.EnumerateFiles(vireod.Root, "*.base64", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_host_has_it_not_they_are_refused_as_by_libvirtd()
    {
        RequireRoot();
        var session = new Session(Name, ["nodesevinfo", "domcapabilities --xpath //sev", "define {dir}/stock.xml", "define {dir}/kept.xml", "start t-sev", "domstate t-sev", "undefine t-sev"]) { Documents = s_session.Documents };
        await using var libvirtd = new ScratchLibvirtd();
        await using var vireod = new ScratchVireod();
        await libvirtd.StartAsync();
        await vireod.StartAsync();
        var expected = await session.RunAsync(libvirtd, "virsh");
        foreach (string told in (string[])["QEMU does not support SEV guest", "Path '/dev/sev' is not accessible"])
            expected.ShouldContain(step => step.Contains(told, StringComparison.Ordinal));
        Differences(await session.RunAsync(vireod, "virsh"), expected).ShouldBeEmpty();
        Directory.EnumerateFiles(vireod.Root, "*.base64", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_guest_that_runs_as_another_user_has_its_files_and_a_device_of_its_own_and_outlives_the_daemon()
    {
        RequireRoot();
        using var scratch = new ScratchDirectory("vs");
        await using var vireod = new ScratchVireod { Starter = WithSev(), Settings = "user = \"nobody\"\ngroup = \"nogroup\"\n" };
        await vireod.StartAsync();
        var domain = new TestDomain(Name) { Uuid = "5c1d1f0e-3c39-4b0e-8f6b-2f3f6f3a9c31", Memory = 32, Devices = $"<serial type='file'><source path='{vireod.Root}/said'/></serial>" }.ToXml();
        File.Copy(s_qemu, scratch["qemu-system-x86_64"]);
        domain = domain.Replace("</devices>", $"<emulator>{scratch["qemu-system-x86_64"]}</emulator></devices><launchSecurity type='sev'><policy>0x3</policy><dhCert>REg=</dhCert></launchSecurity>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(scratch["dom.xml"], domain);
        await File.WriteAllTextAsync(scratch["broken.xml"], domain.Replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ", StringComparison.Ordinal)
            .Replace("</domain>", "<qemu:commandline><qemu:arg value='-nosuch'/></qemu:commandline></domain>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["header"], "aGVhZGVy");
        await Client.MustAsync(vireod, "define", scratch["broken.xml"]);
        var failed = await Client.VirshAsync(vireod, "start", Name, "--paused");
        (failed.ExitCode, failed.ToString()).ShouldSatisfyAllConditions(start => start.ExitCode.ShouldBe(1), start => start.Item2.ShouldContain("-nosuch: invalid option"));
        Directory.EnumerateFiles(vireod.Root, "*.base64", SearchOption.AllDirectories).ShouldBeEmpty();
        await Client.MustAsync(vireod, "define", scratch["dom.xml"]);
        await Client.MustAsync(vireod, "start", Name, "--paused");
        int guest = Processes(vireod).ShouldHaveSingleItem();
        string file = Directory.EnumerateFiles(vireod.Root, "dh_cert.base64", SearchOption.AllDirectories).ShouldHaveSingleItem();
        (await OwnerAsync(file)).ShouldBe("nobody nogroup 600");
        (await OwnerAsync($"/proc/{guest}/root/dev/sev")).ShouldBe("nobody nogroup 600");
        string measured = await Client.MustAsync(vireod, "domlaunchsecinfo", Name);
        await vireod.KillAsync();
        await vireod.StartAsync();
        (await Client.MustAsync(vireod, "domlaunchsecinfo", Name)).ShouldBe(measured);
        await Client.MustAsync(vireod, "domsetlaunchsecstate", Name, "--secrethdr", scratch["header"], "--secret", scratch["header"]);
        (await Client.MustAsync(vireod, "domlaunchsecinfo", Name)).ShouldNotBe(measured);
        await Client.MustAsync(vireod, "destroy", Name);
        File.Exists(file).ShouldBeFalse();
    }

    private static string Differences(IReadOnlyList<string> actual, IReadOnlyList<string> expected) =>
        string.Join("\n", expected.Zip(actual).Where(pair => pair.First != pair.Second).Select(pair => $"--- virsh against libvirtd\n{pair.First}\n+++\n{pair.Second}\n"));

    // The program between monitor and daemon goes when QEMU has gone.
    private static int[] Processes(ScratchDaemon daemon) => [.. daemon.Guests().Where(pid => File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("/usr/bin/qemu-system-x86_64", StringComparison.Ordinal))];

    private static void RequireRoot() => Assert.SkipUnless(Environment.UserName == "root", "needs root for a /dev/sev that nobody else sees");

    private static IReadOnlyList<string> WithSev() => [Repository.Path("scripts", "with-device"), "sev"];

    private static Dictionary<string, string> OnPath() => new() { ["PATH"] = $"{Path.GetDirectoryName(s_qemu)}:{Environment.GetEnvironmentVariable("PATH")}" };

    private static string Encrypted(string members, string attributes = "", string os = "<os>", string? emulator = null) =>
        "{domain|<os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n  <features><acpi/></features>\n  <on_reboot>restart</on_reboot>\n  <on_crash>destroy</on_crash>\n  <devices>|"
        + $"{os}<type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><launchSecurity type='sev'{attributes}>{members}</launchSecurity><devices><emulator>{emulator ?? s_qemu}</emulator>}}";

    private static async Task<string> OwnerAsync(string path) => (await ProgramRun.CheckAsync("stat", "-c", "%U %G %a", path)).Trim();
}
