using Vireo.Host.Security;

namespace Vireo.Host.Tests.Security;

public sealed class AppArmorTests
{
    [Theory]
    [InlineData("libvirt-1 (enforce)\n", "libvirt-1", true)]
    [InlineData("libvirt-1 (complain)", "libvirt-1", false)]
    [InlineData("a (b) (enforce)\n\0", "a (b)", true)]
    public void A_label_is_read(string text, string profile, bool enforced) => AppArmorLabel.Parse(text).ShouldBe(new AppArmorLabel(profile, enforced));

    [Theory]
    [InlineData("unconfined\n")]
    [InlineData("system_u:system_r:kernel_t:s0\0")]
    [InlineData("")]
    [InlineData(" (enforce)")]
    public void What_is_not_confined_has_none(string text) => AppArmorLabel.Parse(text).ShouldBeNull();
}
