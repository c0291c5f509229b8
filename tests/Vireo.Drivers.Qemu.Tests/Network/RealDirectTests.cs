using System.Xml.Linq;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Network cards of running QEMUs that stand upon devices of the host.</summary>
public sealed class RealDirectTests
{
    private const string Mac = "52:54:00:00:07:0a";

    [Theory]
    [InlineData("nosuch0", "802.1Qbh", "profileid='finance'", "Unable to get index for interface nosuch0: No such device")]
    [InlineData("lo", "802.1Qbh", "profileid='finance'", "internal error: sending of PortProfileRequest failed.: 'lo' has no port profiles")]
    [InlineData("lo", "802.1Qbg", "managerid='11' typeid='1193047' typeidversion='2'", "internal error: sending of PortProfileRequest failed.: lldpad does not run on this host")]
    public async Task APortOfTheSwitchOutsideIsRefused(string lower, string type, string parameters, string refusal)
    {
        Assert.SkipWhen(File.Exists("/run/lldpad.pid"), "lldpad runs here");
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='direct'><source dev='{lower}'/><virtualport type='{type}'><parameters {parameters}/></virtualport><model type='virtio'/></interface>");
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldBe(refusal);
    }

    [Theory]
    [InlineData("bridge", "1500")]
    [InlineData("vepa", "1500")]
    [InlineData("private", "1500")]
    public async Task ACardGetsADeviceOfItsOwnThatGoesWithTheGuest(string mode, string longest)
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, mode, "<target dev='macvtap99999'/>"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var name = await NameAsync(scratch, dom);
        name.ShouldMatch(@"^macvtap\d{1,4}$");
        pair.Upper.ShouldBe([name]);
        (ScratchBridge.Fact(name, "address"), ScratchBridge.Fact(name, "mtu"), ScratchBridge.Fact(name, "carrier")).ShouldBe((Mac, longest, "1"));
        (await scratch.Connection.DomainGetXmlDescAsync(dom, (uint)DomainXMLFlags.Inactive, default)).ShouldNotContain("macvtap");
        await scratch.Connection.DomainDestroyAsync(dom, default);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task NameAndQueuesAreTheUsers()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var name = $"vm{Random.Shared.Next():x8}";
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, "bridge", $"<target dev='{name}'/><driver queues='3'/>"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        pair.Upper.ShouldBe([name]);
        File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline").ShouldMatch(@"""type"":""tap"",""fds"":""\d+:\d+:\d+""");
        var other = await scratch.DefineAsync("other", Card(pair.Lower, "bridge", $"<target dev='{name}'/>").Replace("07:0a", "07:0b", StringComparison.Ordinal));
        (await FailureAsync(scratch, other)).ShouldBe($"error creating macvtap interface {name}@{pair.Lower} (52:54:00:00:07:0b): File exists");
        pair.Upper.ShouldBe([name]);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task AGuestThatHasTheLowerDeviceToItselfHasItsAddressThereAndGivesItBack()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var before = ScratchBridge.Fact(pair.Lower, "address");
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, "passthrough"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        ScratchBridge.Fact(pair.Lower, "address").ShouldBe(Mac);
        var other = await scratch.DefineAsync("other", Card(pair.Lower, "private").Replace("07:0a", "07:0b", StringComparison.Ordinal));
        (await FailureAsync(scratch, other)).ShouldMatch($@"^error creating macvtap interface macvtap\d+@{pair.Lower} \(52:54:00:00:07:0b\): Invalid argument$");
        ScratchBridge.Fact(pair.Lower, "address").ShouldBe(Mac);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        ScratchBridge.Fact(pair.Lower, "address").ShouldBe(before);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task AGuestThatEndsWhileNoDaemonRunsLeavesNothingToTheNext()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var before = ScratchBridge.Fact(pair.Lower, "address");
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, "passthrough"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var name = await NameAsync(scratch, dom);
        await scratch.RestartAsync();
        (await NameAsync(scratch, dom)).ShouldBe(name);
        var identity = scratch.Domain(dom).Process!.Host.Identity;
        await scratch.RestartAsync(meanwhile: async () =>
        {
            using var process = HostProcess.Attach(identity)!;
            process.Kill(Signals.Kill);
            await process.WaitAsync();
        });
        await scratch.StateAsync(dom, DomainState.Shutoff);
        pair.Upper.ShouldBeEmpty();
        ScratchBridge.Fact(pair.Lower, "address").ShouldBe(before);
    }

    [Fact]
    public async Task ACardCanBePluggedInAndWhatFailsLeavesNothing()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.Connection.DomainDefineXmlAsync(ScratchHypervisor.Document("g", Card(pair.Lower, "bridge")).Replace("<devices>", "<features><acpi/></features><devices>", StringComparison.Ordinal), default);
        await scratch.Connection.DomainCreateAsync(dom, default);
        var second = Card(pair.Lower, "bridge").Replace("07:0a", "07:0b", StringComparison.Ordinal);
        await scratch.Connection.DomainAttachDeviceAsync(dom, second, default);
        pair.Upper.Count.ShouldBe(2);
        await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainAttachDeviceAsync(dom, second.Replace("<model", "<rom file='/nosuch'/><model", StringComparison.Ordinal).Replace("07:0b", "07:0c", StringComparison.Ordinal), default));
        pair.Upper.Count.ShouldBe(2);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task ARevertMakesADeviceOfItsOwnAndSwitchesItOnWhenTheOldOneHasGone()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var image = Path.Combine(scratch.Root, "a.qcow2");
        TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", image, "4M");
        var name = $"vm{Random.Shared.Next():x8}";
        var dom = await scratch.DefineAsync("g", $"<disk type='file'><driver type='qcow2'/><source file='{image}'/><target dev='vda'/></disk>{Card(pair.Lower, "bridge", $"<target dev='{name}'/>")}");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var snapshot = await scratch.Connection.DomainSnapshotCreateXmlAsync(dom, "<domainsnapshot><name>s</name></domainsnapshot>", (uint)DomainSnapshotCreateFlags.DiskOnly, default);
        var index = ScratchBridge.Fact(name, "ifindex");
        await scratch.Connection.DomainRevertToSnapshotAsync(snapshot, (uint)(DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn), default);
        pair.Upper.ShouldBe([name]);
        ScratchBridge.Fact(name, "ifindex").ShouldNotBe(index);
        (Convert.ToInt32(ScratchBridge.Fact(name, "flags"), 16) & 1).ShouldBe(1);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task ItsLimitsAreThoseOfTheGuestsDirections()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        Assert.SkipUnless(ProgramPath.Find("tc") is not null, "tc is not installed");
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, "bridge", "<bandwidth><outbound average='128' peak='256'/></bandwidth>"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var name = await NameAsync(scratch, dom);
        ScratchPair.ClassesOf(name).ShouldContain("rate 1024Kbit ceil 2048Kbit");
        await scratch.Connection.DomainSetInterfaceParametersAsync(dom, name, [TypedParam.Of("outbound.average", 64u)], (uint)DomainModificationImpact.Live, default);
        ScratchPair.ClassesOf(name).ShouldContain("rate 512Kbit");
        await scratch.Connection.DomainDestroyAsync(dom, default);
        pair.Upper.ShouldBeEmpty();
    }

    [Fact]
    public async Task AStartThatFailsLaterLeavesNothing()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var before = ScratchBridge.Fact(pair.Lower, "address");
        var dom = await scratch.Connection.DomainDefineXmlAsync(
            ScratchHypervisor.Document("g", Card(pair.Lower, "passthrough")).Replace("</devices>", "</devices><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-nosuch'/></qemu:commandline>", StringComparison.Ordinal), default);
        (await FailureAsync(scratch, dom)).ShouldContain("-nosuch");
        pair.Upper.ShouldBeEmpty();
        ScratchBridge.Fact(pair.Lower, "address").ShouldBe(before);
    }

    [Fact]
    public void WhatAKilledDaemonLeftIsOursByItsAddressAlone()
    {
        using var pair = new ScratchPair();
        using var run = new TemporaryDirectory();
        var (ours, other) = ($"vm{Random.Shared.Next():x8}", $"vn{Random.Shared.Next():x8}");
        pair.MakeUpper(ours, Mac);
        pair.MakeUpper(other, "52:54:00:00:07:77");

        // Written before they were made: one was, the other's name somebody else got. What is no entry means nothing.
        File.WriteAllLines(Path.Combine(run.Root, "macvtaps"), [$"{ours} {Mac} {pair.Lower} -", $"{other} 52:54:00:00:07:0b {pair.Lower} -", "", "../x", $"nosuch0 {Mac} {pair.Lower} -"]);
        DirectTaps.RemoveAll(run.Root, (what, error) => throw new InvalidOperationException(what, error));
        pair.Upper.ShouldBe([other]);
        DirectTaps.NamesOf(run.Root).ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatSomebodyElseMadeStays()
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var name = $"vm{Random.Shared.Next():x8}";
        pair.MakeUpper(name, "52:54:00:00:07:77");
        var dom = await scratch.DefineAsync("g", Card(pair.Lower, "bridge", $"<target dev='{name}'/>"));
        (await FailureAsync(scratch, dom)).ShouldEndWith(": File exists");
        pair.Upper.ShouldBe([name]);
    }

    [Theory]
    [InlineData("<source dev='no-such-lower' mode='bridge'/>", "Unable to get index for interface no-such-lower: No such device")]
    [InlineData("<source dev='{lower}' mode='bridge'/><target dev='averyveryverylongname'/>", "error creating macvtap interface averyveryverylongname@{lower} (52:54:00:00:07:0a): Numerical result out of range")]
    [InlineData("<source dev='{lower}' mode='bridge'/><backend tap='/dev/net/tun'/>", "unsupported configuration: interface 52:54:00:00:07:0a - custom tap device path is not supported for network interfaces of type direct")]
    public async Task WhatCannotBeConnectedIsToldAsLibvirtDoes(string rest, string message)
    {
        using var pair = new ScratchPair();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='direct'><mac address='{Mac}'/><model type='virtio'/>{rest.Replace("{lower}", pair.Lower, StringComparison.Ordinal)}</interface>");
        (await FailureAsync(scratch, dom)).ShouldBe(message.Replace("{lower}", pair.Lower, StringComparison.Ordinal));
        pair.Upper.ShouldBeEmpty();
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    private static string Card(string lower, string mode, string rest = "") =>
        $"<interface type='direct'><mac address='{Mac}'/><source dev='{lower}' mode='{mode}'/><model type='virtio'/>{rest}</interface>";

    private static async Task<string> NameAsync(ScratchHypervisor scratch, DomainRef dom) =>
        XDocument.Parse(await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).Descendants("interface").First().Element("target")!.Attribute("dev")!.Value;

    private static async Task<string> FailureAsync(ScratchHypervisor scratch, DomainRef dom) =>
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message;
}
