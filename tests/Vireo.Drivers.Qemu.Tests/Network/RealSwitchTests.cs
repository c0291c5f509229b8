using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Network cards of running QEMUs that are ports of an Open vSwitch.</summary>
public sealed class RealSwitchTests : IAsyncLifetime
{
    private const string Place = "OVS_RUNDIR";
    private const string Interface = "b7b40cd1-dcb2-4bd7-832b-7f6f067d256c";
    private const string Rows = "external_ids";
    private ScratchSwitch _switch = null!;

    public async ValueTask InitializeAsync()
    {
        var books = await ScratchSwitch.TryStartAsync();
        Assert.SkipWhen(books is null, "no Open vSwitch can be had here");
        _switch = books;
        Environment.SetEnvironmentVariable(Place, _switch.Environment[Place]);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Place, null);
        if (_switch is not null)
        {
            await _switch.DisposeAsync();
        }
    }

    [Fact]
    public async Task ACardIsAPortWithAllThatItsDocumentSaysAndGoesWithTheGuest()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card("<vlan trunk='yes'><tag id='42'/><tag id='47' nativeMode='untagged'/></vlan>", profile: " profileid='a &quot;b&quot; \\'"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = TapOf(scratch, dom);
        (await _switch.PortsAsync()).ShouldBe([tap]);
        ScratchBridge.Fact(tap, "mtu").ShouldBe("1450");
        Squeezed(await _switch.RowAsync("Port", tap, "tag,trunks,vlan_mode")).ShouldBe("tag : 47\ntrunks : [42, 47]\nvlan_mode : native-untagged");
        (await _switch.AskAsync("get", "Interface", tap, Rows)).ShouldBe(
            $"{{attached-mac=\"52:54:00:00:07:0a\", iface-id=\"{Interface}\", iface-status=active, ifname={tap}, port-profile=\"a \\\"b\\\" \\\\\", vm-id=\"{dom.Uuid}\"}}");

        // The next daemon knows it.
        await scratch.RestartAsync();
        (await _switch.PortsAsync()).ShouldBe([tap]);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        (await _switch.PortsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatDiedWithNobodyLookingIsTakenOutByTheNextDaemon()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card("<bandwidth><inbound average='100'/></bandwidth>"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        using var process = HostProcess.Attach(scratch.Domain(dom).Process!.Host.Identity)!;
        await scratch.RestartAsync(async () =>
        {
            process.Kill(Signals.Kill);
            await process.WaitAsync(default);
            (await _switch.PortsAsync()).Count.ShouldBe(1);
        });
        await scratch.StateAsync(dom, DomainState.Shutoff);
        await Eventually.TrueAsync(async () => (await _switch.PortsAsync()).Count == 0, "the port has gone");
        await NothingIsLimitedAsync();
    }

    [Fact]
    public async Task APortOfTheNameThatIsAnothersStays()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card());
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = TapOf(scratch, dom);
        await _switch.AskAsync("set", "Interface", tap, "external-ids:iface-id=another");
        await scratch.Connection.DomainDestroyAsync(dom, default);
        (await _switch.PortsAsync()).ShouldBe([tap]);
    }

    [Fact]
    public async Task AStartThatFailsLeavesNoPort()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card("<rom file='/nosuch'/>"));
        (await FailureAsync(() => scratch.Connection.DomainCreateAsync(dom, default))).ShouldContain("failed to find romfile");
        (await _switch.PortsAsync()).ShouldBeEmpty();
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatIsNoSwitchIsNamed()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card().Replace(_switch.Bridge, bridge.Name, StringComparison.Ordinal));
        (await FailureAsync(() => scratch.Connection.DomainCreateAsync(dom, default))).ShouldMatch($@"^internal error: Unable to add port vnet\d+ to OVS bridge {bridge.Name}: ovs-vsctl: no bridge named {bridge.Name}$");

        Environment.SetEnvironmentVariable(Place, scratch.Root);
        (await FailureAsync(() => scratch.Connection.DomainCreateAsync(dom, default))).ShouldMatch($@"Unable to add port vnet\d+ to OVS bridge {bridge.Name}: .*database connection failed");
        bridge.Ports.ShouldBeEmpty();
    }

    [Fact]
    public async Task TheSwitchKeepsToTheLimitsOfACard()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", Card("<bandwidth><inbound average='1000' peak='5000' burst='1024'/><outbound average='128' burst='256'/></bandwidth>"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = TapOf(scratch, dom);
        Squeezed(await _switch.AskAsync("--columns=other_config,type", "list", "QoS")).ShouldBe("other_config : {burst=\"8388608\", max-rate=\"40000000\", min-rate=\"8000000\"}\ntype : linux-htb");
        (await _switch.AskAsync("--bare", "--columns=other_config", "list", "Queue")).ShouldBe("burst=8388608 max-rate=40000000 min-rate=8000000");
        (await _switch.AskAsync("get", "Interface", tap, "ingress_policing_rate", "ingress_policing_burst")).ShouldBe("1024\n2048");

        TypedParam[] other = [TypedParam.Of("inbound.average", 2000u), TypedParam.Of("outbound.average", 0u)];
        await scratch.Connection.DomainSetInterfaceParametersAsync(dom, tap, other, (uint)DomainModificationImpact.Live, default);
        (await _switch.AskAsync("--bare", "--columns=other_config", "list", "QoS")).ShouldBe("min-rate=16000000");
        (await _switch.AskAsync("get", "Interface", tap, "ingress_policing_rate")).ShouldBe("0");

        await scratch.Connection.DomainSetInterfaceParametersAsync(dom, tap, [TypedParam.Of("inbound.average", 0u)], (uint)DomainModificationImpact.Live, default);
        await NothingIsLimitedAsync();
        await scratch.Connection.DomainSetInterfaceParametersAsync(dom, tap, [TypedParam.Of("inbound.average", 7u)], (uint)DomainModificationImpact.Live, default);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        await NothingIsLimitedAsync();
    }

    [Fact]
    public async Task ACardCanBePluggedInAndChangedAndWhatFailsLeavesNothing()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.Connection.DomainDefineXmlAsync(ScratchHypervisor.Document("g").Replace("<devices>", "<features><acpi/></features><devices>", StringComparison.Ordinal), default);
        await scratch.Connection.DomainCreateAsync(dom, default);
        (await FailureAsync(() => scratch.Connection.DomainAttachDeviceAsync(dom, Card("<rom file='/nosuch'/>"), default))).ShouldContain("failed to find romfile");
        (await _switch.PortsAsync()).ShouldBeEmpty();

        await scratch.Connection.DomainAttachDeviceAsync(dom, Card(), default);
        var tap = TapOf(scratch, dom);
        (await _switch.PortsAsync()).ShouldBe([tap]);
        await scratch.Connection.DomainUpdateDeviceFlagsAsync(dom, Card("<vlan><tag id='5'/></vlan><bandwidth><outbound average='3'/></bandwidth>"), (uint)DomainModificationImpact.Live, default);
        (await _switch.AskAsync("get", "Port", tap, "tag")).ShouldBe("5");
        (await _switch.AskAsync("get", "Interface", tap, "ingress_policing_rate")).ShouldBe("24");
        await scratch.Connection.DomainUpdateDeviceFlagsAsync(dom, Card(), (uint)DomainModificationImpact.Live, default);
        (await _switch.AskAsync("get", "Port", tap, "tag")).ShouldBe("[]");
        (await FailureAsync(() => scratch.Connection.DomainUpdateDeviceFlagsAsync(dom, Card().Replace(_switch.Bridge, "other0", StringComparison.Ordinal), (uint)DomainModificationImpact.Live, default)))
            .ShouldBe("Operation not supported: unable to change config on 'bridge' network type");
        await scratch.Connection.DomainDestroyAsync(dom, default);
        (await _switch.PortsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ACardThatIsTakenFromARunningGuestLeavesNoPort()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        // One of USB goes without the guest's leave.
        var card = Card("<bandwidth><inbound average='100'/></bandwidth><address type='usb' bus='0' port='1'/>").Replace("'virtio'", "'usb-net'", StringComparison.Ordinal);
        await scratch.Connection.DomainAttachDeviceAsync(dom, card, default);
        (await _switch.PortsAsync()).ShouldBe([TapOf(scratch, dom)]);
        await scratch.Connection.DomainDetachDeviceAsync(dom, card, default);
        scratch.Domain(dom).View.Live!.Devices.Interfaces.ShouldBeEmpty();
        (await _switch.PortsAsync()).ShouldBeEmpty();
        await NothingIsLimitedAsync();
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task APortFollowsItsTapToAnotherName()
    {
        var card = DomainConfig.Parse(ScratchHypervisor.Document("g", Card("<bandwidth><inbound average='100'/></bandwidth><target dev='vsnext'/>"))).Devices.Interfaces[0];
        using var run = new ScratchDirectory();
        var domain = Guid.NewGuid();
        await SwitchPorts.AddAsync(card, domain, "vsbefore", run.Path, default);
        await SwitchPorts.RenameAsync([card], run.Path, "vsbefore", "vsnext", default);
        (await _switch.PortsAsync()).ShouldBe(["vsnext"]);
        SwitchPorts.NamesOf(run.Path).ShouldBe(["vsnext"]);
        (await _switch.AskAsync("--bare", "--columns=external_ids", "list", "QoS")).ShouldBe($"ifname=vsnext vm-id={domain}");
        await SwitchPorts.RemoveAllAsync(run.Path, static (what, error) => throw new InvalidOperationException(what, error));
        (await _switch.PortsAsync()).ShouldBeEmpty();
        await NothingIsLimitedAsync();
    }

    [Fact]
    public async Task WhatAnEarlierPortOfTheNameWasIsForgotten()
    {
        var card = DomainConfig.Parse(ScratchHypervisor.Document("g", Card())).Devices.Interfaces[0];
        using var run = new ScratchDirectory();
        await SwitchPorts.AddAsync(card with { Vlan = new VlanConfig { Tags = [new VlanTag { Id = 9 }] } }, Guid.NewGuid(), "vsagain", run.Path, default);
        await SwitchPorts.AddAsync(card, Guid.NewGuid(), "vsagain", run.Path, default);
        (await _switch.AskAsync("get", "Port", "vsagain", "tag")).ShouldBe("[]");
    }

    private async Task NothingIsLimitedAsync()
    {
        (await _switch.AskAsync("list", "QoS")).ShouldBeEmpty();
        (await _switch.AskAsync("list", "Queue")).ShouldBeEmpty();
    }

    private string Card(string more = "", string profile = "") =>
        $"<interface type='bridge'><mac address='52:54:00:00:07:0a'/><source bridge='{_switch.Bridge}'/><virtualport type='openvswitch'><parameters interfaceid='{Interface}'{profile}/></virtualport><model type='virtio'/>{more}</interface>";

    private static string TapOf(ScratchHypervisor scratch, DomainRef dom) => scratch.Domain(dom).View.Live!.Devices.Interfaces[0].Target!.Dev!;

    private static async Task<string> FailureAsync(Func<ValueTask> action) => (await Should.ThrowAsync<VireoException>(async () => await action())).Message;

    private static string Squeezed(string text) => System.Text.RegularExpressions.Regex.Replace(text, " +", " ");
}
