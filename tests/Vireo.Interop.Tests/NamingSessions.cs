namespace Vireo.Interop.Tests;

/// <summary>Sessions about what is named by numbers: controllers of the host by their PCI address, network cards by their hardware address.</summary>
internal static class NamingSessions
{
    /// <summary>Disks on NVMe controllers that are not there, and limits of disks that contradict each other.</summary>
    public static Session Controllers { get; } = new(
        "t-nvme",
        [
            .. Started("gone", "managed", "two", "twice", "drive", "below", "beside"), "dumpxml t-nvme",
            .. Refused("unplaced", "unnumbered", "zero", "typeless", "slot", "transient", "lun", "sourceless"),
            "define {dir}/dom.xml", "attach-device t-nvme {dir}/contrary.xml --config", "start t-nvme --paused", "attach-device t-nvme {dir}/zero-disk.xml", "attach-device t-nvme {dir}/contrary.xml", "update-device t-nvme {dir}/contrary.xml",
            "detach-device t-nvme {dir}/contrary.xml", "attach-device t-nvme {dir}/high.xml", "attach-device t-nvme {dir}/grouped.xml --config", "destroy t-nvme", "undefine t-nvme",
            .. Refused("contrary-domain", "different", "alone"), "define {dir}/shared.xml", "dumpxml t-nvme", "undefine t-nvme",
        ])
    {
        Images = ["o.qcow2", "r.raw"],
        Documents = new Dictionary<string, string>
        {
            ["gone.xml"] = With(Disk("vdc", "managed='no'")),
            ["managed.xml"] = With(Disk("vdc", "managed='yes'")),
            ["two.xml"] = With(Disk("vdc", "") + Disk("vdd", "").Replace("namespace='1'", "namespace='2'", StringComparison.Ordinal)),
            ["twice.xml"] = With(Disk("vdc", "") + Disk("vdd", "")),
            ["drive.xml"] = With(Disk("sdc", "").Replace("<disk ", "<disk device='cdrom' ", StringComparison.Ordinal)),
            ["below.xml"] = With($"<disk type='file'><driver name='qemu' type='qcow2'/><source file='{{dir}}/o.qcow2'/><backingStore type='nvme'><format type='raw'/>{Source("managed='yes'")}<backingStore/></backingStore><target dev='vdc' bus='virtio'/></disk>"),
            ["beside.xml"] = With(Disk("vdc", "") + "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0' bus='0x7f' slot='0x1e' function='6'/></source></hostdev>"),
            ["unplaced.xml"] = With("<disk type='nvme'><source type='pci' namespace='1'/><target dev='vdc'/></disk>"),
            ["unnumbered.xml"] = With(Disk("vdc", "").Replace(" namespace='1'", "", StringComparison.Ordinal)),
            ["zero.xml"] = With(Disk("vdc", "").Replace("namespace='1'", "namespace='0'", StringComparison.Ordinal)),
            ["zero-disk.xml"] = Disk("vdc", "").Replace("namespace='1'", "namespace='0'", StringComparison.Ordinal),
            ["typeless.xml"] = With(Disk("vdc", "").Replace(" type='pci'", "", StringComparison.Ordinal)),
            ["slot.xml"] = With(Disk("vdc", "").Replace("slot='0x1e'", "slot='0x20'", StringComparison.Ordinal)),
            ["transient.xml"] = With(Disk("vdc", "").Replace("</disk>", "<transient/></disk>", StringComparison.Ordinal)),
            ["lun.xml"] = With(Disk("sdc", "").Replace("<disk ", "<disk device='lun' ", StringComparison.Ordinal)),
            ["sourceless.xml"] = With("<disk type='nvme'><target dev='vdc'/></disk>"),
            ["contrary.xml"] = Limited("vdc", "<total_bytes_sec>5</total_bytes_sec><read_bytes_sec>5</read_bytes_sec>"),
            ["high.xml"] = Limited("vdc", "<read_iops_sec>9999999999999999</read_iops_sec>"),
            ["grouped.xml"] = Limited("vdc", "<group_name>g</group_name>"),
            ["contrary-domain.xml"] = With(Limited("vdc", "<total_iops_sec_max>5</total_iops_sec_max><write_iops_sec_max>5</write_iops_sec_max>")),
            ["different.xml"] = With(Limited("vdc", "<total_iops_sec>5</total_iops_sec><group_name>g</group_name>") + Limited("vdd", "<total_iops_sec>6</total_iops_sec><group_name>g</group_name>")),
            ["alone.xml"] = With(Limited("vdc", "<group_name>g</group_name>")),
            ["shared.xml"] = With(Limited("vdc", "<group_name>g</group_name>") + Limited("vdd", "<total_iops_sec>6</total_iops_sec><group_name>g</group_name>")),
        },
    };

    /// <summary>Hardware addresses without their zeros, and in capitals.</summary>
    public static Session Addresses { get; } = new(
        "t-macs",
        [
            "define {dir}/cards.xml", "dumpxml t-macs --xpath //mac", "update-device t-macs {dir}/down.xml --config", "update-device t-macs {dir}/unknown.xml --config", "update-device t-macs {dir}/wrong.xml --config",
            "domiftune t-macs 52:54:0:0:7:A", "domiftune t-macs 52:54:0:0:7:b", "domiftune t-macs 52:54:0:0:7:00a", "domiftune t-macs 52-54-00-00-07-0a", "domif-setlink t-macs 52:54:0:AB:CD:EF down --config", "domif-getlink t-macs 52:54:00:ab:cd:EF --config",
            "start t-macs --paused", "domifstat t-macs 52:54:0:0:7:A", "domifstat t-macs 52:54:0:0:7:b", "domifstat t-macs zz", "domiftune t-macs 52:54:0:0:7:A", "update-device t-macs {dir}/up.xml --live", "domif-getlink t-macs 52:54:0:0:7:a",
            "detach-device t-macs {dir}/unknown.xml --live", "detach-device t-macs {dir}/wrong.xml --live", "detach-interface t-macs user --mac 52:54:0:0:7:b --config", "detach-interface t-macs user --mac 52:54:0:0:7:A --config",
            "detach-device t-macs {dir}/other.xml --config", "dumpxml t-macs", "dumpxml t-macs --inactive", "destroy t-macs", "undefine t-macs",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["cards.xml"] = With(Card("52:54:0:0:7:a", "") + Card("52:54:00:AB:CD:EF", "") + Card("52:54:00:00:00:11 twelve", "")),
            ["down.xml"] = Card("52:54:0:0:7:A", "<link state='down'/>"),
            ["up.xml"] = Card("52:54:0:0:7:A", "<link state='up'/>"),
            ["unknown.xml"] = Card("52:54:0:0:7:B", ""),
            ["wrong.xml"] = Card("52:54:0:0:7:00a", ""),
            ["other.xml"] = Card("52:54:0:aB:cd:Ef", ""),
        },
    };

    private static string Card(string address, string inner) => $"<interface type='user'><mac address='{address}'/><model type='e1000'/>{inner}</interface>";

    private static string Disk(string target, string managed) => $"<disk type='nvme'>{Source(managed)}<target dev='{target}'/></disk>";

    private static string Source(string managed) => $"<source type='pci' {managed} namespace='1'><address domain='0' bus='0x7f' slot='0x1e' function='6'/></source>";

    private static string Limited(string target, string limits) => $"<disk type='file'><driver name='qemu' type='raw'/><source file='{{dir}}/r.raw'/><target dev='{target}' bus='virtio'/><iotune>{limits}</iotune></disk>";

    private static IEnumerable<string> Refused(params string[] names) => names.Select(name => $"define {{dir}}/{name}.xml");

    private static IEnumerable<string> Started(params string[] names) => names.SelectMany(name => new[] { $"define {{dir}}/{name}.xml", "start t-nvme" });

    private static string With(string devices) => $"{{domain|</devices>|{devices}</devices>}}";
}
