using Vireo.Config;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Processes;
using Vireo.Host.Security;

namespace Vireo.Drivers.Qemu.Tests.Security;

public sealed class GuestSecurityTests
{
    private static readonly QemuSettings s_settings = new() { User = "+4711", Group = "+4712" };

    [Fact]
    public void A_domain_runs_as_its_label_says()
    {
        var security = GuestSecurity.Of(s_settings, privileged: true);
        security.Default.ShouldBe(new DacLabel(4711, 4712));
        var usual = security.OwnerOf(Domain());
        (usual.Label, usual.Gives, usual.Remembers, usual.Locks).ShouldBe((new(4711, 4712), true, true, true));
        usual.SharedDevices!.ShouldContain("/dev/kvm");
        var fixedLabel = security.OwnerOf(Domain(new SeclabelConfig { Type = SeclabelType.Static, Model = "dac", Label = "root:+7", Relabel = true }));
        (fixedLabel.Label, fixedLabel.Gives).ShouldBe((new(0, 7), true));
        security.OwnerOf(Domain(new SeclabelConfig { Type = SeclabelType.Static, Model = "dac", Label = "1:1", Relabel = false })).Gives.ShouldBeFalse();
        security.OwnerOf(Domain(new SeclabelConfig { Type = SeclabelType.None, Model = "dac" })).Gives.ShouldBeFalse();
        GuestSecurity.Of(s_settings with { DynamicOwnership = false, OwnDevices = false }, privileged: true).OwnerOf(Domain()).ShouldSatisfyAllConditions(
            owner => owner.Gives.ShouldBeFalse(), owner => owner.SharedDevices.ShouldBeNull());
    }

    [Fact]
    public void The_live_document_tells_the_label()
    {
        var security = GuestSecurity.Of(s_settings, privileged: true);
        var label = security.Show(Domain(), new ProcessOwner(4711, 4712), null).Seclabels.ShouldHaveSingleItem();
        (label.Type, label.Model, label.Relabel, label.Label, label.Imagelabel).ShouldBe((SeclabelType.Dynamic, "dac", true, "+4711:+4712", "+4711:+4712"));
        var told = Domain(new SeclabelConfig { Type = SeclabelType.Static, Model = "dac", Label = "root:root", Relabel = true });
        security.Show(told, new ProcessOwner(0, 0), null).Seclabels[0].Imagelabel.ShouldBe("root:root");
        GuestSecurity.Off.Show(told, new ProcessOwner(0, 0), null).ShouldBeSameAs(told);
    }

    [Fact]
    public void Where_the_host_has_AppArmor_each_guest_has_a_profile()
    {
        var host = new AppArmor("apparmor_parser");
        var security = GuestSecurity.Of(s_settings, privileged: true, () => host);
        var uuid = Guid.Parse("c7a5fdbd-edaf-9455-926a-d65c16db1809");
        DomainConfig Confined(params SeclabelConfig[] labels) => Domain(labels) with { Uuid = uuid };
        security.OwnerOf(Confined()).Confinement.ShouldBe(new($"libvirt-{uuid}", host));
        security.OwnerOf(Confined(), beside: 7).Confinement.ShouldBe(new($"libvirt-{uuid}.7", host));
        security.OwnerOf(Confined(new SeclabelConfig { Type = SeclabelType.Static, Model = "apparmor", Label = "own" })).Confinement.ShouldBe(new("own", null));
        security.OwnerOf(Confined(new SeclabelConfig { Type = SeclabelType.None, Model = "apparmor" })).Confinement.ShouldBeNull();
        security.OwnerOf(Confined(new SeclabelConfig { Type = SeclabelType.None })).Confinement.ShouldBeNull();
        Should.Throw<VireoException>(() => security.OwnerOf(Confined(new SeclabelConfig { Type = SeclabelType.Dynamic, Model = "apparmor", Baselabel = "x" }))).Code.ShouldBe(ErrorCode.ConfigUnsupported);
        GuestSecurity.Of(s_settings with { ConfinesByDefault = false }, privileged: true, () => host).OwnerOf(Confined()).Confinement.ShouldBeNull();
        GuestSecurity.Of(s_settings with { SecurityModels = ["none"] }, privileged: true, () => host).Confines.ShouldBeFalse();
        Should.Throw<VireoException>(() => GuestSecurity.Of(s_settings with { RequiresConfinement = true }, privileged: true, () => host).OwnerOf(Confined(new SeclabelConfig { Type = SeclabelType.None, Model = "apparmor" })))
            .Message.ShouldContain("Unconfined guests are not allowed on this host");
        foreach (var model in (string[])["selinux", "apparmor"])
        {
            Should.Throw<VireoException>(() => GuestSecurity.Of(s_settings with { SecurityModels = [model] }, privileged: true, () => null)).Message.ShouldContain($"Security driver {model} not enabled");
        }

        var shown = security.Show(Confined(), new ProcessOwner(4711, 4712), new AppArmorLabel("p", true)).Seclabels;
        shown.Select(label => (label.Model, label.Label)).ShouldBe([("apparmor", "p"), ("dac", "+4711:+4712")]);
    }

    [Theory]
    [InlineData("selinux", "system_u:x", ErrorCode.ConfigUnsupported)]
    [InlineData("dac", "nobody-of-that-name:root", ErrorCode.InvalidArg)]
    [InlineData("dac", "0", ErrorCode.InvalidArg)]
    public void Labels_that_cannot_be_had_are_refused(string model, string label, ErrorCode code) =>
        Should.Throw<VireoException>(() => GuestSecurity.Of(s_settings, privileged: true).OwnerOf(Domain(new SeclabelConfig { Type = SeclabelType.Static, Model = model, Label = label }))).Code.ShouldBe(code);

    [Fact]
    public void Guests_of_a_session_are_its_users()
    {
        var security = GuestSecurity.Of(s_settings, privileged: false);
        security.Default.ShouldBeNull();
        security.OwnerOf(Domain()).ShouldBe(GuestOwner.None);
    }

    private static DomainConfig Domain(params SeclabelConfig[] labels) => new() { Name = "a", Seclabels = [.. labels] };
}
