using Vireo.Config;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Processes;

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
        var label = security.Show(Domain(), new ProcessOwner(4711, 4712)).Seclabels.ShouldHaveSingleItem();
        (label.Type, label.Model, label.Relabel, label.Label, label.Imagelabel).ShouldBe((SeclabelType.Dynamic, "dac", true, "+4711:+4712", "+4711:+4712"));
        var told = Domain(new SeclabelConfig { Type = SeclabelType.Static, Model = "dac", Label = "root:root", Relabel = true });
        security.Show(told, new ProcessOwner(0, 0)).Seclabels[0].Imagelabel.ShouldBe("root:root");
        GuestSecurity.Off.Show(told, new ProcessOwner(0, 0)).ShouldBeSameAs(told);
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
