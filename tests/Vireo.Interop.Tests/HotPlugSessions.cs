namespace Vireo.Interop.Tests;

/// <summary>Sessions in which devices come to a domain, change and go again, on a guest that stands still.</summary>
public static class HotPlugSessions
{
    private const string LiveWords = "ctl_scsi ctl_scsi ctl_scsi3 ctl_usb ctl_vs ctl_pci ctl_ide ctl_sata ch1 ch2 ser1 ser2 ser3 con1 par rng rng rng2 wd wd wd2 dimm dimm2 dimm3 vmem inp inp2 inp3 shm shm redir redir2 snd vid hub panic tpm gfx balloon vsock fs fs2 audio nvram crypto emulator";

    private const string ConfigWords = "ctl_scsi ctl_scsi3 ctl_scsi3 ctl_usb ctl_vs ctl_pci ch1 ch1 ch2 ser1 ser1 ser3 con1 par rng rng2 wd wd dimm dimm2 dimm3 vmem inp inp2 inp3 shm shm redir redir2 snd vid hub panic tpm gfx balloon vsock vsock hd1 hd1 hd2 hd2 fs fs fs2 lease lease iommu audio nvram";

    private const string DetachWords = "ctl_scsi ctl_scsi3 ctl_usb ctl_vs ch1 ch2 ser1 con1 par rng2 wd wd wd2 dimm dimm2 vmem inp inp2 shm redir redir2 snd vid hub panic tpm gfx balloon vsock hd1 hd2 fs lease iommu audio";

    // A guest that stands still lets nothing go, so nothing is asked for.
    private const string LiveDetachWords = "ctl_scsi ctl_usb ctl_vs ch1 ser1 con1 par wd wd2 dimm2 vmem inp2 redir snd vid hub panic tpm gfx balloon vsock hd1 hd2 fs iommu audio";

    private const string UpdateWords = "g1 g5 b1 vmem dimm rng ch1 redir2 wd lease shm vsock inp snd vid hub panic tpm hd1 fs audio";

    private static readonly Dictionary<string, string> Devices = new()
    {
        ["audio"] = "<audio id='2' type='none'/>",
        ["b1"] = "<memballoon model='virtio'><stats period='5'/></memballoon>",
        ["balloon"] = "<memballoon model='virtio'/>",
        ["ch1"] = "<channel type='unix'><target type='virtio' name='org.a.0'/></channel>",
        ["ch2"] = "<channel type='pty'><target type='virtio' name='org.b.0'/></channel>",
        ["con1"] = "<console type='pty'><target type='virtio'/></console>",
        ["crypto"] = "<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>",
        ["ctl_ide"] = "<controller type='ide' index='1'/>",
        ["ctl_pci"] = "<controller type='pci' index='1' model='pci-bridge'/>",
        ["ctl_sata"] = "<controller type='sata' index='0'/>",
        ["ctl_scsi"] = "<controller type='scsi' model='virtio-scsi'/>",
        ["ctl_scsi3"] = "<controller type='scsi' index='3' model='virtio-scsi'/>",
        ["ctl_usb"] = "<controller type='usb' index='1' model='qemu-xhci'/>",
        ["ctl_vs"] = "<controller type='virtio-serial' index='1'/>",
        ["dimm"] = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
        ["dimm2"] = "<memory model='dimm'><target><size unit='MiB'>4096</size><node>0</node></target></memory>",
        ["dimm3"] = "<memory model='dimm'><target><size unit='MiB'>128</size><node>5</node></target></memory>",
        ["emulator"] = "<emulator>/x</emulator>",
        ["fs"] = "<filesystem type='mount'><source dir='/tmp'/><target dir='x'/></filesystem>",
        ["fs2"] = "<filesystem type='mount'><driver type='virtiofs'/><source dir='/tmp'/><target dir='x'/></filesystem>",
        ["g1"] = "<graphics type='vnc' autoport='yes' passwd='abc'/>",
        ["g5"] = "<graphics type='spice' autoport='yes'/>",
        ["gfx"] = "<graphics type='spice' autoport='yes'/>",
        ["hd1"] = "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>",
        ["hd2"] = "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0x55' slot='0' function='0'/></source></hostdev>",
        ["hub"] = "<hub type='usb'/>",
        ["inp"] = "<input type='tablet' bus='usb'/>",
        ["inp2"] = "<input type='mouse' bus='ps2'/>",
        ["inp3"] = "<input type='keyboard' bus='virtio'/>",
        ["iommu"] = "<iommu model='intel'/>",
        ["lease"] = "<lease><lockspace>l</lockspace><key>k</key><target path='{dir}/lease'/></lease>",
        ["nvram"] = "<nvram><address type='spapr-vio' reg='0x3000'/></nvram>",
        ["panic"] = "<panic model='isa'/>",
        ["par"] = "<parallel type='pty'/>",
        ["redir"] = "<redirdev bus='usb' type='tcp'><source mode='connect' host='localhost' service='4000'/></redirdev>",
        ["redir2"] = "<redirdev bus='usb' type='unix'><source mode='bind' path='{dir}/redir.sock'/></redirdev>",
        ["rng"] = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
        ["rng2"] = "<rng model='virtio'><rate bytes='1000' period='2000'/><backend model='builtin'/></rng>",
        ["ser1"] = "<serial type='pty'><target type='usb-serial' port='1'/></serial>",
        ["ser2"] = "<serial type='pty'><target type='pci-serial'/></serial>",
        ["ser3"] = "<serial type='pty'/>",
        ["shm"] = "<shmem name='zshm'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
        ["snd"] = "<sound model='ac97'/>",
        ["tpm"] = "<tpm model='tpm-tis'><backend type='emulator'/></tpm>",
        ["vid"] = "<video><model type='virtio'/></video>",
        ["vmem"] = "<memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block><requested unit='MiB'>64</requested></target></memory>",
        ["vsock"] = "<vsock model='virtio'><cid auto='no' address='77'/></vsock>",
        ["wd"] = "<watchdog model='i6300esb' action='pause'/>",
        ["wd2"] = "<watchdog model='ib700'/>",
    };

    /// <summary>Disks of every bus.</summary>
    public static Session Disks { get; } = new(
        "t-plugdisk",
        [
            "define {dir}/plain.xml", "attach-device t-plugdisk {dir}/b.xml --live", "attach-device t-plugdisk {dir}/b.xml --config --live", "start t-plugdisk --paused",
            "attach-device t-plugdisk {dir}/b.xml", "attach-device t-plugdisk {dir}/b.xml --live", "attach-device t-plugdisk {dir}/b2.xml --live", "attach-device t-plugdisk {dir}/b.xml --config",
            "attach-device t-plugdisk {dir}/b.xml --config", "attach-device t-plugdisk {dir}/b2.xml --persistent", "attach-device t-plugdisk {dir}/scsi.xml --live", "attach-device t-plugdisk {dir}/scsi2.xml --persistent",
            "attach-device t-plugdisk {dir}/usb.xml --live", "attach-device t-plugdisk {dir}/usb.xml --config", "attach-device t-plugdisk {dir}/cd3.xml --live", "attach-device t-plugdisk {dir}/ide.xml --config",
            "attach-device t-plugdisk {dir}/nope.xml --live", "attach-device t-plugdisk {dir}/boot.xml --live", "attach-device t-plugdisk {dir}/empty.xml --live", "attach-device t-plugdisk {dir}/lun.xml --live",
            "attach-device t-plugdisk {dir}/fl.xml --live", "attach-device t-plugdisk {dir}/bogus.xml --live", "attach-device t-plugdisk {dir}/bad.xml --live", "attach-device t-plugdisk {dir}/bad2.xml",
            "attach-device t-plugdisk {dir}/addr.xml --live", "attach-device t-plugdisk {dir}/addr.xml --config", "attach-device t-plugdisk {dir}/ua.xml --persistent", "attach-device t-plugdisk {dir}/ua2.xml --live",
            "attach-device t-plugdisk {dir}/ua2.xml --config", "dumpxml t-plugdisk", "dumpxml t-plugdisk --inactive", "domblklist t-plugdisk --details",
            "detach-device t-plugdisk {dir}/b2.xml --config", "detach-device t-plugdisk {dir}/b2.xml --config", "detach-device t-plugdisk {dir}/ide.xml --live", "detach-device t-plugdisk {dir}/ide.xml --config",
            "detach-device t-plugdisk {dir}/cd.xml --live", "detach-device t-plugdisk {dir}/nope.xml --persistent", "detach-device t-plugdisk {dir}/bogus.xml", "detach-device-alias t-plugdisk nope",
            "detach-device-alias t-plugdisk ua-e --config", "detach-device-alias t-plugdisk nope --config --live", "detach-disk t-plugdisk vdz", "detach-disk t-plugdisk vda --config",
            "detach-disk t-plugdisk hdc --live", "detach-disk t-plugdisk vda --print-xml", "attach-disk t-plugdisk {dir}/f.qcow2 vdm --subdriver qcow2 --print-xml",
            "attach-disk t-plugdisk {dir}/f.qcow2 vdm --subdriver qcow2 --cache none --io native --serial S1 --live", "attach-disk t-plugdisk {dir}/g.raw sdm --sourcetype file --targetbus scsi --mode shareable --config",
            "attach-disk t-plugdisk {dir}/f.qcow2 vdm --live", "attach-disk t-plugdisk {dir}/none vdn --live", "attach-disk t-plugdisk {dir}/g.raw hdd --type cdrom --config", "dumpxml t-plugdisk", "dumpxml t-plugdisk --inactive",
            "destroy t-plugdisk", "dumpxml t-plugdisk", "attach-device t-plugdisk {dir}/ua2.xml", "attach-device t-plugdisk {dir}/ua2.xml --live", "detach-device t-plugdisk {dir}/ua2.xml", "undefine t-plugdisk",
            "create {dir}/plain.xml --paused", "attach-device t-plugdisk {dir}/b.xml", "attach-device t-plugdisk {dir}/b2.xml --config", "attach-device t-plugdisk {dir}/b2.xml --persistent", "dumpxml t-plugdisk", "destroy t-plugdisk",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["plain.xml"] = Plain("t-plugdisk"),
            ["b.xml"] = Disk("b.qcow2", "vdb", "virtio"),
            ["b2.xml"] = Disk("c.qcow2", "vdb", "virtio"),
            ["scsi.xml"] = Disk("c.qcow2", "sda", "scsi"),
            ["scsi2.xml"] = Disk("d.qcow2", "sdh", "scsi"),
            ["usb.xml"] = Disk("d.qcow2", "sdb", "usb"),
            ["ide.xml"] = Disk("c.qcow2", "hdd", "ide"),
            ["nope.xml"] = Disk("nope", "vdc", "virtio"),
            ["boot.xml"] = Disk("e.qcow2", "vdd", "virtio", more: "<boot order='1'/>"),
            ["empty.xml"] = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><target dev='vdd' bus='virtio'/></disk>",
            ["lun.xml"] = Disk("b.qcow2", "vdd", "virtio", device: "lun"),
            ["fl.xml"] = Disk("e.qcow2", "fda", "fdc", device: "floppy"),
            ["cd.xml"] = Disk("e.qcow2", "hdc", "ide", device: "cdrom"),
            ["cd3.xml"] = Disk("e.qcow2", "sdc", "scsi", device: "cdrom"),
            ["bogus.xml"] = "<bogus/>",
            ["bad.xml"] = "<disk>\n</dusk>\n",
            ["bad2.xml"] = "nothing\n",
            ["ua.xml"] = Disk("e.qcow2", "vde", "virtio", more: "<alias name='ua-e'/>"),
            ["ua2.xml"] = Disk("f.qcow2", "vdf", "virtio", more: "<alias name='ua-e'/>"),
            ["addr.xml"] = Disk("f.qcow2", "vdg", "virtio", more: "<address type='pci' domain='0' bus='0' slot='2' function='0'/>"),
        },
        Images = ["c.qcow2", "d.qcow2", "e.qcow2", "f.qcow2", "g.raw"],
    };

    /// <summary>Media in drives.</summary>
    public static Session Media { get; } = new(
        "t-plugmedia",
        "define {dir}/plain.xml", "change-media t-plugmedia hdc {dir}/m1.raw --insert", "change-media t-plugmedia hdc --eject", "start t-plugmedia --paused", "change-media t-plugmedia hdc {dir}/m1.raw --insert",
        "change-media t-plugmedia hdc {dir}/m1.raw --insert", "change-media t-plugmedia hdc {dir}/m2.raw --update", "dumpxml t-plugmedia", "change-media t-plugmedia hdc --eject", "change-media t-plugmedia hdc --eject",
        "dumpxml t-plugmedia", "change-media t-plugmedia hdc {dir}/m1.raw --update --config", "change-media t-plugmedia hdc {dir}/m1.raw --update --live --print-xml", "dumpxml t-plugmedia --inactive",
        "change-media t-plugmedia hdc --eject --config", "change-media t-plugmedia vda --eject", "change-media t-plugmedia hdz --eject", "change-media t-plugmedia hdc {dir}/none --insert",
        "change-media t-plugmedia fda {dir}/m1.raw --insert --force", "change-media t-plugmedia fda --eject", "change-media t-plugmedia hdc {dir}/m2.raw --insert --live --config --force", "dumpxml t-plugmedia",
        "update-device t-plugmedia {dir}/u1.xml --live", "update-device t-plugmedia {dir}/u2.xml --live", "update-device t-plugmedia {dir}/u3.xml --live", "update-device t-plugmedia {dir}/u4.xml --live",
        "update-device t-plugmedia {dir}/u5.xml --live", "update-device t-plugmedia {dir}/u6.xml --live", "update-device t-plugmedia {dir}/u7.xml --live", "update-device t-plugmedia {dir}/u8.xml --live",
        "update-device t-plugmedia {dir}/u9.xml --live", "update-device t-plugmedia {dir}/u10.xml --live", "update-device t-plugmedia {dir}/u11.xml --live", "dumpxml t-plugmedia",
        "update-device t-plugmedia {dir}/u2.xml --config", "update-device t-plugmedia {dir}/u3.xml --config", "update-device t-plugmedia {dir}/u1.xml --config", "update-device t-plugmedia {dir}/u4.xml --config",
        "update-device t-plugmedia {dir}/u5.xml --persistent", "attach-device t-plugmedia {dir}/u3.xml", "attach-device t-plugmedia {dir}/u3.xml --config", "attach-disk t-plugmedia {dir}/m1.raw hdc --type cdrom --live",
        "dumpxml t-plugmedia", "dumpxml t-plugmedia --inactive", "destroy t-plugmedia", "undefine t-plugmedia")
    {
        Documents = new Dictionary<string, string>
        {
            ["plain.xml"] = Plain("t-plugmedia", "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk><disk type='file' device='floppy'><target dev='fda'/></disk>"),
            ["u1.xml"] = Disk("b.qcow2", "vda", "virtio"),
            ["u2.xml"] = Disk("b.qcow2", "vdz", "virtio"),
            ["u3.xml"] = Disk("m1.raw", "hdc", "ide", "cdrom"),
            ["u4.xml"] = Disk("m1.raw", "hdc", "scsi", "cdrom"),
            ["u5.xml"] = Disk("a.qcow2", "vda", "virtio", more: "<serial>x</serial>"),
            ["u6.xml"] = Disk("a.qcow2", "vda", "virtio", more: "<boot order='2'/>"),
            ["u7.xml"] = Disk("a.qcow2", "vda", "virtio", more: "<readonly/>"),
            ["u8.xml"] = Disk("a.qcow2", "vda", "virtio").Replace("type='qcow2'", "type='qcow2' cache='none'", StringComparison.Ordinal),
            ["u9.xml"] = Disk("a.qcow2", "vda", "virtio").Replace("/a.qcow2'", "/a.qcow2' startupPolicy='optional'", StringComparison.Ordinal),
            ["u10.xml"] = Disk("a.qcow2", "vda", "virtio"),
            ["u11.xml"] = Disk("a.qcow2", "vda", "virtio", more: "<address type='pci' domain='0' bus='0' slot='9' function='0'/>"),
        },
        Images = ["m1.raw", "m2.raw"],
    };

    /// <summary>Network cards.</summary>
    public static Session Interfaces { get; } = new(
        "t-plugnet",
        "define {dir}/plain.xml", "start t-plugnet --paused", "attach-device t-plugnet {dir}/n1.xml --live", "attach-device t-plugnet {dir}/n1.xml --persistent", "attach-device t-plugnet {dir}/n2.xml --persistent",
        "attach-device t-plugnet {dir}/n3.xml --live", "attach-device t-plugnet {dir}/n3.xml --config", "attach-device t-plugnet {dir}/n4.xml --live", "attach-device t-plugnet {dir}/n4.xml --live",
        "attach-device t-plugnet {dir}/n5.xml --live", "attach-device t-plugnet {dir}/n6.xml --live", "attach-device t-plugnet {dir}/n9.xml --live", "dumpxml t-plugnet", "dumpxml t-plugnet --inactive",
        "domiflist t-plugnet", "detach-device t-plugnet {dir}/n7.xml", "detach-device t-plugnet {dir}/n7.xml --config", "detach-device t-plugnet {dir}/n8.xml --live", "detach-device t-plugnet {dir}/n8.xml --config",
        "detach-device t-plugnet {dir}/n1.xml --live", "detach-device t-plugnet {dir}/n2.xml --config", "detach-device t-plugnet {dir}/n10.xml --live",
        "detach-interface t-plugnet user --config", "detach-interface t-plugnet nosuch", "domif-setlink t-plugnet 52:54:00:11:22:35 down", "domif-getlink t-plugnet 52:54:00:11:22:35",
        "domif-setlink t-plugnet ztap0 up", "domif-getlink t-plugnet ztap0", "domif-setlink t-plugnet 52:54:00:11:22:33 up --config", "domif-setlink t-plugnet zz up", "domif-setlink t-plugnet ztap0 down --print-xml",
        "domif-setlink t-plugnet 52:54:00:11:22:35 down --live", "attach-interface t-plugnet user --mac 52:54:00:11:22:40 --model virtio --live", "attach-interface t-plugnet user --mac 52:54:00:11:22:41 --config",
        "attach-interface t-plugnet bridge nobr0 --print-xml", "attach-interface t-plugnet bridge nobr0 --live", "update-device t-plugnet {dir}/m1.xml --live", "update-device t-plugnet {dir}/m2.xml --live",
        "update-device t-plugnet {dir}/m3.xml --live", "update-device t-plugnet {dir}/m4.xml --config", "update-device t-plugnet {dir}/m4.xml --live", "update-device t-plugnet {dir}/m5.xml --live", "dumpxml t-plugnet", "dumpxml t-plugnet --inactive",
        "destroy t-plugnet", "domif-setlink t-plugnet 52:54:00:11:22:41 down", "domif-getlink t-plugnet 52:54:00:11:22:41", "detach-interface t-plugnet user --mac 52:54:00:11:22:41 --config", "undefine t-plugnet")
    {
        Documents = new Dictionary<string, string>
        {
            ["plain.xml"] = Plain("t-plugnet"),
            ["n1.xml"] = Card("user", "52:54:00:11:22:33", "virtio"),
            ["n2.xml"] = Card("user", "52:54:00:11:22:34"),
            ["n3.xml"] = Card("bridge", "52:54:00:11:22:38", "virtio", "<source bridge='nobr0'/>"),
            ["n4.xml"] = Card("ethernet", "52:54:00:11:22:35", "virtio", "<target dev='ztap0'/>"),
            ["n5.xml"] = Card("network", "52:54:00:11:22:37", "virtio", "<source network='default'/>"),
            ["n6.xml"] = Card("user", "52:54:00:11:22:33", "e1000"),
            ["n7.xml"] = Card("user", "52:54:00:99:22:33"),
            ["n8.xml"] = "<interface type='user'/>",
            ["n9.xml"] = Card("user", "52:54:00:11:22:36", "ne2k_isa"),
            ["n10.xml"] = Card("user", "52:54:00:11:22:33", "e1000", "<address type='pci' domain='0' bus='0' slot='0x1b' function='0'/>"),
            ["m1.xml"] = Card("ethernet", "52:54:00:11:22:35", "e1000", "<target dev='ztap0'/>"),
            ["m2.xml"] = Card("ethernet", "52:54:00:11:22:35", "virtio", "<target dev='ztap1'/>"),
            ["m3.xml"] = Card("ethernet", "52:54:00:11:22:35", "virtio", "<link state='up'/>"),
            ["m4.xml"] = Card("user", "52:54:00:11:22:41", "virtio", "<link state='down'/>"),
            ["m5.xml"] = Card("user", "52:54:00:11:22:35", "virtio"),
        },
    };

    /// <summary>Devices of all kinds that come to a running guest and go.</summary>
    public static Session LiveKinds { get; } = new(
        "t-pluglive",
        [
            "define {dir}/plain.xml", "start t-pluglive --paused", .. Each("attach-device t-pluglive {0} --live", LiveWords), "dumpxml t-pluglive", .. Each("detach-device t-pluglive {0} --live", LiveDetachWords),
            "detach-device-alias t-pluglive rng1", "detach-device t-pluglive {dir}/rng2.xml --live", "detach-device-alias t-pluglive rng9",
            .. Each("update-device t-pluglive {0} --live", UpdateWords), "dumpxml t-pluglive", "destroy t-pluglive", "undefine t-pluglive",
        ])
    {
        Documents = Kinds("t-pluglive"),
    };

    /// <summary>Devices of all kinds that come to a definition and go.</summary>
    public static Session ConfigKinds { get; } = new(
        "t-plugconfig",
        [
            "define {dir}/plain.xml", .. Each("attach-device t-plugconfig {0} --config", ConfigWords), "dumpxml t-plugconfig", .. Each("detach-device t-plugconfig {0} --config", DetachWords),
            .. Each("update-device t-plugconfig {0} --config", UpdateWords), "dumpxml t-plugconfig", "undefine t-plugconfig",
        ])
    {
        Documents = Kinds("t-plugconfig"),
    };

    private static IEnumerable<string> Each(string step, string words) => words.Split(' ').Select(word => step.Replace("{0}", $"{{dir}}/{word}.xml", StringComparison.Ordinal));

    private static Dictionary<string, string> Kinds(string name)
    {
        var documents = Devices.ToDictionary(device => device.Key + ".xml", device => device.Value);
        documents["plain.xml"] = Plain(
            name, "<controller type='usb' model='qemu-xhci'/><graphics type='vnc' autoport='yes'/><video><model type='vga'/></video>",
            more: "<maxMemory slots='8' unit='MiB'>2048</maxMemory><cpu><numa><cell id='0' cpus='0' memory='32' unit='MiB'/></numa></cpu>");
        return documents;
    }

    /// <summary>What options say of devices, as documents; and one that is grown.</summary>
    public static Session Texts { get; } = new(
        "t-plugtexts",
        [
            "define {dir}/plain.xml",
            .. EachOf("attach-disk t-plugtexts {dir}/b.qcow2 {0} --print-xml", [
                "sda --driver qemu --subdriver qcow2 --iothread 2 --cache none --io native --type cdrom --mode readonly --serial S --wwn 5000c50015ea71ad --alias ua-x --rawio --address scsi:1.2.3",
                "vda --sourcetype block --type lun --shareable --targetbus scsi", "vda --source-protocol nbd --source-host-name h:10809 --source-host-transport tcp", "vda --source-protocol rbd",
                "vda --source-protocol nbd --source-host-transport unix --source-host-socket /s", "vda --source-host-name h", "vda --source-protocol nbd --source-host-socket /s", "vda --sourcetype network",
                "vda --sourcetype volume", "vda --mode other", "vda --address pci:0000.01.0x1f.3 --multifunction", "vda --address ccw:0xfe.0.2", "vda --address scsi:0.0.0", "sda --address usb:1.2",
                "sda --address ide:0.0.0", "hda --address ide:0.1.1", "hda --address pci:0.0.1.0", "fda --address sata:1.0.2", "vda --address pci:zz", "vda --address 1.2.3.4",
            ]),
            .. EachOf("attach-interface t-plugtexts {0} --print-xml", [
                "network default", "bridge br0 --target vnet7 --mac 52:54:00:11:22:33 --script /x --model virtio --alias ua-n --inbound 100,200,300 --outbound 10", "direct eth0 --source-mode server", "user x",
                "vhostuser /s --source-mode client", "vhostuser /s", "hostdev 0000:00:1f.2 --managed", "hostdev zz", "network n --inbound 0", "network n --inbound ,,,5", "network n --outbound 5,,,5", "network n --inbound 1,2,3,4,5",
                "network n --inbound 1,x", "network n --source-mode bridge",
            ]),
            "update-memory-device t-plugtexts", "update-memory-device t-plugtexts --node 1 --print-xml", "update-memory-device t-plugtexts --node 0 --requested-size 32M --print-xml",
            "update-memory-device t-plugtexts --node 0 --requested-size 32M --config", "update-memory-device t-plugtexts --alias none", "update-memory-device t-plugtexts --node 2 --requested-size 1M --config",
            "update-memory-device t-plugtexts --node 0 --alias x", "dumpxml t-plugtexts", "attach-disk t-plugtexts {dir}/b.qcow2 vdb --current --live", "attach-interface t-plugtexts network d --current --config",
            "detach-interface t-plugtexts user --config", "detach-interface t-plugtexts user --mac 52:54:00:11:22:33 --print-xml", "detach-interface t-plugtexts bridge", "qemu-attach 1", "undefine t-plugtexts",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["plain.xml"] = Plain(
                "t-plugtexts",
                Devices["vmem"] + Devices["vmem"].Replace("<node>0<", "<node>1<", StringComparison.Ordinal) + Devices["dimm"].Replace("<node>0<", "<node>2<", StringComparison.Ordinal) + Card("user", "52:54:00:11:22:33") + Card("user", "52:54:00:11:22:33"),
                more: "<maxMemory slots='8' unit='MiB'>2048</maxMemory><cpu><numa><cell id='0' cpus='0' memory='16' unit='MiB'/><cell id='1' memory='8' unit='MiB'/><cell id='2' memory='8' unit='MiB'/></numa></cpu>"),
        },
    };

    private static IEnumerable<string> EachOf(string step, string[] endings) => endings.Select(ending => step.Replace("{0}", ending, StringComparison.Ordinal));

    /// <summary>How many processors, threads and how much memory a domain has.</summary>
    public static Session Sizes { get; } = new(
        "t-plugsizes",
        "define {dir}/plain.xml", "setvcpus t-plugsizes 3", "setvcpus t-plugsizes 3 --config", "setvcpus t-plugsizes 5 --config", "setvcpus t-plugsizes 6 --config --maximum", "setvcpus t-plugsizes 2 --maximum --config",
        "setvcpus t-plugsizes 3 --live", "dumpxml t-plugsizes", "setvcpus t-plugsizes 2 --config", "setvcpus t-plugsizes 4 --config --maximum", "start t-plugsizes --paused", "setvcpus t-plugsizes 3", "dumpxml t-plugsizes",
        "setvcpus t-plugsizes 4 --live", "setvcpus t-plugsizes 5", "setvcpus t-plugsizes 5 --live --maximum", "setvcpus t-plugsizes 2 --live", "setvcpus t-plugsizes 1 --live", "setvcpus t-plugsizes 0",
        "dumpxml t-plugsizes", "setvcpus t-plugsizes 2 --hotpluggable --config", "setvcpus t-plugsizes 3 --hotpluggable --config", "dumpxml t-plugsizes --inactive", "setvcpu t-plugsizes 3 --enable --live",
        "setvcpu t-plugsizes 3 --disable --live", "setvcpu t-plugsizes 1 --disable --live", "setvcpu t-plugsizes 0 --disable --live", "setvcpu t-plugsizes 9 --enable", "setvcpu t-plugsizes 2-3 --enable --config",
        "dumpxml t-plugsizes --inactive", "setvcpu t-plugsizes 3 --disable --config", "setvcpu t-plugsizes 2 --enable --disable", "setvcpu t-plugsizes 2", "vcpucount t-plugsizes",
        "setmem t-plugsizes 24M", "setmem t-plugsizes 200M", "setmem t-plugsizes 24M --config", "setmem t-plugsizes 300M --config", "setmem t-plugsizes 0", "setmem t-plugsizes 30M --live --config",
        "setmaxmem t-plugsizes 64M", "setmaxmem t-plugsizes 64M --config", "dumpxml t-plugsizes --inactive", "setmaxmem t-plugsizes 28M --config", "dumpxml t-plugsizes --inactive", "setmaxmem t-plugsizes 50M --live",
        "setmaxmem t-plugsizes 0 --config", "dommemstat t-plugsizes --period 5 --config", "dommemstat t-plugsizes --period 5 --live --config", "dommemstat t-plugsizes --period 0 --live", "dumpxml t-plugsizes",
        "iothreadinfo t-plugsizes", "iothreadinfo t-plugsizes --config", "iothreadadd t-plugsizes 5", "dumpxml t-plugsizes", "iothreadadd t-plugsizes 5", "iothreadadd t-plugsizes 5 --config", "iothreadadd t-plugsizes 0",
        "iothreadadd t-plugsizes 1 --live --config", "iothreaddel t-plugsizes 5", "iothreaddel t-plugsizes 5", "iothreaddel t-plugsizes 1", "iothreaddel t-plugsizes 1 --config", "iothreaddel t-plugsizes 5 --config",
        "dumpxml t-plugsizes", "dumpxml t-plugsizes --inactive", "iothreadset t-plugsizes 1 --poll-max-ns 1000", "iothreadset t-plugsizes 1 --poll-max-ns 1000 --live --config", "iothreadset t-plugsizes 9 --poll-max-ns 1000",
        "iothreadset t-plugsizes 1 --thread-pool-min 2 --thread-pool-max 5", "iothreadset t-plugsizes 1 --poll-max-ns 99999999999", "iothreadset t-plugsizes 1 --poll-grow 2 --poll-shrink 3",
        "iothreadset t-plugsizes 1 --thread-pool-min 9 --thread-pool-max 5", "dumpxml t-plugsizes", "destroy t-plugsizes", "iothreadadd t-plugsizes 7", "iothreadinfo t-plugsizes", "iothreadinfo t-plugsizes --live",
        "iothreadadd t-plugsizes 8 --live", "iothreadset t-plugsizes 7 --poll-max-ns 5", "setmem t-plugsizes 20M", "setmaxmem t-plugsizes 40M", "setvcpus t-plugsizes 2", "setvcpu t-plugsizes 1 --disable", "dumpxml t-plugsizes",
        "start t-plugsizes --paused", "dumpxml t-plugsizes", "vcpucount t-plugsizes", "destroy t-plugsizes", "undefine t-plugsizes")
    {
        Documents = new Dictionary<string, string>
        {
            ["plain.xml"] = Plain("t-plugsizes", more: "<iothreads>2</iothreads>").Replace("<vcpu>1</vcpu>", "<vcpu current='2'>4</vcpu>", StringComparison.Ordinal)
                .Replace("type='qcow2'/>", "type='qcow2' iothread='1'/>", StringComparison.Ordinal),
        },
    };

    private static string Card(string type, string mac, string? model = null, string more = "") =>
        $"<interface type='{type}'><mac address='{mac}'/>{(model is null ? "" : $"<model type='{model}'/>")}{more}</interface>\n";

    /// <summary>A domain with a disk, an empty drive and what belongs to any machine.</summary>
    private static string Plain(string name, string devices = "", string machine = "pc", string more = "") => $"""
        <domain type='qemu'><name>{name}</name><uuid>11111111-2222-4333-8444-{Math.Abs(name.Sum(c => c * 7919)):d12}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>{more}
          <os><type arch='x86_64' machine='{machine}'>hvm</type></os><features><acpi/></features>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{"{dir}"}/a.qcow2'/><target dev='vda' bus='virtio'/></disk>
            {devices}
            <serial type='pty'/><console type='pty'/>
          </devices>
        </domain>
        """;

    private static string Disk(string image, string target, string bus, string device = "disk", string more = "") =>
        $"<disk type='file' device='{device}'><driver name='qemu' type='{(image.EndsWith(".raw", StringComparison.Ordinal) ? "raw" : "qcow2")}'/><source file='{{dir}}/{image}'/><target dev='{target}' bus='{bus}'/>{more}</disk>\n";
}
