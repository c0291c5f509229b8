using System.Runtime.CompilerServices;
using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Defaults;
using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>The arguments for our own documents, as recorded in the .args files beside this one.</summary>
public sealed class QemuCommandLineTests
{
    public static TheoryData<string> Documents => DomainDefaultsTests.Documents();

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_arguments_are_the_recorded_ones(string name)
    {
        var arguments = Build(DomainDefaultsTests.Read($"{name}.xml"));
        var path = Path.Combine(Folder(), "Golden", $"{name}.args");
        var text = string.Join('\n', arguments) + "\n";
        if (Environment.GetEnvironmentVariable("VIREO_RECORD") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        text.ShouldBe(File.ReadAllText(path));
    }

    [Fact]
    public void No_value_of_the_document_becomes_an_option()
    {
        var arguments = Build("""
            <domain type='qemu'>
              <name>a,debug-threads=off,process=x</name>
              <uuid>6f2f0a10-5e1c-4a50-9f00-0000000000aa</uuid>
              <memory unit='MiB'>64</memory>
              <os><type machine='q35'>hvm</type></os>
              <devices>
                <serial type='file'><source path='/tmp/x,id=other,logfile=/etc/passwd'/></serial>
                <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><serial>"},{"driver":"evil</serial></disk>
              </devices>
            </domain>
            """);
        arguments[1].ShouldBe("guest=a,,debug-threads=off,,process=x,debug-threads=on");
        arguments.ShouldContain("file,id=charserial0,path=/tmp/x,,id=other,,logfile=/etc/passwd");
        var device = arguments.Single(a => a.Contains("ide-cd", StringComparison.Ordinal));
        JsonDocument.Parse(device).RootElement.GetProperty("serial").GetString().ShouldBe("\"},{\"driver\":\"evil");
    }

    [Theory]
    [InlineData("<tpm><backend type='emulator'><source type='dir' path='/t'/></backend></tpm>", "<source> of <tpm>")]
    [InlineData("<tpm><backend type='emulator'><profile source='local:restricted'/></backend></tpm>", "<profile> of <tpm>")]
    [InlineData("<disk type='file'><source file='/x' fdgroup='g'/><target dev='vda'/><transient/></disk>", "fdgroup of disk 'vda'")]
    [InlineData("<disk type='file'><source file='/x'><dataStore type='file'><format type='raw'/><source file='/y'/></dataStore></source><target dev='vda'/></disk>", "<dataStore> of disk 'vda'")]
    [InlineData("<interface type='internal'><source name='x'/><model type='virtio'/></interface>", "interface type 'internal'")]
    [InlineData("<interface type='direct'><source dev='eth0'/><virtualport type='openvswitch'/><model type='virtio'/></interface>", "<virtualport type='openvswitch'>")]
    [InlineData("<interface type='user'><model type='virtio,id=x'/></interface>", "interface model 'virtio,id=x'")]
    [InlineData("<serial type='nmdm'><source master='a' slave='b'/></serial>", "character device type 'nmdm'")]
    [InlineData("<disk type='file'><source file='/x'/><target dev='xvda' bus='xen'/></disk>", "bus 'xen'")]
    [InlineData("<sound model='ich7'/>", "sound model 'ich7'")]
    [InlineData("<graphics type='sdl'/>", "graphics type 'sdl'")]
    public void What_cannot_be_done_is_refused_by_name(string device, string element)
    {
        var refused = Should.Throw<VireoException>(() => Build($"""
            <domain type='qemu'><name>x</name><memory unit='MiB'>64</memory><os><type machine='q35'>hvm</type></os><devices>{device}</devices></domain>
            """));
        refused.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        refused.Message.ShouldContain(element);
    }

    [Fact]
    public void A_tap_of_several_queues_is_served_by_the_kernel_where_it_can_be()
    {
        const string card = "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/><model type='virtio'/><driver name='vhost' queues='2'/><tune><sndbuf>1600</sndbuf></tune></interface>";
        var arguments = Build(ScratchHypervisor.Document("g", card), tap: _ => new TapNumbers(["20", "21"], ["22", "23"]));
        arguments.ShouldContain("""{"type":"tap","fds":"20:21","vhost":true,"vhostfds":"22:23","sndbuf":1600,"id":"hostnet0"}""");
        arguments.Single(a => a.Contains("virtio-net-pci", StringComparison.Ordinal)).ShouldContain("\"mq\":true,\"vectors\":6");
    }

    [Fact]
    public void A_device_with_virtios_data_path_is_handed_over()
    {
        const string card = "<interface type='vdpa'><mac address='52:54:00:00:00:01'/><source dev='/dev/vhost-vdpa-0'/><model type='virtio'/><driver queues='4'/></interface>";
        Build(ScratchHypervisor.Document("g", card), tap: _ => new TapNumbers(["20"], [])).ShouldContain("""{"type":"vhost-vdpa","vhostfd":"20","queues":4,"id":"hostnet0"}""");
    }

    internal static IReadOnlyList<string> Build(string xml, int monitorFd = 3, Func<string, string>? relocate = null, Func<int, TapNumbers>? tap = null)
    {
        var config = DomainDefaults.Apply(DomainConfig.Parse(relocate is null ? xml : relocate(xml)), DomainDefaultsTests.Context);
        UnpreparedElements.Refuse(config);
        var disks = Disks(config);
        var live = LiveConfig.Prepare(config, 1, "/run/guest", disks, () => 5901);
        var taps = live.Devices.Interfaces.Where(card => NetworkArguments.NeedsTap(card) || VdpaDevice.Is(card)).Select((card, i) => (card.Alias!, i)).ToDictionary(t => t.Item1, t => tap?.Invoke(t.i) ?? new TapNumbers([$"{20 + t.i}"], []));
        return QemuCommandLine.Build(live, new CommandLineContext(monitorFd, disks, "/run/guest") { Taps = taps, Tpm = live.Devices.Tpms.IsEmpty ? null : 30 });
    }

    // The documents' images need not be there: each is taken for a chain of one.
    private static LiveDisks Disks(DomainConfig config)
    {
        var numbers = new NodeNumbers();
        var chains = config.Devices.Disks.Select(d => d.Location() is { } top ? new ImageChain([new ImageLayer(top, d.Format())]) : null).ToArray();
        var layers = numbers.ForDomain(chains);
        return new LiveDisks([.. config.Devices.Disks.Select((d, i) => new LiveDisk(d.Target!.Dev!, chains[i], layers[i], d.Access()))], numbers.Last);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
