using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

public sealed class FirmwareChoiceTests : IDisposable
{
    private readonly ScratchDirectory _dir = new("fw");
    private readonly FirmwareChoice _choice;

    public FirmwareChoiceTests()
    {
        foreach (var place in new[] { "etc", "usr" })
            Directory.CreateDirectory(_dir[place]);
        _choice = new FirmwareChoice(new FirmwareDescriptions([_dir["etc"], _dir["nowhere"], _dir["usr"]]), "/nvram");
        Describe("usr/40-keys.json", "keys", features: "\"secure-boot\", \"enrolled-keys\", \"requires-smm\"", machines: "pc-q35-*");
        Describe("usr/50-secure.json", "secure", features: "\"secure-boot\", \"requires-smm\"", machines: "pc-q35-*");
        Describe("usr/60-plain.json", "plain", features: "\"acpi-s3\"", machines: "pc-q35-*\", \"pc-i440fx-*");
        Describe("usr/70-qcow2.json", "packed", format: "qcow2");
        Describe("usr/80-stateless.json", "still", mode: "stateless");
        File.WriteAllText(_dir["usr/90-broken.json"], "{");
    }

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData("pc-q35-7.2", "", "keys")]
    [InlineData("pc-i440fx-7.2", "", "plain")]
    [InlineData("pc-q35-7.2", "<firmware><feature enabled='no' name='enrolled-keys'/></firmware>", "secure")]
    [InlineData("pc-q35-7.2", "<firmware><feature enabled='no' name='secure-boot'/></firmware>", "plain")]
    [InlineData("pc-q35-7.2", "<loader stateless='yes'/>", "still")]
    [InlineData("pc-q35-7.2", "<loader format='qcow2'/>", "packed")]
    public void The_first_that_has_what_is_asked_for_is_chosen(string machine, string asked, string expected) =>
        _choice.Apply(Domain(machine, " firmware='efi'", asked)).Os.Loader!.Path.ShouldBe($"/{expected}.fd");

    [Fact]
    public void An_administrators_description_stands_for_the_packages_one_and_hides_it_when_empty()
    {
        File.WriteAllText(_dir["etc/40-keys.json"], "");
        _choice.Apply(Domain("pc-q35-7.2", " firmware='efi'")).Os.Loader!.Path.ShouldBe("/secure.fd");
        Describe("etc/50-secure.json", "own");
        _choice.Apply(Domain("pc-q35-7.2", " firmware='efi'")).Os.Loader!.Path.ShouldBe("/own.fd");
    }

    [Fact]
    public void What_the_firmware_needs_of_the_machine_comes_with_it()
    {
        var chosen = _choice.Apply(Domain("pc-q35-7.2", " firmware='efi'"));
        chosen.Features!.Smm!.State.ShouldBe(true);
        chosen.Os.Firmware.ShouldBeNull();
        chosen.Os.Loader.ShouldBe(new LoaderConfig { Path = "/keys.fd", Type = LoaderType.Pflash, Readonly = true, Secure = true });
        chosen.Os.Nvram.ShouldBe(new NvramConfig { Path = "/nvram/d_VARS.fd", Template = "/keys.vars" });
        Should.Throw<VireoException>(() => _choice.Apply(Domain("pc-q35-7.2", " firmware='efi'", features: "<smm state='off'/>"))).Code.ShouldBe(ErrorCode.OperationInvalid);
    }

    [Fact]
    public void Variables_have_the_format_of_their_template()
    {
        var chosen = _choice.Apply(Domain("pc-q35-7.2", " firmware='efi'", "<nvram format='qcow2'/>"));
        chosen.Os.Loader!.Path.ShouldBe("/packed.fd");
        chosen.Os.Nvram.ShouldBe(new NvramConfig { Path = "/nvram/d_VARS.qcow2", Template = "/packed.vars", Format = "qcow2" });
    }

    [Fact]
    public void A_named_image_gets_the_template_of_its_description_and_keeps_one_of_its_own()
    {
        const string Image = "<loader readonly='yes' type='pflash'>/secure.fd</loader>";
        var named = _choice.Apply(Domain("pc-q35-7.2", "", Image));
        named.Os.Nvram!.Template.ShouldBe("/secure.vars");
        named.Os.Loader!.Secure.ShouldBe(true);
        var own = Domain("pc-q35-7.2", "", Image + "<nvram template='/own.vars'/>");
        _choice.Apply(own).ShouldBe(own);
        var unknown = Domain("pc-q35-7.2", "", "<loader readonly='yes' type='pflash'>/other.fd</loader>");
        _choice.Apply(unknown).ShouldBe(unknown);
    }

    [Fact]
    public void Where_the_variables_lie_is_known_before_a_start()
    {
        _choice.VariablesOf(Domain("pc-q35-7.2", " firmware='efi'")).ShouldBe("/nvram/d_VARS.fd");
        _choice.VariablesOf(Domain("pc-q35-7.2", " firmware='efi'", "<nvram>/own</nvram>")).ShouldBe("/own");
        _choice.VariablesOf(Domain("pc-q35-7.2", " firmware='efi'", "<loader stateless='yes'/>")).ShouldBeNull();
        _choice.VariablesOf(Domain("pc-q35-7.2", "")).ShouldBeNull();
    }

    [Fact]
    public void What_nothing_satisfies_is_refused()
    {
        var refusal = Should.Throw<VireoException>(() => _choice.Apply(Domain("microvm", " firmware='efi'")));
        refusal.Code.ShouldBe(ErrorCode.OperationFailed);
        refusal.Message.ShouldBe("operation failed: Unable to find any firmware to satisfy 'efi'");
    }

    [Theory]
    [InlineData("0x1", "sev")]
    [InlineData("0x5", "state")]
    public void A_guest_that_is_encrypted_gets_what_can_be(string policy, string expected)
    {
        Describe("usr/85-sev.json", "sev", features: "\"amd-sev\"");
        Describe("usr/86-state.json", "state", features: "\"amd-sev\", \"amd-sev-es\"");
        var domain = Domain("pc-q35-7.2", " firmware='efi'") with { LaunchSecurity = DomainConfig.Parse($"<domain><launchSecurity type='sev'><policy>{policy}</policy></launchSecurity></domain>").LaunchSecurity };
        _choice.Apply(domain).Os.Loader!.Path.ShouldBe($"/{expected}.fd");
    }

    private static DomainConfig Domain(string machine, string kind, string asked = "", string features = "") => DomainConfig.Parse(
        $"<domain type='qemu'><name>d</name><os{kind}><type arch='x86_64' machine='{machine}'>hvm</type>{asked}</os><features><acpi/>{features}</features></domain>");

    private void Describe(string path, string name, string features = "", string machines = "pc-q35-*", string format = "raw", string mode = "split")
    {
        string template = mode == "split" ? $$""", "nvram-template": {"filename": "/{{name}}.vars", "format": "{{format}}"} """ : "";
        File.WriteAllText(_dir[path], $$"""
            {
                "interface-types": ["uefi"], "features": [{{features}}], "targets": [{"architecture": "x86_64", "machines": ["{{machines}}"]}],
                "mapping": {"device": "flash", "mode": "{{mode}}", "executable": {"filename": "/{{name}}.fd", "format": "{{format}}"}{{template}}
                }
            }
            """);
    }
}
