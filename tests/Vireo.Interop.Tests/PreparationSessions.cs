namespace Vireo.Interop.Tests;

/// <summary>Sessions about what the host has ready for a guest: its firmware, and secrets.</summary>
internal static class PreparationSessions
{
    private const string Ceph = "5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a01";
    private const string Volume = "5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a02";

    /// <summary>Firmware that the start chooses.</summary>
    public static Session Firmware { get; } = new(
        "t-firmware",
        [
            "define {dir}/chosen.xml", "dumpxml t-firmware", "start t-firmware --paused", "dumpxml t-firmware", "dumpxml t-firmware --inactive", "destroy t-firmware", "undefine t-firmware", "undefine t-firmware --keep-nvram",
            "define {dir}/plain.xml", "start t-firmware --paused", "dumpxml t-firmware", "destroy t-firmware", "start t-firmware --paused --reset-nvram", "destroy t-firmware", "undefine t-firmware --nvram --keep-nvram",
            "undefine t-firmware --nvram", "define {dir}/keys.xml", "dumpxml t-firmware", "start t-firmware", "define {dir}/smm.xml", "start t-firmware", "define {dir}/stateless.xml", "start t-firmware", "define {dir}/bios.xml",
            "start t-firmware", "define {dir}/named.xml", "start t-firmware --paused", "dumpxml t-firmware", "dumpxml t-firmware --inactive", "destroy t-firmware", "undefine t-firmware --nvram",
            "define {dir}/template.xml", "define {dir}/type.xml", "define {dir}/readonly.xml", "define {dir}/insecure.xml", "define {dir}/stray.xml", "define {dir}/contrary.xml", "define {dir}/unknown.xml", "define {dir}/nvram.xml",
            "define {dir}/noacpi.xml", "define {dir}/pc.xml", "define {dir}/nosmm.xml",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["chosen.xml"] = Chosen(""),
            ["plain.xml"] = Chosen("<firmware><feature enabled='no' name='secure-boot'/></firmware>"),
            ["keys.xml"] = Chosen("<firmware><feature enabled='yes' name='enrolled-keys'/></firmware><loader stateless='yes'/>", nvram: ""),
            ["smm.xml"] = "{domain|<os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n  <features><acpi/>|<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/><smm state='off'/>}",
            ["stateless.xml"] = Chosen("<loader stateless='yes'/>", nvram: ""),
            ["bios.xml"] = Chosen("", "bios", ""),
            ["named.xml"] = Named("<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader><nvram>{dir}/v.fd</nvram>"),
            ["template.xml"] = Chosen("", nvram: "<nvram template='/x'/>"),
            ["type.xml"] = Chosen("<loader type='rom'/>"),
            ["readonly.xml"] = Chosen("<loader readonly='yes'/>"),
            ["insecure.xml"] = Chosen("<loader secure='no'/>"),
            ["stray.xml"] = Named("<firmware><feature enabled='yes' name='secure-boot'/></firmware>"),
            ["contrary.xml"] = Chosen("<firmware><feature enabled='yes' name='enrolled-keys'/><feature enabled='no' name='secure-boot'/></firmware>"),
            ["unknown.xml"] = Chosen("<firmware><feature enabled='yes' name='nosuch'/></firmware>"),
            ["nvram.xml"] = Chosen("<loader stateless='yes'/>"),
            ["noacpi.xml"] = "{domain|<os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n  <features><acpi/></features>|<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os>}",
            ["pc.xml"] = "{domain|<os>|<os firmware='efi'><loader secure='yes'/>}",
            ["nosmm.xml"] = Named("<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>"),
        },
    };

    /// <summary>Secrets.</summary>
    public static Session Secrets { get; } = new(
        "t-secrets",
        [
            "secret-define {dir}/ceph.xml", "secret-define {dir}/volume.xml", "secret-define {dir}/ceph.xml", "secret-define {dir}/same.xml", "secret-define {dir}/other.xml", "secret-define {dir}/public.xml",
            "secret-define {dir}/bad.xml", "secret-define {dir}/nameless.xml", "secret-list", "secret-list --ephemeral", "secret-list --no-ephemeral", "secret-list --private", "secret-list --no-private",
            $"secret-dumpxml {Ceph}", $"secret-dumpxml {Volume}", $"secret-get-value {Volume}", $"secret-set-value {Volume} aGVsbG8=", $"secret-get-value {Volume}", $"secret-get-value {Volume} --plain",
            $"secret-set-value {Volume} --file {{dir}}/value --plain", $"secret-get-value {Volume}", $"secret-set-value {Volume}", $"secret-set-value {Volume} --file /no/such", $"secret-set-value {Volume} --plain --base64 x",
            $"secret-set-value {Ceph} aGVsbG8=", $"secret-get-value {Ceph}", $"-r secret-get-value {Volume}", $"-r secret-get-value {Ceph}", $"-r secret-dumpxml {Volume}", "-r secret-list", $"-r secret-set-value {Volume} aGVsbG8=", $"-r secret-undefine {Volume}", "secret-get-value 00000000-0000-0000-0000-000000000001", "secret-get-value nosuch", "secret-undefine nosuch", "secret-define /no/such",
            $"secret-undefine {Volume}", $"secret-undefine {Ceph}", $"secret-undefine {Ceph}", "secret-list",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["ceph.xml"] = Secret(Ceph, "<usage type='ceph'><name>client.libvirt secret</name></usage>", "ephemeral='yes' private='yes'"),
            ["volume.xml"] = Secret(Volume, "<usage type='volume'><volume>/no/such</volume></usage>"),
            ["same.xml"] = Secret("5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a03", "<usage type='volume'><volume>/no/such</volume></usage>"),
            ["other.xml"] = Secret(Volume, "<usage type='volume'><volume>/no/such/2</volume></usage>"),
            ["public.xml"] = Secret(Ceph, "<usage type='ceph'><name>client.libvirt secret</name></usage>"),
            ["bad.xml"] = Secret(Volume, "<usage type='nosuch'/>"),
            ["nameless.xml"] = Secret(Volume, "<usage type='iscsi'/>"),
            ["value"] = "open sesame",
        },
    };

    /// <summary>A disk that is encrypted.</summary>
    public static Session Encryption { get; } = new(
        "t-encrypted",
        [
            "define {dir}/encrypted.xml", "start t-encrypted", "secret-define {dir}/secret.xml", "start t-encrypted", $"secret-undefine {Volume}", "undefine t-encrypted", "define {dir}/unnamed.xml", "define {dir}/old.xml",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["encrypted.xml"] = Disk($"<encryption format='luks'><secret type='passphrase' uuid='{Volume}'/></encryption>"),
            ["secret.xml"] = Secret(Volume, "<usage type='volume'><volume>{dir}/x</volume></usage>"),
            ["unnamed.xml"] = Disk("<encryption format='luks'><secret type='passphrase'/></encryption>"),
            ["old.xml"] = Disk($"<encryption format='qcow'><secret type='passphrase' uuid='{Volume}'/></encryption>"),
        },
    };

    /// <summary>Folders that another process serves.</summary>
    public static Session Virtiofs { get; } = new(
        "t-virtiofs",
        [
            "define {dir}/unshared.xml", "define {dir}/mapped.xml", "define {dir}/readonly.xml", "define {dir}/served.xml", "start t-virtiofs --paused", "dumpxml t-virtiofs", "dumpxml t-virtiofs --inactive",
            "attach-device t-virtiofs {dir}/nine.xml", "attach-device t-virtiofs {dir}/gone.xml", "destroy t-virtiofs", "define {dir}/nowhere.xml", "start t-virtiofs", "define {dir}/program.xml", "start t-virtiofs", "undefine t-virtiofs",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["unshared.xml"] = "{domain|</devices>|" + Folder("{dir}") + "</devices>}",
            ["mapped.xml"] = Served(Folder("{dir}").Replace("<filesystem", "<filesystem accessmode='mapped'", StringComparison.Ordinal)),
            ["readonly.xml"] = Served(Folder("{dir}").Replace("</filesystem>", "<readonly/></filesystem>", StringComparison.Ordinal)),
            ["served.xml"] = Served(Folder("{dir}", "<binary xattr='on'><cache mode='always'/><sandbox mode='chroot'/><lock posix='on' flock='off'/><thread_pool size='4'/></binary>")),
            ["nowhere.xml"] = Served(Folder("{dir}/nosuch")),
            ["program.xml"] = Served(Folder("{dir}", "<binary path='/no/such/virtiofsd'/>")),
            ["nine.xml"] = "<filesystem><source dir='{dir}'/><target dir='nine'/></filesystem>",
            ["gone.xml"] = Folder("{dir}/nosuch").Replace("dir='t'", "dir='gone'", StringComparison.Ordinal),
        },
    };

    /// <summary>Disks that forget what was written to them.</summary>
    public static Session Transient { get; } = new(
        "t-transient",
        [
            "define {dir}/readonly.xml", "define {dir}/cdrom.xml", "define {dir}/transient.xml", "dumpxml t-transient", "start t-transient --paused", "domblklist t-transient", "blockcommit t-transient vda --active",
            "blockcopy t-transient vda {dir}/copy", "snapshot-create-as t-transient s1 --disk-only --diskspec vdb,snapshot=no", "save t-transient {dir}/saved", "managedsave t-transient", "destroy t-transient",
            "domblklist t-transient", "start t-transient --paused", "destroy t-transient", "undefine t-transient",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["transient.xml"] = Disk("<transient/>"),
            ["readonly.xml"] = Disk("<readonly/><transient/>"),
            ["cdrom.xml"] = "{domain|</devices>|<disk type='file' device='cdrom'><source file='/x'/><target dev='hdc' bus='ide'/><transient/></disk></devices>}",
        },
    };

    /// <summary>Devices of a host that has none to give, and a host without numad.</summary>
    public static Session HostDevices { get; } = new(
        "t-hostdev",
        [
            "define {dir}/pci.xml", "start t-hostdev", "define {dir}/mdev.xml", "start t-hostdev", "define {dir}/scsi.xml", "start t-hostdev", "define {dir}/vsock.xml", "start t-hostdev", "define {dir}/tpm.xml", "start t-hostdev",
            "define {dir}/vlan.xml", "start t-hostdev", "undefine t-hostdev",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["pci.xml"] = With("<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0x55' slot='0' function='0'/></source></hostdev>"),
            ["mdev.xml"] = With("<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='90c6c135-ad44-41d0-b1b7-bae47de48627'/></source></hostdev>"),
            ["scsi.xml"] = With("<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host99'/><address bus='0' target='0' unit='0'/></source></hostdev>"),
            ["vsock.xml"] = With("<vsock model='virtio'><cid auto='yes'/></vsock>"),
            ["tpm.xml"] = With("<tpm model='tpm-crb'><backend type='passthrough'><device path='/dev/nosuch'/></backend></tpm>"),
            ["vlan.xml"] = With("<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/><vlan><tag id='4'/></vlan></interface>"),
        },
    };

    /// <summary>LUNs with reservations, and variables of a guest's firmware that lie in no file.</summary>
    public static Session Places { get; } = new(
        "t-places",
        [
            "define {dir}/managed.xml", "dumpxml t-places", "dumpxml t-places --migratable", "start t-places", "attach-device t-places {dir}/lun.xml --config", "dumpxml t-places", "detach-device t-places {dir}/lun.xml --config",
            "attach-device t-places {dir}/disk.xml --config", "attach-device t-places {dir}/half.xml --config", "define {dir}/own.xml", "dumpxml t-places", "start t-places", "define {dir}/mode.xml", "define {dir}/bus.xml",
            "define {dir}/block.xml", "dumpxml t-places", "undefine t-places", "undefine t-places --keep-nvram", "define {dir}/nbd.xml", "dumpxml t-places", "undefine t-places", "define {dir}/folder.xml", "define {dir}/slice.xml",
            "define {dir}/reserved.xml", "define {dir}/untyped.xml", "undefine t-places",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["managed.xml"] = With(Lun("sda", "<reservations managed='yes'/>")),
            ["own.xml"] = With(Lun("sda", Helper("client"))),
            ["mode.xml"] = With(Lun("sda", Helper("server"))),
            ["bus.xml"] = With(Lun("sda", "<reservations managed='yes'/>").Replace("scsi", "usb", StringComparison.Ordinal)),
            ["lun.xml"] = Lun("sdb", "<reservations managed='yes'/>"),
            ["disk.xml"] = Lun("sdb", "<reservations managed='yes'/>").Replace("'lun'", "'disk'", StringComparison.Ordinal),
            ["half.xml"] = Lun("sdb", "<reservations managed='no'/>"),
            ["block.xml"] = Variables("<nvram type='block'><source dev='/dev/null'/></nvram>"),
            ["nbd.xml"] = Variables("<nvram template='/t' type='network'><source protocol='nbd' name='e'><host transport='unix' socket='/no/such'/></source></nvram>"),
            ["folder.xml"] = Variables("<nvram type='dir'><source dir='/x'/></nvram>"),
            ["slice.xml"] = Variables("<nvram type='block'><source dev='/x'><slices><slice type='storage' offset='0' size='1024'/></slices></source></nvram>"),
            ["reserved.xml"] = Variables("<nvram type='block'><source dev='/x'><reservations managed='yes'/></source></nvram>"),
            ["untyped.xml"] = Variables("<nvram><source file='/x'/></nvram>"),
        },
    };

    private static string Lun(string target, string reservations) =>
        $"<disk type='block' device='lun'><driver name='qemu' type='raw'/><source dev='/no/such'>{reservations}</source><target dev='{target}' bus='scsi'/></disk>";

    private static string Helper(string mode) => $"<reservations managed='no'><source type='unix' path='/no/such/socket' mode='{mode}'/></reservations>";

    private static string Variables(string nvram) => Named("<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>" + nvram);

    private static string With(string device) => $"{{domain|</devices>|{device}</devices>}}";

    private static string Served(string folder) =>
        $"{{domain|  <devices>|  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking><devices>{folder}<controller type='pci' index='0' model='pci-root'/>}}";

    private static string Folder(string path, string binary = "") => $"<filesystem type='mount'><driver type='virtiofs' queue='512'/>{binary}<source dir='{path}'/><target dir='t'/></filesystem>";

    private static string Chosen(string asked, string kind = "efi", string nvram = "<nvram>{dir}/v.fd</nvram>") =>
        $"{{domain|<os>\n    <type arch='x86_64' machine='pc'>hvm</type>|<os firmware='{kind}'><type arch='x86_64' machine='q35'>hvm</type>{asked}{nvram}}}";

    private static string Named(string asked) => $"{{domain|machine='pc'>hvm</type>|machine='q35'>hvm</type>{asked}}}";

    private static string Secret(string uuid, string usage, string flags = "ephemeral='no' private='no'") => $"<secret {flags}><uuid>{uuid}</uuid><description>of a test</description>{usage}</secret>";

    private static string Disk(string encryption) => $"{{domain|<target dev='vda' bus='virtio'/>|<target dev='vda' bus='virtio'/>{encryption}}}";
}
