namespace Vireo.Interop.Tests;

/// <summary>Sessions in which devices come to a domain, change and go again, on a guest that stands still.</summary>
public static class HotPlugSessions
{
    /// <summary>Disks of every bus.</summary>
    public static Session Disks { get; } = new(
        "t-plugdisk",
        [
            "vol-path", "define {dir}/plain.xml", "attach-device t-plugdisk {dir}/b.xml --live", "attach-device t-plugdisk {dir}/b.xml --config --live", "start t-plugdisk --paused",
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
