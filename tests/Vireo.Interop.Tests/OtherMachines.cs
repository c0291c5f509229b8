namespace Vireo.Interop.Tests;

/// <summary>Small domains of machines that are not PCs: every machine with every device and feature of a list, whether it can have it or not.</summary>
internal static class OtherMachines
{
    private const string Disk = "<disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>{0}</disk>";
    private const string Card = "<interface type='user'><mac address='52:54:00:00:00:01'/>{0}</interface>";

    private static readonly (string Architecture, string Machine)[] s_machines =
    [
        ("aarch64", "virt"), ("aarch64", "vexpress-a9"), ("armv7l", "virt"), ("armv6l", "versatilepb"), ("ppc64", "pseries"), ("ppc64le", "pseries"), ("ppc64", "powernv"),
        ("s390x", "s390-ccw-virtio"), ("riscv64", "virt"), ("riscv64", "sifive_u"), ("riscv32", "virt"),
    ];

    private static readonly Dictionary<string, string> s_devices = new(StringComparer.Ordinal)
    {
        ["nothing"] = "",
        ["disks"] = Of(Disk) + "<disk type='file' device='disk'><source file='/b'/><target dev='sda'/></disk><disk type='file' device='cdrom'><target dev='sdb'/></disk>",
        ["an IDE disk"] = "<disk type='file' device='disk'><source file='/a'/><target dev='hda'/></disk>",
        ["a SATA disk"] = "<disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='sata'/></disk>",
        ["a USB disk"] = "<disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='usb'/></disk>",
        ["a disk on ccw"] = Of(Disk, "<address type='ccw'/>"),
        ["a disk at a ccw number"] = Of(Disk, "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0005'/>"),
        ["a disk on PCI"] = Of(Disk, "<address type='pci' domain='0' bus='0' slot='5' function='0'/>"),
        ["a disk booted after another"] = Of(Disk, "<boot order='2' loadparm='two'/>") + "<disk type='file' device='disk'><source file='/b'/><target dev='vdb'/><boot order='1'/></disk>",
        ["many disks"] = string.Concat(Enumerable.Range(0, 40).Select(i => $"<disk type='file' device='disk'><source file='/{i}'/><target dev='vd{(i > 25 ? "a" : "")}{(char)('a' + (i % 26))}'/></disk>")),
        ["a CD on SCSI"] = "<disk type='file' device='cdrom'><target dev='sda' bus='scsi'/></disk><controller type='scsi' model='virtio-scsi'/>",
        ["a card"] = Of(Card, "<model type='virtio'/>"),
        ["an e1000"] = Of(Card, "<model type='e1000'/>"),
        ["a ne2k_pci"] = Of(Card, "<model type='ne2k_pci'/>"),
        ["a spapr-vlan"] = Of(Card, "<model type='spapr-vlan'/>"),
        ["a transitional card"] = Of(Card, "<model type='virtio-transitional'/>"),
        ["zPCI"] = Of(Disk, "<address type='pci'><zpci uid='0x0003' fid='0x00000027'/></address>") + "<sound model='ich6'/>",
        ["serial ports"] = "<serial type='pty'><target port='0'/></serial><serial type='null'><target port='1'/></serial>",
        ["a console"] = "<console type='pty'/>",
        ["a virtio console"] = "<console type='pty'><target type='virtio'/></console>",
        ["SCLP consoles"] = "<console type='pty'><target type='sclplm'/></console><console type='pty'><target type='sclp'/></console>",
        ["an ISA port"] = "<serial type='pty'><target type='isa-serial'/></serial>",
        ["a PCI port"] = "<serial type='pty'><target type='pci-serial'/></serial>",
        ["a USB port"] = "<serial type='pty'><target type='usb-serial'/></serial>",
        ["a spapr port"] = "<serial type='pty'><target type='spapr-vio-serial'/></serial>",
        ["an SCLP port"] = "<serial type='pty'><target type='sclp-serial'><model name='sclplmconsole'/></target></serial>",
        ["a pl011"] = "<serial type='pty'><target type='system-serial'><model name='pl011'/></target></serial>",
        ["a 16550a"] = "<serial type='pty'><target type='system-serial'><model name='16550a'/></target></serial>",
        ["a parallel port"] = "<parallel type='null'/>",
        ["a channel"] = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
        ["a display"] = "<graphics type='vnc' port='-1'/>",
        ["a display and inputs"] = "<graphics type='vnc' port='-1'/><input type='tablet'/><input type='mouse'/><input type='keyboard'/>",
        ["SPICE"] = "<graphics type='spice' autoport='yes'/><controller type='usb' model='qemu-xhci'/><redirdev bus='usb' type='spicevmc'/>",
        ["virtio video twice"] = "<video><model type='virtio'/></video><video><model type='virtio'/></video>",
        ["VGA"] = "<video><model type='vga'/></video>",
        ["bochs"] = "<video><model type='bochs'/></video>",
        ["ramfb"] = "<video><model type='ramfb'/></video>",
        ["QXL"] = "<video><model type='qxl'/></video>",
        ["no video"] = "<graphics type='vnc' port='-1'/><video><model type='none'/></video>",
        ["USB inputs"] = "<input type='keyboard' bus='usb'/><input type='tablet' bus='usb'/>",
        ["virtio inputs"] = "<input type='keyboard' bus='virtio'/>",
        ["PS/2 inputs"] = "<input type='mouse' bus='ps2'/>",
        ["sound"] = "<sound model='ich6'/>",
        ["a PCI watchdog"] = "<watchdog model='i6300esb'/>",
        ["diag288"] = "<watchdog model='diag288' action='dump'/>",
        ["random numbers"] = "<rng model='virtio'><backend model='random'/></rng>",
        ["TPM"] = "<tpm><backend type='emulator'/></tpm>",
        ["tpm-spapr"] = "<tpm model='tpm-spapr'><backend type='emulator' version='2.0'/></tpm>",
        ["tpm-crb"] = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
        ["panic"] = "<panic/>",
        ["panic pseries"] = "<panic model='pseries'/>",
        ["panic s390"] = "<panic model='s390'/>",
        ["panic hyperv"] = "<panic model='hyperv'/>",
        ["USB"] = "<controller type='usb'/>",
        ["no USB"] = "<controller type='usb' model='none'/>",
        ["many USB devices"] = "<controller type='usb' model='nec-xhci'/><input type='tablet' bus='usb'/><input type='tablet' bus='usb'/><input type='tablet' bus='usb'/>",
        ["SCSI"] = "<controller type='scsi'/>",
        ["automatic SCSI"] = "<controller type='scsi' model='auto'/>",
        ["ibmvscsi"] = "<controller type='scsi' model='ibmvscsi'/>",
        ["lsisas1078"] = "<controller type='scsi' model='lsisas1078'/>",
        ["PCI root"] = "<controller type='pci' index='0' model='pci-root'/>",
        ["host bridges"] = "<controller type='pci' index='3' model='pci-root'/><controller type='pci' index='1' model='pci-root'><target index='3'/></controller>",
        ["no balloon"] = "<memballoon model='none'/>",
        ["a transitional balloon"] = "<memballoon model='virtio-transitional'/>",
        ["NVRAM"] = "<nvram/>",
        ["a folder"] = "<filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem>",
        ["vsock"] = "<vsock model='virtio'><cid auto='no' address='4'/></vsock>",
        ["IOMMU of ARM"] = "<iommu model='smmuv3'/>",
        ["virtio IOMMU"] = "<iommu model='virtio'/>",
        ["a smart card"] = "<smartcard mode='host'/>",
        ["shared memory"] = "<shmem name='s'><model type='ivshmem-plain'/></shmem>",
        ["vfio-ccw"] = "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'><source><address uuid='90c6c135-ad44-41d0-b1b7-bae47de48627'/></source></hostdev>",
        ["vfio-ap"] = "<hostdev mode='subsystem' type='mdev' model='vfio-ap'><source><address uuid='90c6c135-ad44-41d0-b1b7-bae47de48627'/></source></hostdev>",
        ["everything virtio"] = Of(Disk) + Of(Card, "<model type='virtio'/>") + """
            <controller type='scsi' index='0' model='virtio-scsi'/><controller type='virtio-serial' index='0'/><filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem>
            <input type='tablet' bus='virtio'/><input type='keyboard' bus='virtio'/><graphics type='vnc' port='-1'/><video><model type='virtio'/></video>
            <rng model='virtio'><backend model='random'/></rng><vsock model='virtio'><cid auto='no' address='4'/></vsock>
            """,
    };

    private static readonly Dictionary<string, string> s_elements = new(StringComparer.Ordinal)
    {
        ["GIC 3"] = "<features><gic version='3'/></features>",
        ["some GIC"] = "<features><gic/></features>",
        ["ACPI"] = "<features><acpi/></features>",
        ["APIC"] = "<features><apic/><pae/></features>",
        ["POWER's features"] = """
            <features><hpt resizing='enabled'><maxpagesize unit='KiB'>64</maxpagesize></hpt><htm state='on'/><nested-hv state='off'/><ccf-assist state='on'/><cfpc value='broken'/><sbbc value='fixed'/><ibs value='workaround'/></features>
            """,
        ["SMM"] = "<features><smm state='on'/></features>",
        ["VMware's port"] = "<features><vmport state='on'/></features>",
        ["Hyper-V"] = "<features><hyperv><relaxed state='on'/></hyperv></features>",
        ["vmcoreinfo"] = "<features><vmcoreinfo state='on'/></features>",
        ["the host's CPU"] = "<cpu mode='host-passthrough'/>",
        ["a model like the host's"] = "<cpu mode='host-model'/>",
        ["the largest CPU"] = "<cpu mode='maximum'/>",
        ["cortex-a57"] = "<cpu mode='custom'><model>cortex-a57</model></cpu>",
        ["POWER8"] = "<cpu mode='custom'><model>POWER8</model></cpu>",
        ["z13"] = "<cpu mode='custom'><model>z13</model></cpu>",
        ["a topology"] = "<vcpu>4</vcpu><cpu><topology sockets='2' cores='2' threads='1'/></cpu>",
        ["cells"] = "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='128' unit='MiB'/><cell id='1' cpus='1' memory='128' unit='MiB'/></numa></cpu>",
        ["a module"] = """
            <maxMemory slots='4' unit='MiB'>1024</maxMemory><cpu><numa><cell id='0' cpus='0' memory='256' unit='MiB'/></numa></cpu>
            <devices><memory model='dimm'><target><size unit='MiB'>256</size><node>0</node></target></memory></devices>
            """,
        ["timers"] = "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>",
        ["ARM's timer"] = "<clock offset='utc'><timer name='armvtimer' tickpolicy='discard'/></clock>",
        ["sleep"] = "<pm><suspend-to-mem enabled='no'/></pm>",
        ["keys wrapped"] = "<keywrap><cipher name='aes' state='on'/><cipher name='dea' state='off'/></keywrap>",
        ["an identity"] = "<genid>49545eb3-75e1-2d0a-acdd-f0294406c99e</genid>",
        ["I/O threads"] = "<iothreads>1</iothreads>",
    };

    private static readonly Dictionary<string, string> s_boot = new(StringComparer.Ordinal)
    {
        ["UEFI"] = "<loader readonly='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader>",
        ["a ROM"] = "<loader>/rom</loader>",
        ["a kernel"] = "<kernel>/k</kernel><initrd>/i</initrd><cmdline>x</cmdline><dtb>/d</dtb>",
        ["a menu"] = "<bootmenu enable='yes' timeout='3000'/>",
    };

    /// <summary>The documents by their names.</summary>
    public static Dictionary<string, string> Documents { get; } = s_machines.SelectMany(m => (IEnumerable<(string, string)>)
    [
        .. s_devices.Select(d => (Name(m, d.Key), Domain(m, "", $"<devices>{d.Value}</devices>"))),
        .. s_elements.Select(e => (Name(m, e.Key), Domain(m, "", e.Value))),
        .. s_boot.Select(b => (Name(m, b.Key), Domain(m, b.Value, ""))),
        (Name(m, "UEFI with ACPI"), Domain(m, s_boot["UEFI"], s_elements["ACPI"])),
    ]).ToDictionary(d => d.Item1, d => d.Item2, StringComparer.Ordinal);

    private static string Name((string Architecture, string Machine) machine, string what) => $"{machine.Architecture} {machine.Machine}: {what}";

    private static string Domain((string Architecture, string Machine) machine, string boot, string elements) => $"""
        <domain type='qemu'><name>other</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='MiB'>512</memory>
        <os><type arch='{machine.Architecture}' machine='{machine.Machine}'>hvm</type>{boot}</os>{elements}</domain>
        """;

    private static string Of(string device, string inner = "") => string.Format(System.Globalization.CultureInfo.InvariantCulture, device, inner);
}
