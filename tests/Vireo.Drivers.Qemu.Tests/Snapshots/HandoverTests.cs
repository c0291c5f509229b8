using System.Net.Sockets;
using System.Xml.Linq;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Drivers.Qemu.Tests.Network;
using Vireo.Host.Faults;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>A revert of a running guest that has what only one process can have: socket names, a display's address, a tap's name.</summary>
[Collection("faults")]
public sealed class HandoverTests
{
    private const uint Revert = (uint)(DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn);

    [Fact]
    public async Task TheNewProcessGetsThemWhenTheOldOneHasGone()
    {
        await using var guest = await Guest.StartAsync();
        var before = guest.Pid;
        await guest.Scratch.Connection.DomainRevertToSnapshotAsync(guest.Snapshot, Revert, default);
        guest.Pid.ShouldNotBe(before);
        await guest.ShouldServeAsync();

        // Once more: what was handed over is handed over again.
        await guest.Scratch.Connection.DomainRevertToSnapshotAsync(guest.Snapshot, Revert, default);
        await guest.ShouldServeAsync();
        await guest.Scratch.Connection.DomainDestroyAsync(guest.Domain, default);
        guest.Left().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FaultPoints.RevertProcessStarted)]
    [InlineData(FaultPoints.RevertVerified)]
    public async Task TheOldProcessKeepsThemWhenTheRevertFails(string point)
    {
        await using var guest = await Guest.StartAsync();
        var before = guest.Pid;
        using (FaultPoint.Arm($"{point}:error:InternalError@1"))
        {
            await Should.ThrowAsync<VireoException>(async () => await guest.Scratch.Connection.DomainRevertToSnapshotAsync(guest.Snapshot, Revert, default));
        }

        guest.Pid.ShouldBe(before);
        await guest.ShouldServeAsync();
        guest.Left().ShouldBe(["channel.sock", "serial.sock"]);
    }

    [Fact]
    public async Task ADisplaysSocketIsHandedOverToo()
    {
        using var sockets = new TemporaryDirectory();
        var path = sockets["vnc.sock"];
        await using var guest = await Guest.StartAsync($"<graphics type='vnc'><listen type='socket' socket='{path}'/></graphics>");
        using (var old = UnixSocket.Connect(path))
        {
            UnixSocket.PeerOf(old).Pid.ShouldBe(guest.Pid);
        }

        await guest.Scratch.Connection.DomainRevertToSnapshotAsync(guest.Snapshot, Revert, default);
        using var display = UnixSocket.Connect(path);
        UnixSocket.PeerOf(display).Pid.ShouldBe(guest.Pid);
    }

    [Fact]
    public async Task ADaemonThatIsStartedAnewHandsOverWhatItsPredecessorHadNot()
    {
        await using var guest = await Guest.StartAsync();
        var process = guest.Scratch.Domain(guest.Domain).Process!;
        var serial = guest.Path("serial.sock");
        File.Move(serial, guest.Path("aside"));
        process.Deferred = [new(Qemu.Lifecycle.DeferredKind.Socket, guest.Path("aside"), serial), new(Qemu.Lifecycle.DeferredKind.Tap, "no-such-tap", "other")];
        await guest.Scratch.Hypervisor.SaveStatusNowAsync(guest.Scratch.Domain(guest.Domain), process);
        await guest.Scratch.RestartAsync();
        await guest.ShouldServeAsync();
        guest.Scratch.Domain(guest.Domain).Process!.Deferred.ShouldBeEmpty();
    }

    private sealed class Guest : IAsyncDisposable
    {
        private readonly ScratchBridge _bridge = new();
        private readonly TemporaryDirectory _sockets = new();
        private readonly string _tap = $"vf{Random.Shared.Next():x8}";
        private readonly int _port = FreePort();

        public ScratchHypervisor Scratch { get; private set; } = null!;

        public DomainRef Domain { get; private set; }

        public DomainSnapshotRef Snapshot { get; private set; }

        public int Pid => Scratch.Pid(Domain);

        public static async Task<Guest> StartAsync(string? display = null)
        {
            var guest = new Guest { Scratch = await ScratchHypervisor.StartAsync() };
            try
            {
                await guest.DefineAsync(display);
                return guest;
            }
            catch
            {
                await guest.DisposeAsync();
                throw;
            }
        }

        public string Path(string name) => _sockets[name];

        public IEnumerable<string> Left() => Directory.EnumerateFileSystemEntries(_sockets.Root).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal);

        /// <summary>Everything is served by the domain's process, as the live document says.</summary>
        public async Task ShouldServeAsync()
        {
            foreach (var name in (string[])["serial.sock", "channel.sock"])
            {
                using var socket = UnixSocket.Connect(Path(name));
                UnixSocket.PeerOf(socket).Pid.ShouldBe(Pid);
            }

            using var display = new TcpClient();
            await display.ConnectAsync("127.0.0.1", _port);
            var greeting = new byte[12];
            await display.GetStream().ReadExactlyAsync(greeting);
            System.Text.Encoding.ASCII.GetString(greeting).ShouldStartWith("RFB ");
            _bridge.Ports.ShouldBe([_tap]);
            ScratchBridge.Fact(_tap, "carrier").ShouldBe("1");
            var live = XDocument.Parse(await Scratch.Connection.DomainGetXmlDescAsync(Domain, 0, default)).Descendants("devices").Single();
            live.Element("serial")!.Element("source")!.Attribute("path")!.Value.ShouldBe(Path("serial.sock"));
            live.Element("graphics")!.Attribute("port")!.Value.ShouldBe($"{_port}");
            live.Element("graphics")!.Element("listen")!.Attribute("type")!.Value.ShouldBe("address");
            live.Element("interface")!.Element("target")!.Attribute("dev")!.Value.ShouldBe(_tap);
        }

        public async ValueTask DisposeAsync()
        {
            await Scratch.DisposeAsync();
            _sockets.Dispose();
            _bridge.Dispose();
        }

        private static int FreePort()
        {
            using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
            probe.Start();
            return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        }

        private async Task DefineAsync(string? display)
        {
            var image = System.IO.Path.Combine(Scratch.Root, "a.qcow2");
            TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", image, "4M");
            Domain = await Scratch.DefineAsync(
                "g",
                $"""
                <disk type='file'><driver type='qcow2'/><source file='{image}'/><target dev='vda'/></disk>
                <interface type='bridge'><source bridge='{_bridge.Name}'/><target dev='{_tap}'/></interface>
                <serial type='unix'><source mode='bind' path='{Path("serial.sock")}'/></serial>
                <channel type='unix'><source mode='bind' path='{Path("channel.sock")}'/><target type='virtio' name='a'/></channel>
                <channel type='unix'><target type='virtio' name='b'/></channel>
                {display ?? $"<graphics type='vnc' port='{_port}' autoport='no' listen='127.0.0.1'/>"}
                """);
            await Scratch.Connection.DomainCreateAsync(Domain, default);
            Snapshot = await Scratch.Connection.DomainSnapshotCreateXmlAsync(Domain, "<domainsnapshot><name>s</name></domainsnapshot>", (uint)DomainSnapshotCreateFlags.DiskOnly, default);
        }
    }
}
