namespace Vireo.Drivers.Lxc.Tests;

/// <summary>Where ours do not do as libvirt 9.0 does: docs/compatibility.md tells of each, and each is so.</summary>
public sealed class OwnWaysTests
{
    private const string Card = "lxc.network.type = veth\nlxc.network.link = br0\n";

    private static readonly Dictionary<string, Action> s_ways = new(StringComparer.Ordinal)
    {
        ["lxc.cap.drop"] = () =>
        {
            var capabilities = Read("lxc.cap.drop = sys_module\nlxc.cap.drop = mac_admin mknod").Features!.Capabilities!;
            (capabilities.SysModule!.State, capabilities.MacAdmin!.State, capabilities.Mknod!.State, capabilities.Chown).ShouldBe((false, false, false, null));
        },
        ["lxc.tty"] = () =>
        {
            Refusal(() => Read("lxc.tty = -1")).ShouldBe(ErrorCode.InternalError);
            Refusal(() => Read("lxc.tty = 1025")).ShouldBe(ErrorCode.InternalError);
            Read("lxc.tty = 1024").Devices.Consoles.Count.ShouldBe(1024);
        },
        ["negative numbers"] = () =>
        {
            foreach (var line in (ReadOnlySpan<string>)["cpu.shares = -1", "cpu.cfs_period_us = -1", "blkio.weight = -1", "blkio.device_weight = 8:16 -1", "blkio.throttle.read_bps_device = 8:16 -1", "memory.soft_limit_in_bytes = -2"])
                Refusal(() => Read("lxc.cgroup." + line)).ShouldBe(ErrorCode.InternalError, line);
            Refusal(() => Read(Card + "lxc.network.ipv4 = 1.2.3.4/-1")).ShouldBe(ErrorCode.InvalidArg);
            Read("lxc.cgroup.memory.soft_limit_in_bytes = -1").Memtune.ShouldBeNull();
        },
        ["lxc.idmap"] = () =>
        {
            foreach (var range in (ReadOnlySpan<string>)["u 0 4294967296 1", "u 0 1 99999999999", "u 0 1 0x10", "u 0 1 1x", "u -1 1 1"])
                Refusal(() => Read("lxc.idmap = " + range)).ShouldBe(ErrorCode.InternalError, range);
        },
        ["empty names"] = () => Refusal(() => LxcDomain.FromNative("lxc.rootfs = /r\nlxc.utsname =\n", TestHost.Debian)).ShouldBe(ErrorCode.NoName),
        ["lxc.network.ipv4.gateway"] = () => Should.Throw<VireoException>(() => Read(Card + "lxc.network.ipv4.gateway = fe80::1"))
            .Message.ShouldBe("XML error: Domain interface: ipv4 specified for non-IPv4 gateway address 'fe80::1' in route definition"),
        ["refusals without a reason"] = () =>
        {
            Reason("lxc.network.mtu = 1400", Card).ShouldContain("lxc.network.mtu");
            Reason("lxc.network.link = br0").ShouldContain("before lxc.network.type");
            Reason("lxc.net.x.type = veth").ShouldContain("lxc.net.x.type");
            Reason("lxc.mount.entry = /a b none").ShouldContain("'/a b none'");
            Reason("lxc.idmap = x 0 1 1").ShouldContain("'x 0 1 1'");
            Reason("lxc.network.type = macvlan").ShouldContain("link");
        },
        ["domain type='none'"] = () => Refusal(() => LxcDomain.Complete(Domain with { Type = DomainType.None }, TestHost.Debian)).ShouldBe(ErrorCode.InvalidArg),
        ["lxc:namespace"] = () =>
        {
            var refused = Should.Throw<VireoException>(() => DomainConfig.Parse(GoldenTests.Document(["end: <lxc:namespace><lxc:sharenet type='x' value='red'/></lxc:namespace>"])));
            (refused.Code, refused.Domain, refused.Message).ShouldBe((ErrorCode.InternalError, ErrorDomain.Domain, "internal error: Unknown LXC namespace source 'x'"));
        },
    };

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    private static DomainConfig Domain => DomainConfig.Parse(GoldenTests.Document([]));

    [Theory]
    [MemberData(nameof(Ways))]
    public void It_is_as_the_page_says(string place) => s_ways[place]();

    [Fact]
    public void The_page_tells_of_each() => CompatibilityPage.Of("LXC: otherwise than libvirt 9.0").Order().ShouldBe(s_ways.Keys.Order());

    private static DomainConfig Read(string lines) => LxcDomain.FromNative(GoldenTests.Config([lines]), TestHost.Debian);

    private static ErrorCode Refusal(Func<object> use) => Should.Throw<VireoException>(use).Code;

    private static string Reason(string line, string before = "")
    {
        var refused = Should.Throw<VireoException>(() => Read(before + line));
        refused.Code.ShouldBe(ErrorCode.InternalError);
        return refused.Message;
    }
}
