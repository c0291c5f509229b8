using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Cloning;

namespace Vireo.Drivers.Qemu.Tests.Cloning;

/// <summary>What a clone shares with its source, and what it has for itself.</summary>
public sealed class CloneDocumentTests
{
    private const string Source = """
        <domain type='qemu'>
          <name>web</name>
          <uuid>5d0c7a52-91a4-4a57-8f3d-2b6c8a1f0e33</uuid>
          <genid>11111111-91a4-4a57-8f3d-2b6c8a1f0e33</genid>
          <title>kept</title>
          <memory>65536</memory>
          <os><type>hvm</type><loader readonly='yes' type='pflash'>/fw/CODE.fd</loader><nvram template='/fw/VARS.fd'>/nv/web_VARS.fd</nvram></os>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/a.qcow2'/><target dev='vda'/></disk>
            <disk type='file' device='cdrom'><source file='/d/cd.iso'/><target dev='sda'/><readonly/></disk>
            <interface type='bridge'><mac address='52:54:00:11:22:33'/><source bridge='br0'/><target dev='webtap'/></interface>
            <interface type='ethernet'><mac address='52:54:00:11:22:34'/><target dev='mine' managed='no'/></interface>
            <serial type='file'><source path='/log/web.log'/><log file='/log/all'/></serial>
            <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/></serial>
            <channel type='unix'><source mode='connect' path='/run/web.sock'/><target type='virtio' name='a'/></channel>
            <channel type='unix'><source mode='bind' path='/run/shared.sock'/><target type='virtio' name='b'/></channel>
            <graphics type='spice' port='5901' tlsPort='5902' autoport='no'/>
            <graphics type='vnc' socket='/run/web.vnc'/>
            <vsock model='virtio'><cid auto='no' address='7'/></vsock>
          </devices>
        </domain>
        """;

    [Fact]
    public void Nothing_that_one_domain_alone_can_have_is_shared()
    {
        var source = DomainConfig.Parse(Source);
        var image = new ImageChain([new ImageLayer(new FileLocation("/d/a.qcow2"), ImageFormat.Qcow2)]);

        var document = new CloneDocument("web", "two");
        var clone = document.Of(source, [new ClonedDisk("vda", image, null, "/n/two-vda.qcow2", ImageFormat.Qcow2)]);

        clone.Name.ShouldBe("two");
        clone.Title.ShouldBe("kept");
        clone.Uuid.ShouldNotBe(source.Uuid);
        clone.Genid.ShouldNotBe(source.Genid);
        clone.Os.Nvram.ShouldBe(new NvramConfig { Template = "/fw/VARS.fd" });
        var devices = clone.Devices;
        devices.Disks.Select(d => d.Source?.File).ShouldBe(["/n/two-vda.qcow2", "/d/cd.iso"]);
        string[] addresses = [.. devices.Interfaces.Select(i => i.Mac!.Address!)];
        addresses.Distinct().Except(source.Devices.Interfaces.Select(i => i.Mac!.Address!)).Count().ShouldBe(2);
        document.Of(source, []).Devices.Interfaces.Select(i => i.Mac!.Address!).ShouldBe(addresses);
        devices.Interfaces.Select(i => i.Target?.Dev).ShouldBe([null, "mine"]);
        devices.Serials[0].Source!.Path.ShouldBe("/log/two.log");
        devices.Serials[0].Log!.File.ShouldBe("/log/two-all");
        devices.Serials[1].ShouldBe(source.Devices.Serials[1]);
        devices.Channels.Select(c => c.Source!.Path).ShouldBe(["/run/web.sock", "/run/two-shared.sock"]);
        devices.Graphics.Select(g => (g.Port, g.TlsPort, g.Autoport, g.Socket)).ShouldBe([(-1, null, true, null), (null, null, null, "/run/two.vnc")]);
        devices.Vsock!.Cid.ShouldBe(new VsockCid { Auto = true });
    }
}
