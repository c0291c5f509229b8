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
            ["b.xml"] = Disk("b.qcow2", "vdb", "virtio"), ["b2.xml"] = Disk("c.qcow2", "vdb", "virtio"), ["scsi.xml"] = Disk("c.qcow2", "sda", "scsi"), ["scsi2.xml"] = Disk("d.qcow2", "sdh", "scsi"),
            ["usb.xml"] = Disk("d.qcow2", "sdb", "usb"), ["ide.xml"] = Disk("c.qcow2", "hdd", "ide"), ["nope.xml"] = Disk("nope", "vdc", "virtio"), ["boot.xml"] = Disk("e.qcow2", "vdd", "virtio", more: "<boot order='1'/>"),
            ["empty.xml"] = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><target dev='vdd' bus='virtio'/></disk>", ["lun.xml"] = Disk("b.qcow2", "vdd", "virtio", device: "lun"),
            ["fl.xml"] = Disk("e.qcow2", "fda", "fdc", device: "floppy"), ["cd.xml"] = Disk("e.qcow2", "hdc", "ide", device: "cdrom"), ["cd3.xml"] = Disk("e.qcow2", "sdc", "scsi", device: "cdrom"),
            ["bogus.xml"] = "<bogus/>", ["bad.xml"] = "<disk>\n</dusk>\n", ["bad2.xml"] = "nothing\n", ["ua.xml"] = Disk("e.qcow2", "vde", "virtio", more: "<alias name='ua-e'/>"), ["ua2.xml"] = Disk("f.qcow2", "vdf", "virtio", more: "<alias name='ua-e'/>"),
            ["addr.xml"] = Disk("f.qcow2", "vdg", "virtio", more: "<address type='pci' domain='0' bus='0' slot='2' function='0'/>"),
        },
        Images = ["c.qcow2", "d.qcow2", "e.qcow2", "f.qcow2", "g.raw"],
    };

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
