using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>Of a domain that runs, vireod shows what libvirtd shows: names and addresses of all devices included.</summary>
public sealed partial class LiveDocumentTests(DaemonPair daemons)
{
    private const string Ask = """
        def ask(xml):
            d = c.createXML(xml, libvirt.VIR_DOMAIN_START_PAUSED)
            try: return {'Inactive': d.XMLDesc(0), 'Secure': d.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE), 'Migratable': d.XMLDesc(libvirt.VIR_DOMAIN_XML_MIGRATABLE)}
            finally: d.destroy()

        """;

    private static readonly Dictionary<string, (string General, string Devices)> s_shapes = new(StringComparer.Ordinal)
    {
        ["little"] = ("<os><type arch='x86_64' machine='pc'>hvm</type></os>", ""),
        ["ide"] = ("<vcpu current='1'>4</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/><apic/></features>",
            """
            <disk type='file'><source file='{dir}/a'/><target dev='hda' bus='ide'/></disk><disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
            <disk type='file' device='floppy'><source file='{dir}/b'/><target dev='fda'/></disk><disk type='file'><source file='{dir}/c'/><target dev='vda'/><boot order='1'/></disk>
            <disk type='file'><source file='{dir}/d'/><target dev='sda' bus='usb'/></disk>
            <serial type='pty'/><parallel type='null'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><console type='pty'><target type='virtio'/></console>
            <input type='tablet' bus='usb'/><graphics type='vnc' listen='127.0.0.1'/><watchdog model='i6300esb'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><panic model='isa'/>
            <interface type='user'><mac address='52:54:00:12:34:56'/><model type='e1000'/></interface><sound model='ich6'/>
            """),
        ["express"] = ("<vcpu>2</vcpu><iothreads>2</iothreads><os><type arch='x86_64' machine='q35'>hvm</type><bootmenu enable='yes'/></os><clock offset='localtime'><timer name='rtc' tickpolicy='catchup'/></clock>",
            """
            <controller type='scsi' index='0' model='virtio-scsi'/><controller type='usb' model='nec-xhci'/>
            <disk type='file'><driver name='qemu' type='raw' cache='none' io='threads' discard='unmap'/><source file='{dir}/a'/><target dev='sda' bus='scsi'/><serial>s1</serial></disk>
            <disk type='file'><source file='{dir}/b'/><target dev='sdb' bus='sata'/></disk><disk type='file'><driver name='qemu' type='raw' iothread='1'/><source file='{dir}/c'/><target dev='vda'/><readonly/></disk>
            <input type='keyboard' bus='virtio'/><input type='mouse' bus='usb'/><interface type='user'><mac address='52:54:00:12:34:57'/><model type='virtio'/></interface>
            <video><model type='virtio'/></video><memballoon model='virtio'><stats period='5'/></memballoon><hub type='usb'/>
            """),
        ["pinned"] = ("<vcpu>4</vcpu><iothreads>1</iothreads><os><type arch='x86_64' machine='q35'>hvm</type></os><cpu mode='custom'><model>qemu64</model><topology sockets='2' cores='2' threads='1'/></cpu>",
            "<graphics type='vnc' port='-1' listen='127.0.0.1' passwd='x'/><video><model type='vga'/></video><memballoon model='none'/><controller type='usb' model='none'/><controller type='pci' index='1' model='pcie-root-port'/>"),
        ["conventional"] = ("<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>",
            string.Concat(Enumerable.Range(0, 30).Select(i => "<rng model='virtio'><backend model='builtin'/></rng>")) + "<disk type='file'><source file='{dir}/a'/><target dev='vda'/></disk>"),
    };

    public static IEnumerable<TheoryDataRow<string>> Shapes() => s_shapes.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task It_is_shown_as_libvirtd_shows_it(string shape)
    {
        using var scratch = new ScratchDirectory("ld");
        foreach (var image in (string[])["a", "b", "c", "d"])
            await File.WriteAllBytesAsync(scratch[image], new byte[1 << 20]);
        var (general, devices) = s_shapes[shape];
        var xml = $"<domain type='qemu'><name>live-{shape}</name><uuid>3b1d8f5e-4f0b-4c43-9a63-6a4d1f0c7f0{s_shapes.Keys.ToList().IndexOf(shape)}</uuid><memory unit='MiB'>128</memory>{general}<devices>{devices}</devices></domain>"
            .Replace("{dir}", scratch.Path, StringComparison.Ordinal);
        var fed = new Dictionary<string, string> { [shape] = xml };

        var theirs = (await DomainDefinition.AskAsync(await daemons.GetAsync(DaemonKind.Libvirtd), fed, Ask))[shape];
        var ours = (await DomainDefinition.AskAsync(await daemons.GetAsync(DaemonKind.Vireod), fed, Ask))[shape];

        theirs.Message.ShouldBeNull();
        ours.Message.ShouldBeNull();
        Comparison.ShouldSayTheSame(Masked(ours.Inactive!), Masked(theirs.Inactive!));
        Comparison.ShouldSayTheSame(Masked(ours.Secure!), Masked(theirs.Secure!));
        Comparison.ShouldSayTheSame(Masked(ours.Migratable!), Masked(theirs.Migratable!));
    }

    // Numbers of domains, terminals and ports are given as they come.
    private static string Masked(string text) => KnownDifferences.Apply("$ dumpxml\n" + DomainDefinition.Closed(Given().Replace(text, "{id}")));

    [GeneratedRegex(@"(?<=<domain [^>]* id=')\d+|(?<=/domain-)\d+(?=-)|/dev/pts/\d+|(?<=port=')59\d\d")]
    private static partial Regex Given();
}
