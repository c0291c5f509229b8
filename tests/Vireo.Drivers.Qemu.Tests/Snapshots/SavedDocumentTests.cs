using Vireo.Config;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

public sealed class SavedDocumentTests
{
    [Fact]
    public void What_is_true_of_one_process_only_is_left_out()
    {
        var saved = SavedDocument.Of(DomainConfig.Parse(
            """
            <domain type='qemu' id='7'>
              <name>a</name><memory>1024</memory><os><type>hvm</type></os>
              <devices>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/b' index='3'/><backingStore type='file' index='1'><format type='raw'/><source file='/a'/></backingStore><target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
                <disk type='file' device='disk'><source file='/c'/><target dev='vdb' bus='virtio'/><alias name='ua-mine'/></disk>
                <controller type='usb' index='0'><alias name='usb'/></controller>
                <interface type='bridge'><source bridge='br0'/><target dev='vnet4'/><alias name='net0'/></interface>
                <interface type='bridge'><source bridge='br0'/><target dev='tap9'/></interface>
                <serial type='pty'><source path='/dev/pts/3'/><target port='0'/><alias name='serial0'/></serial>
                <serial type='file'><source path='/log'/><target port='1'/></serial>
                <console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/><target type='serial' port='0'/><alias name='serial0'/></console>
                <graphics type='vnc' port='5900' autoport='yes' websocket='5700'/>
                <graphics type='spice' port='5901'/>
                <memballoon model='virtio'><alias name='balloon0'/></memballoon>
              </devices>
            </domain>
            """));
        var expected = DomainConfig.Parse(
            """
            <domain type='qemu'>
              <name>a</name><memory>1024</memory><os><type>hvm</type></os>
              <devices>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/b'/><target dev='vda' bus='virtio'/></disk>
                <disk type='file' device='disk'><source file='/c'/><target dev='vdb' bus='virtio'/><alias name='ua-mine'/></disk>
                <controller type='usb' index='0'/>
                <interface type='bridge'><source bridge='br0'/></interface>
                <interface type='bridge'><source bridge='br0'/><target dev='tap9'/></interface>
                <serial type='pty'><target port='0'/></serial>
                <serial type='file'><source path='/log'/><target port='1'/></serial>
                <console type='pty'><target type='serial' port='0'/></console>
                <graphics type='vnc' port='-1' autoport='yes' websocket='-1'/>
                <graphics type='spice' port='5901'/>
                <memballoon model='virtio'/>
              </devices>
            </domain>
            """);
        saved.ToXml().ShouldBe(expected.ToXml());
    }
}
