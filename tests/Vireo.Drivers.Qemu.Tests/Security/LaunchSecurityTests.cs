using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.Tests.Monitor;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Security;

/// <summary>Encrypted guests, without a host that has them. What a whole run of one does is compared with libvirtd in Vireo.Interop.Tests.</summary>
public sealed class LaunchSecurityTests
{
    private const string Told = """{"pdh":"P","cert-chain":"C","cpu0-id":"I","cbitpos":47,"reduced-phys-bits":1}""";

    [Fact]
    public void What_QEMU_says_is_told_in_all_its_forms()
    {
        var sev = Read(Told);
        sev.ShouldBe(new SevCapabilities("P", "C", "I", 47, 1));
        sev.ToParameters().Take(5).ShouldBe([TypedParam.Of("pdh", "P"), TypedParam.Of("cert-chain", "C"), TypedParam.Of("cpu0-id", "I"), TypedParam.Of("cbitpos", 47u), TypedParam.Of("reduced-phys-bits", 1u)]);
        Read(Told.Replace("\"cpu0-id\":\"I\",", "", StringComparison.Ordinal)).ToParameters().ShouldNotContain(parameter => parameter.Field == "cpu0-id");
        var shown = sev.Describe();
        (shown.Supported, shown.Cbitpos, shown.ReducedPhysBits, shown.Cpu0Id).ShouldBe((true, 47u, 1u, "I"));
    }

    [Theory]
    [InlineData("pdh")]
    [InlineData("cert-chain")]
    [InlineData("cbitpos")]
    [InlineData("reduced-phys-bits")]
    public void An_answer_that_lacks_something_is_none(string field) =>
        Should.Throw<VireoException>(() => Read(Told.Replace($"\"{field}\"", "\"x\"", StringComparison.Ordinal))).Message.ShouldBe($"internal error: query-sev-capabilities reply was missing '{field}' field");

    [Theory]
    [InlineData(509u, 100u, 410u, 99u)]
    [InlineData(15u, 1u, 15u, 0u)]
    [InlineData(0u, 0u, 0u, 0u)]
    [InlineData(0u, 5u, 0u, 0u)]
    [InlineData(4u, 5u, 0u, 0u)]
    public void Processors_tell_how_many_guests_there_may_be(uint last, uint first, uint guests, uint withState) => SevCapabilities.MostOf((0, 0, last, first)).ShouldBe((guests, withState));

    [Fact]
    public void The_host_may_have_it_turned_off()
    {
        using var scratch = new ScratchDirectory();
        HostEncryption.IsOn(scratch["sev"]).ShouldBeFalse();
        foreach (var (content, expected) in (ReadOnlySpan<(string, bool)>)[("Y\n", true), ("1\n", true), ("N\n", false), ("0\n", false), ("", false)])
        {
            File.WriteAllText(scratch["sev"], content);
            HostEncryption.IsOn(scratch["sev"]).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("sev", false, "SEV launch security is not supported with this QEMU binary")]
    [InlineData("sev", true, null)]
    [InlineData("sev' kernelHashes='yes", true, "SEV measured direct kernel boot is not supported with this QEMU binary")]
    [InlineData("s390-pv", true, "S390 PV launch security is not supported with this QEMU binary")]
    public void Guests_are_refused_by_what_there_is(string type, bool has, string? expected)
    {
        LaunchSecurityChecks.Refusal(Encrypted(type), new GuestEncryption(has, SevKernelHashes: false, S390Pv: false)).ShouldBe(expected);
        LaunchSecurityChecks.Refusal(Encrypted(type), new GuestEncryption(Sev: true, SevKernelHashes: true, S390Pv: true)).ShouldBe(type == "s390-pv" ? "S390 PV launch security is not supported by this host or kernel" : null);
        LaunchSecurityChecks.Refusal(null, GuestEncryption.None).ShouldBeNull();
    }

    [Fact]
    public async Task Files_of_the_launch_are_its_users_alone()
    {
        using var scratch = new ScratchDirectory();
        var user = CurrentUser.Id == 0 ? new HostAccount(4711, 4712, []) : null;
        await LaunchSecurityFiles.WriteAsync(Encrypted("sev", "<dhCert>cert</dhCert><session>keys</session>"), scratch.Path, new GuestOwner(user), default);
        foreach (var (name, content) in (ReadOnlySpan<(string, string)>)[("dh_cert.base64", "cert"), ("session.base64", "keys")])
        {
            File.ReadAllText(scratch[name]).ShouldBe(content);
            File.GetUnixFileMode(scratch[name]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var file = PinnedFile.TryOpen(scratch[name]);
            (file!.User, file.Group).ShouldBe(user is null ? (CurrentUser.Id, CurrentUser.Group) : (4711u, 4712u));
        }

        Directory.GetFiles(scratch.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Files_of_the_launch_are_bounded_and_made_for_who_needs_them()
    {
        using var scratch = new ScratchDirectory();
        await LaunchSecurityFiles.WriteAsync(Encrypted("sev"), scratch.Path, GuestOwner.None, default);
        await LaunchSecurityFiles.WriteAsync(null, scratch.Path, GuestOwner.None, default);
        var failure = await Should.ThrowAsync<VireoException>(async () => await LaunchSecurityFiles.WriteAsync(Encrypted("sev", $"<session>{new string('a', 65537)}</session>"), scratch.Path, GuestOwner.None, default));
        failure.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        Directory.GetFiles(scratch.Path).ShouldBeEmpty();
    }

    [Fact]
    public void The_device_is_the_guests_and_on_the_host_everybodys()
    {
        var domain = Domain("<launchSecurity type='sev'><policy>1</policy></launchSecurity>");
        var device = GuestFiles.Of(domain, new LiveDisks([], 0)).ShouldHaveSingleItem();
        (device.Path, device.IsWritten, device.Use).ShouldBe(("/dev/sev", true, FileUse.Open));
        GuestFiles.Of(Domain(""), new LiveDisks([], 0)).ShouldBeEmpty();
        using var scratch = new ScratchDirectory();
        File.WriteAllText(scratch["sev"], "");
        using var file = PinnedFile.TryOpen(scratch["sev"])!;
        new GuestOwner(new HostAccount(4711, 4712, [])) { Gives = true }.LabelOf(device, file).ShouldBeNull();
        GuestProfile.Write("p", domain, new GuestOwner(new HostAccount(4711, 4712, [])), "/run/d", "/run/c", "/d.log", [device]).ShouldContain("\"/dev/sev\" rwk,");
    }

    [Theory]
    [InlineData("<memtune><hard_limit unit='KiB'>4096</hard_limit></memtune><memoryBacking><locked/></memoryBacking>", "", 4194304ul)]
    [InlineData("<memtune><hard_limit unit='KiB'>9007199254740991</hard_limit></memtune>", "", null)]
    [InlineData("<memoryBacking><locked/></memoryBacking>", "", ulong.MaxValue)]
    [InlineData("", "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>", 1140850688ul)]
    [InlineData("", "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>", null)]
    [InlineData("", "<disk type='nvme'><source type='pci' namespace='1'><address bus='0x01'/></source><target dev='vda'/></disk>", 1140850688ul)]
    [InlineData("", "<disk type='file'><source file='/nowhere/o'/><backingStore type='nvme'><format type='raw'/><source type='pci' namespace='1'><address bus='0x01'/></source></backingStore><target dev='vda'/></disk>", 1140850688ul)]
    [InlineData("<launchSecurity type='sev'><policy>1</policy></launchSecurity>", "", null)]
    public void Guests_may_lock_what_libvirt_lets_them(string elements, string devices, ulong? expected) => MemoryLockLimit.Of(Domain(elements, devices)).ShouldBe(expected);

    [Fact]
    public async Task The_monitor_is_asked_in_QEMUs_words()
    {
        var (qemu, socket) = await FakeQemu.PairAsync();
        using var other = qemu;
        var opening = QmpMonitor.OpenAsync(socket, static _ => { }, TimeSpan.FromSeconds(10), default);
        await qemu.GreetAsync();
        await using var monitor = await opening;
        await AnswerAsync(qemu, "\"execute\":\"query-sev\"", """{"return":{"enabled":true,"api-major":1,"api-minor":52,"build-id":3,"policy":5,"state":"running","handle":1},"id":#}""", monitor.ExecuteAsync(Qmp.QuerySev, default), sev => sev.ShouldBe(new QmpSev(1, 52, 3, 5)));
        await AnswerAsync(qemu, "query-sev-launch-measure", """{"return":{"data":"TQ=="},"id":#}""", monitor.ExecuteAsync(Qmp.QuerySevMeasurement, default), text => text.ShouldBe("TQ=="));
        await AnswerAsync(qemu, "\"arguments\":{\"packet-header\":\"h\",\"secret\":\"s\",\"gpa\":4096}", """{"return":{},"id":#}""", monitor.ExecuteAsync(Qmp.InjectLaunchSecret("h", "s", 4096), default), _ => { });
        await AnswerAsync(qemu, "\"arguments\":{\"packet-header\":\"h\",\"secret\":\"s\"}", """{"return":{},"id":#}""", monitor.ExecuteAsync(Qmp.InjectLaunchSecret("h", "s", null), default), _ => { });
        var late = monitor.ExecuteAsync(Qmp.QuerySev, default);
        var (_, id) = await qemu.CommandAsync();
        qemu.Say($$"""{"return":{"enabled":true,"api-major":-1,"api-minor":52,"build-id":3,"policy":5},"id":{{id}}}""");
        (await Should.ThrowAsync<VireoException>(() => late)).Message.ShouldContain("'api-major'");
    }

    private static async Task AnswerAsync<T>(FakeQemu qemu, string expected, string reply, Task<T> asked, Action<T> check)
    {
        var text = await qemu.TextAsync();
        text.ShouldContain(expected);
        using var command = JsonDocument.Parse(text);
        qemu.Say(reply.Replace("#", command.RootElement.GetProperty("id").GetRawText(), StringComparison.Ordinal));
        check(await asked);
    }

    private static SevCapabilities Read(string told)
    {
        using var document = JsonDocument.Parse(told);
        return SevCapabilities.Read(document.RootElement);
    }

    private static LaunchSecurityConfig Encrypted(string type, string members = "") => Domain($"<launchSecurity type='{type}'><policy>1</policy>{members}</launchSecurity>").LaunchSecurity!;

    private static DomainConfig Domain(string elements, string devices = "") =>
        DomainConfig.Parse($"<domain type='qemu'><name>d</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>{elements}<devices>{devices}</devices></domain>");
}
