using System.Xml.Linq;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Network cards of running QEMUs that are connected with the host.</summary>
public sealed class RealTapTests
{
    private const int ManyQueues = 0x100;
    private const string Card = "<mac address='52:54:00:0:7:a'/><model type='virtio'/>";

    [Fact]
    public async Task ACardOfABridgeGetsATapThatIsItsPortAndGoesWithTheGuest()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='bridge'><source bridge='{bridge.Name}'/>{Card}<target dev='vnet99999'/></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);

        var tap = await TapAsync(scratch, dom);
        tap.ShouldMatch(@"^vnet\d+$");
        tap.ShouldNotBe("vnet99999");
        await bridge.HasAsync(tap);
        ScratchBridge.Fact(tap, "address").ShouldBe("fe:54:00:00:07:0a");
        ScratchBridge.Fact(tap, "mtu").ShouldBe("1450");
        ScratchBridge.Fact(tap, "carrier").ShouldBe("1");
        (await scratch.Connection.DomainGetXmlDescAsync(dom, (uint)DomainXMLFlags.Inactive, default)).ShouldNotContain("<target dev='vnet");

        await scratch.Connection.DomainDestroyAsync(dom, default);
        await bridge.HasAsync();
        await ScratchBridge.GoneAsync(tap);
    }

    [Fact]
    public async Task NameQueuesAndLongestPacketAreTheUsers()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var name = $"vt{Random.Shared.Next():x8}";
        var dom = await scratch.DefineAsync("g", $"<interface type='bridge'><source bridge='{bridge.Name}'/>{Card}<target dev='{name}'/><driver queues='3'/><link state='down'/><mtu size='1300'/></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        (await TapAsync(scratch, dom)).ShouldBe(name);
        ScratchBridge.Fact(name, "mtu").ShouldBe("1300");
        (Convert.ToInt32(ScratchBridge.Fact(name, "tun_flags"), 16) & ManyQueues).ShouldBe(ManyQueues);
        var command = File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline");
        command.ShouldMatch(@"""fds"":""\d+:\d+:\d+""");
        command.ShouldContain("\"mq\":true,\"vectors\":8");

        var other = await scratch.DefineAsync("other", $"<interface type='bridge'><source bridge='{bridge.Name}'/>{Card}<target dev='{name}'/></interface>");
        (await FailureAsync(scratch, other)).ShouldBe($"Requested operation is not valid: The {name} interface already exists");
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task AChangeOfWhichAPartIsRefusedLeavesTheCardWhereItWas()
    {
        using var bridge = new ScratchBridge();
        using var other = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='bridge'><source bridge='{bridge.Name}'/>{Card}</interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = await TapAsync(scratch, dom);

        // No queue is that long.
        string Update(string limits) => $"<interface type='bridge'><source bridge='{other.Name}'/><mac address='52:54:00:00:07:0a'/><model type='virtio'/>{limits}</interface>";
        var failure = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainUpdateDeviceFlagsAsync(
            dom, Update("<bandwidth><inbound average='1000' burst='4294967295'/></bandwidth>"), (uint)DomainDeviceModifyFlags.Live, default));
        failure.Message.ShouldContain("tc class add");
        failure.Message.ShouldNotContain("while undoing");
        await bridge.HasAsync(tap);
        await other.HasAsync();
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldContain($"<source bridge='{bridge.Name}'/>");

        await scratch.Connection.DomainUpdateDeviceFlagsAsync(dom, Update(""), (uint)DomainDeviceModifyFlags.Live, default);
        await other.HasAsync(tap);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task AnEthernetCardGetsATapOfItsOwnOrTheOneMadeBeforehand()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var made = bridge.MakeTap();
        var address = ScratchBridge.Fact(made, "address");
        var dom = await scratch.DefineAsync("g", $"<interface type='ethernet'>{Card}</interface><interface type='ethernet'><target dev='{made}' managed='no'/><model type='virtio'/></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var own = await TapAsync(scratch, dom);
        ScratchBridge.Fact(own, "address").ShouldBe("fe:54:00:00:07:0a");
        ScratchBridge.Fact(made, "address").ShouldBe(address);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        await ScratchBridge.GoneAsync(own);
        ScratchBridge.Exists(made).ShouldBeTrue();
    }

    [Fact]
    public async Task ACardGathersPacketsAndIsKeptFromOthersAsTheDocumentSays()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='bridge'><source bridge='{bridge.Name}'/>{Card}<port isolated='yes'/><coalesce><rx><frames max='7'/></rx></coalesce><teaming type='persistent'/><driver name='qemu'/><backend tap='/dev/net/tun' vhost='/dev/nosuch'/></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = await TapAsync(scratch, dom);
        new NetworkDevice(tap).ReadCoalescedPackets().ShouldBe(7u);
        ScratchBridge.Fact(tap, "brport/isolated").ShouldBe("1");
        File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline").ShouldContain("\"failover\":true");
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task ScriptsAreToldOfTapsThatComeAndGo()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var told = Path.Combine(scratch.Root, "told");
        var dom = await scratch.DefineAsync("g", $"<interface type='ethernet'>{Card}<script path='{Script(scratch, "up", told)}'/><downscript path='{Script(scratch, "down", told)}'/></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var tap = await TapAsync(scratch, dom);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        File.ReadAllLines(told).ShouldBe([$"up {tap}", $"down {tap}"]);
    }

    [Fact]
    public async Task ScriptsAreToldOfATapThatCameAndWentBecauseItsLimitsCannotBeSet()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        Assert.SkipUnless(Vireo.Host.Processes.ProgramPath.Find("tc") is not null, "tc is not installed");
        var told = Path.Combine(scratch.Root, "told");
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var card = $"<interface type='ethernet'>{Card}<script path='{Script(scratch, "up", told)}'/><downscript path='{Script(scratch, "down", told)}'/><bandwidth><inbound average='18446744073709551'/></bandwidth></interface>";
        await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainAttachDeviceAsync(dom, card, default));
        var lines = File.ReadAllLines(told);
        lines.ShouldBe([lines[0], lines[0].Replace("up", "down", StringComparison.Ordinal)]);
        await ScratchBridge.GoneAsync(lines[0]["up ".Length..]);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Theory]
    [InlineData("<interface type='bridge'><source bridge='no-such-br'/></interface>", "Cannot get interface MTU on 'no-such-br': No such device")]
    [InlineData("<interface type='network'><source network='x'/></interface>", "Network not found: no network with matching name 'x'")]
    [InlineData("<interface type='ethernet'><target managed='no'/></interface>", "internal error: target dev must be supplied when managed='no'")]
    [InlineData("<interface type='ethernet'><target dev='no-such' managed='no'/></interface>", "internal error: target managed='no' but specified dev doesn't exist")]
    [InlineData("<interface type='bridge'><source bridge='{bridge}'/><script path='/bin/true'/></interface>", "unsupported configuration: scripts are not supported on interfaces of type bridge")]
    [InlineData("<interface type='bridge'><source bridge='{bridge}'/><target dev='averyveryverylongname'/></interface>", "Network interface name 'averyveryverylongname' is too long: Numerical result out of range")]
    [InlineData("<interface type='ethernet'><script path='/bin/false'/></interface>", "internal error: Child process (/bin/false vnet")]
    [InlineData("<interface type='ethernet'><backend tap='/dev/nosuch'/></interface>", "Unable to open /dev/nosuch, is tun module loaded?: No such file or directory")]
    public async Task WhatCannotBeConnectedIsToldAsLibvirtDoesAndLeavesNoTap(string card, string message)
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", $"<interface type='bridge'><source bridge='{bridge.Name}'/></interface>" + card.Replace("{bridge}", bridge.Name, StringComparison.Ordinal));
        (await FailureAsync(scratch, dom)).ShouldStartWith(message);
        await bridge.HasAsync();
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task ADaemonThatIsStartedAnewGivesNoNameTwice()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var card = $"<interface type='bridge'><source bridge='{bridge.Name}'/></interface>";
        var first = await scratch.DefineAsync("first", card);
        await scratch.Connection.DomainCreateAsync(first, default);
        var tap = await TapAsync(scratch, first);
        await scratch.RestartAsync();
        (await TapAsync(scratch, first)).ShouldBe(tap);
        var second = await scratch.DefineAsync("second", card);
        await scratch.Connection.DomainCreateAsync(second, default);
        int.Parse((await TapAsync(scratch, second))[4..]).ShouldBeGreaterThan(int.Parse(tap[4..]));
        bridge.Ports.Count().ShouldBe(2);
        await scratch.Connection.DomainDestroyAsync(first, default);
        await scratch.Connection.DomainDestroyAsync(second, default);
    }

    [Fact]
    public async Task ARevertGivesTheNewProcessATapOfItsOwn()
    {
        using var bridge = new ScratchBridge();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var image = Path.Combine(scratch.Root, "a.qcow2");
        TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", image, "4M");
        var dom = await scratch.DefineAsync("g", $"<disk type='file'><driver type='qcow2'/><source file='{image}'/><target dev='vda'/></disk><interface type='bridge'><source bridge='{bridge.Name}'/>{Card}</interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var before = await TapAsync(scratch, dom);
        var snapshot = await scratch.Connection.DomainSnapshotCreateXmlAsync(dom, "<domainsnapshot><name>s</name></domainsnapshot>", (uint)DomainSnapshotCreateFlags.DiskOnly, default);
        await scratch.Connection.DomainRevertToSnapshotAsync(snapshot, (uint)(DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn), default);
        var after = await TapAsync(scratch, dom);
        after.ShouldNotBe(before);
        await bridge.HasAsync(after);
        scratch.Domain(dom).View.State.ShouldBe(DomainState.Running);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        await bridge.HasAsync();
    }

    private static async Task<string> TapAsync(ScratchHypervisor scratch, DomainRef dom) =>
        XDocument.Parse(await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).Descendants("interface").First().Element("target")!.Attribute("dev")!.Value;

    private static async Task<string> FailureAsync(ScratchHypervisor scratch, DomainRef dom) =>
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message;

    private static string Script(ScratchHypervisor scratch, string word, string told)
    {
        var path = Path.Combine(scratch.Root, word + ".sh");
        File.WriteAllText(path, $"#!/bin/sh\necho {word} \"$1\" >> '{told}'\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
