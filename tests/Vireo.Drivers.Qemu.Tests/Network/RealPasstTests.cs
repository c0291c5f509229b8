using System.Net;
using System.Net.Sockets;
using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Cards of running QEMUs whose packets passt forwards.</summary>
public sealed class RealPasstTests
{
    [Fact]
    public async Task PortsAreForwardedAsLongAsTheGuestRuns()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var port = FreePort();
        var dom = await scratch.DefineAsync("g", Card(port));
        await scratch.Connection.DomainCreateAsync(dom, default);
        Answers(port).ShouldBeTrue();
        File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline").ShouldMatch(@"""type"":""stream"",""addr"":\{""type"":""fd"",""str"":""\d+""\},""server"":false,""id"":""hostnet0""");
        var server = Servant(scratch);
        HostProcess.Attach(server).ShouldNotBeNull().Dispose();

        // It goes on without the daemon, and the next one knows it.
        await scratch.RestartAsync();
        Answers(port).ShouldBeTrue();
        await scratch.Connection.DomainDestroyAsync(dom, default);
        Answers(port).ShouldBeFalse();
        HostProcess.Attach(server).ShouldBeNull();
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatItComplainsOfEndsTheStartAndLeavesNothing()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var dom = await scratch.DefineAsync("g", Card(port));
        var failure = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default));
        failure.Code.ShouldBe(ErrorCode.InternalError);
        failure.Message.ShouldStartWith($"internal error: Could not start 'passt': Failed to bind any port for '-t 127.0.0.1/{port}:22'");
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        scratch.Domain(dom).View.State.ShouldBe(DomainState.Shutoff);
    }

    [Fact]
    public async Task ACardCanBePluggedInAndWhatFailsLeavesNothing()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var (port, other) = (FreePort(), FreePort());
        var log = Path.Combine(scratch.Root, "passt.log");
        var dom = await scratch.Connection.DomainDefineXmlAsync(ScratchHypervisor.Document("g").Replace("<devices>", "<features><acpi/></features><devices>", StringComparison.Ordinal), default);
        await scratch.Connection.DomainCreateAsync(dom, default);
        await scratch.Connection.DomainAttachDeviceAsync(dom, Card(port).Replace("type='passt'", $"type='passt' logFile='{log}'", StringComparison.Ordinal), default);
        Answers(port).ShouldBeTrue();
        new FileInfo(log).Length.ShouldBePositive();
        await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainAttachDeviceAsync(dom, Card(other).Replace("<model", "<rom file='/nosuch'/><model", StringComparison.Ordinal), default));
        Answers(other).ShouldBeFalse();
        Answers(port).ShouldBeTrue();
        await scratch.Connection.DomainDestroyAsync(dom, default);
        Answers(port).ShouldBeFalse();
    }

    [Fact]
    public async Task WhatItPrintsMayGoNowhereAndHoldsNothingUp()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        var (port, pipe) = (FreePort(), Path.Combine(scratch.Root, "pipe"));
        var dom = await scratch.DefineAsync("g", Card(port).Replace("type='passt'", "type='passt' logFile='/dev/null'", StringComparison.Ordinal));
        await scratch.Connection.DomainCreateAsync(dom, default);
        Answers(port).ShouldBeTrue();
        await scratch.Connection.DomainDestroyAsync(dom, default);

        // Nobody reads there.
        System.Diagnostics.Process.Start("mkfifo", pipe).WaitForExit();
        var other = await scratch.DefineAsync("other", Card(port).Replace("type='passt'", $"type='passt' logFile='{pipe}'", StringComparison.Ordinal));
        var failure = await Should.ThrowAsync<VireoException>(() => Task.Run(async () => await scratch.Connection.DomainCreateAsync(other, default)).WaitAsync(TimeSpan.FromSeconds(20)));
        failure.Message.ShouldContain("No such device or address");
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    [Fact]
    public void TheHypervisorsEndLastsAsLongAsTheCard()
    {
        using var card = PasstServers.Connect();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        card.Queues.ShouldHaveSingleItem().IsClosed.ShouldBeFalse();
        card.Server!.Send("x"u8).ShouldBe(1);
    }

    [Theory]
    [InlineData("<portForward proto='tcp'/>", "--tcp-ports all")]
    [InlineData("<portForward proto='udp' address='::1' dev='lo'><range start='53'/></portForward>", "--udp-ports ::1%lo/53")]
    [InlineData("<portForward proto='tcp' dev='lo'><range start='2000' end='2010' to='80'/><range start='2005' end='2006' exclude='yes'/><range start='22' to='2022'/></portForward>", "--tcp-ports %lo/2000-2010:80-90,~2005-2006,22:2022")]
    [InlineData("<ip family='ipv4' address='172.17.2.0' prefix='24'/><ip family='ipv6' address='2001:db8::1' prefix='64'/>", "--address 172.17.2.0 --netmask 24 --address 2001:db8::1")]
    [InlineData("<source dev='eth0'/><mtu size='1300'/>", "--mtu 1300 --interface eth0")]
    public void TheDocumentBecomesOptions(string inner, string options)
    {
        var card = DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices><interface type='user'>{inner}<backend type='passt'/></interface></devices></domain>").Devices.Interfaces[0];
        string.Join(' ', PasstServers.Options(card)).ShouldBe(options);
    }

    private static void Require() => Assert.SkipUnless(ProgramPath.Find("passt") is not null, "passt is not installed");

    private static string Card(int port) =>
        $"<interface type='user'><mac address='52:54:00:00:07:0a'/><portForward proto='tcp' address='127.0.0.1'><range start='{port}' to='22'/></portForward><model type='virtio'/><backend type='passt'/></interface>";

    private static ProcessIdentity Servant(ScratchHypervisor scratch) => ProcessIdentity.Parse(File.ReadAllText(Directory.GetFiles(scratch.Paths.QemuLibrary, "net0-passt", SearchOption.AllDirectories).Single()))!;

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static bool Answers(int port)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
