namespace Vireo.Drivers.Xen.Tests;

/// <summary>Where ours do not do as libvirt 9.0 does: docs/compatibility.md tells of each, and each is so.</summary>
public sealed class OwnWaysTests
{
    private static readonly Dictionary<string, Action> s_ways = new(StringComparer.Ordinal)
    {
        ["no reason, no answer"] = () =>
        {
            foreach (var line in (ReadOnlySpan<string>)["disk = [ \"/x\" ]", "vif = [ \"foo\" ]", "channel = [ \"name=a\" ]", "channel = [ \"connection=x,name=a\" ]"])
                Refusal(() => Read(line)).ShouldBe(ErrorCode.ConfSyntax, line);
            Refusal(() => Read("pci = [ \"\" ]")).ShouldBe(ErrorCode.InternalError);
            var far = new NumaCell { Id = 0, Cpus = "0", Memory = DataSize.FromMiB(64), Distances = [new() { Id = 0, Value = 300 }] };
            Refusal(() => XenDomain.FormatXl(Domain("xen", "") with { Cpu = new() { Numa = new() { Cells = [far] } } }, new XenHost())).ShouldBe(ErrorCode.XmlError);
            Refusal(() => Read("type = \"hvm\"\nsoundhw = \"x\"")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["lists that are none"] = () =>
        {
            foreach (var key in (ReadOnlySpan<string>)["vif", "vfb", "disk", "pci", "usbdev", "usbctrl", "channel", "device_model_args"])
            {
                Refusal(() => Read($"{key} = \"x\"")).ShouldBe(ErrorCode.InternalError, key);
                Refusal(() => Read($"{key} = [ 5 ]")).ShouldBe(ErrorCode.ConfSyntax, key);
            }
        },
        ["vfb"] = () => Read("vfb = []").Devices.Graphics.ShouldBeEmpty(),
        ["numbers out of range"] = () =>
        {
            foreach (var line in (ReadOnlySpan<string>)["vcpus = 4294967297", "max_grant_frames = 99999999999", "max_event_channels = 4294967297", "vfb = [ \"type=vnc,vncdisplay=99999\" ]"])
                Refusal(() => Read(line)).ShouldBe(ErrorCode.InternalError, line);
            foreach (var line in (ReadOnlySpan<string>)["vnc = 1\nvncunused = 0\nvncdisplay = 59636", "spice = 1\nspicedisable_ticketing = 1\nspiceport = 65536"])
                Refusal(() => Read("type = \"hvm\"\n" + line)).ShouldBe(ErrorCode.InternalError, line);
            Refusal(() => Read("x = 99999999999999999999")).ShouldBe(ErrorCode.ConfSyntax);
            Refusal(() => Read("memory = 17592186044416")).ShouldBe(ErrorCode.Overflow);
            Refusal(() => Read("vnuma = [ [ \"pnode=0\", \"size=17592186044416\", \"vcpus=0\" ] ]")).ShouldBe(ErrorCode.Overflow);
            Refusal(() => Read("vnuma = [ [ \"pnode=0\", \"size=-1\", \"vcpus=0\" ] ]")).ShouldBe(ErrorCode.ConfSyntax);
            Refusal(() => Read("vif = [ \"bridge=b.5000,script=vif-openvswitch\" ]")).ShouldBe(ErrorCode.ConfSyntax);
            Refusal(() => Read("vif = [ \"rate=18446744073709551615GB/s\" ]")).ShouldBe(ErrorCode.InternalError);
            Refusal(() => Read("disk = [ \"/x,raw,xvdzzz,w\" ]")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("hvm", "<serial type='pty'><target port='2000000000'/></serial>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["pci"] = () =>
        {
            foreach (var address in (ReadOnlySpan<string>)["0001:0c:1b.9", "0001:0c:3b.0", "10001:0c:1b.0", "0001:1ff:1b.0", "0001:0c:1b"])
                Should.Throw<VireoException>(() => Read($"pci = [ \"{address}\" ]")).Message.ShouldBe("internal error: Malformed PCI address " + address);
        },
        ["rtc_timeoffset"] = () => Read("type = \"hvm\"\nrtc_timeoffset = -3600").Clock!.Adjustment.ShouldBe("-3600"),
        ["commas"] = () =>
        {
            Refusal(() => Write("xen", "<graphics type='vnc' passwd='a,keymap=de'/>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("xen", "<interface type='bridge'><source bridge='a,b'/></interface>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("xen", "<disk type='file'><source file='/x,y'/><target dev='xvda'/></disk>", "xm")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("hvm", "<serial type='unix'><source mode='bind' path='/x,y'/></serial>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["line breaks"] = () => Refusal(() => XenDomain.FormatXl(Domain("xen", "") with { Name = "a\nb" }, new XenHost())).ShouldBe(ErrorCode.ConfigUnsupported),
        ["rate"] = () =>
        {
            Rate("4096B/s").ShouldBe(4UL);
            Rate("81920b/s").ShouldBe(10UL);
            Rate("10B/s").ShouldBeNull();
            Rate("0KB/s").ShouldBeNull();
        },
        ["mac"] = () => Read("vif = [ \"bridge=b\" ]").Devices.Interfaces[0].Mac.ShouldBeNull(),
        ["backend"] = () =>
        {
            var read = Read("disk = [ \"vdev=xvda,backend=d,target=/x\" ]\nvif = [ \"mac=00:16:3e:00:00:01,backend=e\" ]");
            (read.Devices.Disks[0].Backenddomain, read.Devices.Interfaces[0].Backenddomain).ShouldBe(("d", "e"));
            XenDomain.ParseXl(XenDomain.FormatXl(read, new XenHost()), new XenHost()).Devices.ShouldBe(read.Devices);
        },
        ["script"] = () =>
        {
            foreach (var disk in (ReadOnlySpan<string>)["vdev=xvda,script=block-x,target=/x", "drbd:r0,xvda,w", "nbd:x,xvda,w"])
                Refusal(() => Read($"disk = [ \"{disk}\" ]")).ShouldBe(ErrorCode.ConfigUnsupported, disk);
        },
        ["drives without an image"] = () =>
        {
            Read("disk = [ \",hdc:cdrom,r\" ]").Devices.Disks[0].Source.ShouldBeNull();
            Read("disk = [ \"phy:,hdc:cdrom,r\" ]", "xm").Devices.Disks[0].Source.ShouldBeNull();
        },
        ["rbd:"] = () =>
        {
            var image = new DiskSource { Protocol = DiskProtocol.Rbd, Name = "p/i", Snapshot = "s", ConfigFile = "/c", Hosts = [new() { Name = "fd00::1", Port = "6321" }, new() { Name = "::2" }] };
            var disk = new DiskConfig { Type = DiskType.Network, Device = DiskDevice.Disk, Source = image, Target = new() { Dev = "xvda", Bus = DiskBus.Xen } };
            var domain = Domain("xen", "") with { Devices = new() { Disks = [disk] } };
            XenDomain.ParseXl(XenDomain.FormatXl(domain, new XenHost()), new XenHost()).Devices.Disks[0].Source.ShouldBe(image);
            var secret = disk with { Auth = new() { Username = "u" } };
            Refusal(() => XenDomain.FormatXl(domain with { Devices = new() { Disks = [secret] } }, new XenHost())).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["disk formats"] = () =>
        {
            Write("xen", Disk("file", "qemu", "vhd")).ShouldContain("format=vhd,");
            Refusal(() => Write("xen", Disk("file", "qemu", "vmdk"))).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("xen", Disk("file", "file", "qcow2"), "xm")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["disk drivers"] = () => Refusal(() => Write("xen", Disk("file", "tap2", "raw"))).ShouldBe(ErrorCode.ConfigUnsupported),
        ["disk types"] = () =>
        {
            Refusal(() => Write("xen", "<disk type='dir'><source dir='/x'/><target dev='xvda'/></disk>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("xen", "<disk type='volume'><source pool='p' volume='v'/><target dev='xvda'/></disk>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("xen", "<disk type='network'><source protocol='rbd' name='p/i'/><target dev='xvda'/></disk>", "xm")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["shareable"] = () => Refusal(() => Write("xen", "<disk type='file'><source file='/x'/><target dev='xvda'/><shareable/></disk>")).ShouldBe(ErrorCode.ConfigUnsupported),
        ["disks of xm"] = () =>
        {
            foreach (var disk in (ReadOnlySpan<string>)["phy:/dev/x,xvda", "tap:x:/x,xvda,w", "tap:/x,xvda,w", "x", "file:/x,hda:floppy,w"])
                Refusal(() => Read($"disk = [ \"{disk}\" ]", "xm")).ShouldBe(ErrorCode.ConfSyntax, disk);
        },
        ["displays"] = () =>
        {
            Write("xen", "<graphics type='vnc' autoport='no'/>").ShouldContain("vfb = [ \"type=vnc,vncunused=0\" ]\n");
            Write("hvm", "<graphics type='vnc' autoport='no'/>").ShouldNotContain("vncdisplay");
            Refusal(() => Write("hvm", "<graphics type='rdp'/>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Refusal(() => Write("hvm", "<graphics type='vnc' port='5800' autoport='no'/>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["serial"] = () =>
        {
            Refusal(() => Write("hvm", "<serial type='tcp'><source mode='bind' host='h' service='9'/><protocol type='tls'/></serial>")).ShouldBe(ErrorCode.ConfigUnsupported);
            var written = Write("hvm", "<serial type='tcp'><source mode='bind' host='::1' service='9'/></serial>");
            written.ShouldContain("serial = \"tcp:[::1]:9,server,nowait\"\n");
            XenDomain.ParseXl(written, new XenHost()).Devices.Serials[0].Source!.Host.ShouldBe("::1");
            Read("type = \"hvm\"\nserial = \"dev:/x\"").Devices.Serials[0].Source!.Path.ShouldBe("/x");
            Read("type = \"hvm\"\nserial = \"udp:h:99@:\"").Devices.Serials[0].Sources.Count.ShouldBe(1);
        },
        ["usbctrl, usbdev"] = () =>
        {
            foreach (var line in (ReadOnlySpan<string>)["usbctrl = [ \"version=x\" ]", "usbctrl = [ \"ports=x\" ]", "usbdev = [ \"hostbus=1\" ]", "usbdev = [ \"hostbus=x,hostaddr=2\" ]"])
                Refusal(() => Read(line)).ShouldBe(ErrorCode.ConfSyntax, line);
            var read = Read("usbctrl = [ \"ports=10\" ]");
            read.Devices.Controllers[0].Ports.ShouldBe(10);
            XenDomain.FormatXl(read, new XenHost()).ShouldContain("usbctrl = [ \"type=qusb,version=2,ports=10\" ]\n");
            Write("xen", "<controller type='usb' index='0'/>").ShouldNotContain("usbctrl");
            Refusal(() => Write("xen", "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["channel"] = () => Write("xen", "<channel type='pty'><target type='xen'/></channel>").ShouldContain("channel = [ \"connection=pty\" ]\n"),
        ["device_model"] = () =>
        {
            Read("device_model = \"/x\"").Devices.Emulator.ShouldBe("/x");
            Read("device_model = \"/x\"\ndevice_model_override = \"/y\"").Devices.Emulator.ShouldBe("/y");
        },
        ["vnuma"] = () =>
        {
            var cpu = Read("type = \"hvm\"\nnestedhvm = 0\ncpuid = \"host,apic=0\"\nvnuma = [ [ \"pnode=0\", \"size=32\", \"vcpus=0\" ] ]").Cpu!;
            (cpu.Mode, cpu.Features.Count, cpu.Numa!.Cells.Count).ShouldBe((CpuMode.HostPassthrough, 2, 1));
            var small = Domain("xen", "") with { Cpu = new() { Numa = new() { Cells = [new() { Id = 0, Cpus = "0", Memory = DataSize.FromKiB(65) }] } } };
            Refusal(() => XenDomain.FormatXl(small, new XenHost())).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["firmware='efi'"] = () => XenDomain.FormatXl(Domain("hvm", "") with { Os = new() { Type = new() { Kind = "hvm" }, Firmware = OsFirmware.Efi } }, new XenHost()).ShouldContain("bios = \"ovmf\"\n"),
        ["kernel"] = () => Write("hvm", "", "xm").ShouldContain("kernel = \"/usr/lib/xen/boot/hvmloader\"\n"),
        ["xen-xm of xenpvh"] = () => Refusal(() => Write("xenpvh", "", "xm")).ShouldBe(ErrorCode.ConfigUnsupported),
        ["name"] = () => Refusal(() => XenDomain.ParseXl("name = \"\"", new XenHost())).ShouldBe(ErrorCode.NoName),
    };

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void It_is_as_the_page_says(string place) => s_ways[place]();

    [Fact]
    public void The_page_tells_of_each() => CompatibilityPage.Of("Xen: otherwise than libvirt 9.0").Order().ShouldBe(s_ways.Keys.Order());

    private static DomainConfig Domain(string kind, string devices) =>
        DomainConfig.Parse($"<domain type='xen'><name>n</name><memory>65536</memory><os><type>{kind}</type></os><devices>{devices}</devices></domain>");

    private static string Disk(string type, string driver, string format) =>
        $"<disk type='{type}'><driver name='{driver}' type='{format}'/><source file='/x'/><target dev='xvda' bus='xen'/></disk>";

    private static ulong? Rate(string rate) => Read($"vif = [ \"rate={rate}\" ]").Devices.Interfaces[0].Bandwidth?.Outbound?.Average;

    private static DomainConfig Read(string lines, string format = "xl")
    {
        var file = lines + "\nname = \"n\"\n";
        return format == "xl" ? XenDomain.ParseXl(file, new XenHost()) : XenDomain.ParseXm(file, new XenHost());
    }

    private static string Write(string kind, string devices, string format = "xl") =>
        format == "xl" ? XenDomain.FormatXl(Domain(kind, devices), new XenHost()) : XenDomain.FormatXm(Domain(kind, devices), new XenHost());

    private static ErrorCode Refusal(Func<object> use) => Should.Throw<VireoException>(use).Code;
}
