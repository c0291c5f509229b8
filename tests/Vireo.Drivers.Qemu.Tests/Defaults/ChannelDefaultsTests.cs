using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

public sealed class ChannelDefaultsTests
{
    [Theory]
    [InlineData("/var/lib/libvirt/qemu/channel/target/domain-1-g/org.qemu.guest_agent.0", false)]
    [InlineData("/root/lib/vireo/qemu/channel/target/domain-77-g/x", false)]
    [InlineData("/var/lib/libvirt/qemu/channel/target/mine", true)]
    [InlineData("/run/g.agent", true)]
    public void What_belonged_to_a_run_is_not_taken_over(string path, bool kept)
    {
        var parsed = DomainConfig.Parse($"""
            <domain type='qemu'><name>g</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
            <channel type='unix'><source mode='bind' path='{path}'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
            </devices></domain>
            """);

        var channel = DomainDefaults.Apply(parsed, DomainDefaultsTests.Context).Devices.Channels[0];

        channel.Target!.State.ShouldBeNull();
        channel.Source?.Path.ShouldBe(kept ? path : null);
    }
}
