using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Limits of the traffic of cards that change.</summary>
public sealed class TrafficShapingTests
{
    private const string NoDevice = "vt-none";

    [Fact]
    public async Task What_refused_the_new_limits_is_told_before_what_refused_the_old_ones()
    {
        Assert.SkipWhen(ProgramPath.Find("tc") is null, "tc is not installed");
        using var run = new ScratchDirectory();
        var limit = new BandwidthLimit { Average = 1000 };
        var before = new InterfaceConfig { Type = InterfaceType.Ethernet, Bandwidth = new BandwidthConfig { Outbound = limit } };
        var after = before with { Bandwidth = new BandwidthConfig { Inbound = limit } };
        var failure = await Should.ThrowAsync<VireoException>(() => TrafficShaping.ReplaceAsync(NoDevice, before, after, Guid.Empty, run.Path, default));
        failure.Message.ShouldMatch($"(?s)^internal error: Child process \\(tc qdisc add dev {NoDevice} root .*while undoing: could not limit the traffic of '{NoDevice}' as before: .*add dev {NoDevice} ingress");
    }
}
