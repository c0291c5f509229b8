namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>Devices and settings that the published documents do not have, by libvirt's manual of the driver and bhyve(8).</summary>
public sealed class CommandTests
{
    private const string Firmware = "<loader readonly='yes' type='pflash'>/f.fd</loader>";
    private const string Vnc = "<graphics type='vnc' port='5904'><listen type='address' address='127.0.0.1'/></graphics>";

    [Theory]
    [InlineData("<memoryBacking><locked/></memoryBacking>", "-m 64 -S -u")]
    [InlineData("<features><acpi/><apic/><msrs unknown='ignore'/></features>", "-m 64 -A -I -w -u")]
    [InlineData("<clock offset='localtime'/>", "-m 64 -H -P")]
    [InlineData("<vcpu>2</vcpu><cpu><topology sockets='1' cores='2' threads='1'/></cpu>", "-c cpus=2,sockets=1,cores=2,threads=1 -m 64")]
    [InlineData("<bhyve:commandline><bhyve:arg value='-W'/><bhyve:arg value='x y'/></bhyve:commandline>", "-s 2:0,ahci,hd:/d.img -W x y n")]
    public void Settings_of_the_guest(string head, string options) => Guests.Options(Guests.Make(head: head)).ShouldContain(options);

    [Theory]
    [InlineData("<interface type='bridge'><mac address='02:00:00:00:00:01'/><source bridge='b'/><model type='e1000'/></interface>", "-s 3:0,e1000,faketapdev,mac=02:00:00:00:00:01")]
    [InlineData("<filesystem><source dir='/shared/dir'/><target dir='shared_dir'/><readonly/></filesystem>", "-s 3:0,virtio-9p,shared_dir=/shared/dir,ro")]
    [InlineData("<sound model='ich7'><audio id='1'/></sound><audio id='1' type='oss'><input dev='/dev/dsp0'/><output dev='/dev/dsp0'/></audio>", "-s 3:0,hda,play=/dev/dsp0,rec=/dev/dsp0")]
    [InlineData("<controller type='usb' model='nec-xhci'/><input type='tablet' bus='usb'/>", "-s 2:0,xhci,tablet -s 3:0,ahci,hd:/d.img")]
    [InlineData("<serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>", "-s 1:0,lpc -s 2:0,ahci,hd:/d.img -l com1,/dev/nmdm0A")]
    [InlineData("<console type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></console>", "-l com1,/dev/nmdm0A")]
    [InlineData("<controller type='isa'><address type='pci' slot='31'/></controller>", "-s 31:0,lpc -s 2:0,ahci")]
    [InlineData("<disk type='volume'><source pool='p' volume='v'/><target dev='vda' bus='virtio'/></disk>", "-s 3:0,virtio-blk,/p/v")]
    [InlineData("<disk type='file' device='cdrom'><source file='/c.iso'/><target dev='hdb' bus='sata'/></disk>", "-s 2:0,ahci,hd:/d.img,cd:/c.iso")]
    public void Devices(string devices, string options) => Guests.Options(Guests.Make(devices)).ShouldContain(options);

    [Theory]
    [InlineData(Vnc, "-s 1:0,lpc -s 2:0,ahci,hd:/d.img -s 3:0,fbuf,tcp=127.0.0.1:5904 n")]
    [InlineData("<graphics type='vnc' autoport='yes'><listen type='address' address='::1'/></graphics>", "-s 3:0,fbuf,tcp=[::1]:5900 n")]
    [InlineData("<graphics type='vnc' port='5904' passwd='s3cr3t'/><video><driver vgaconf='io'/><model type='gop'><resolution x='800' y='600'/></model></video>", "fbuf,tcp=:5904,password=s3cr3t,w=800,h=600,vga=io n")]
    public void Displays(string devices, string options)
    {
        Guests.Options(Guests.Make(devices, Firmware)).ShouldEndWith(options);
        Guests.Loader(Guests.Make(devices, Firmware)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<bootloader>/usr/local/sbin/grub-bhyve</bootloader>", "<serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>", "/usr/local/sbin/grub-bhyve --root hd0,msdos1 --device-map <device.map> --memory 64 --cons-dev /dev/nmdm0A n", "(hd0) /d.img\n")]
    [InlineData("<bootloader>/usr/local/sbin/grub-bhyve</bootloader>", "<disk type='file' device='cdrom'><source file='/c.iso'/><target dev='hdc' bus='sata'/></disk>", "/usr/local/sbin/grub-bhyve --root cd --device-map <device.map> --memory 64 n", "(hd0) /d.img\n(cd) /c.iso\n")]
    [InlineData("<bootloader>/usr/local/sbin/grub-bhyve</bootloader>", "<disk type='file'><source file='/e.img'/><target dev='hdc' bus='sata'/><boot order='3'/></disk>", "/usr/local/sbin/grub-bhyve --root hd0,msdos1 --device-map <device.map> --memory 64 n", "(hd0) /e.img\n")]
    [InlineData("<bootloader>/fizz</bootloader><bootloader_args>-X -Y  z</bootloader_args>", "", "/fizz -X -Y  z", null)]
    [InlineData("<bootloader_args>-S n</bootloader_args>", "", "/usr/sbin/bhyveload -S n", null)]
    [InlineData("", "<disk type='file' device='cdrom'><source file='/c.iso'/><target dev='hdc' bus='sata'/><boot order='1'/></disk>", "/usr/sbin/bhyveload -m 64 -d /c.iso n", null)]
    public void Loaders(string head, string devices, string loader, string? map)
    {
        var domain = Guests.Make(devices, head: head);
        Guests.Loader(domain).ShouldBe(loader);
        BhyveDomain.Commands(domain, new TestHost(BhyveFeatures.All)).DeviceMap.ShouldBe(map);
    }

    [Theory]
    [InlineData("", "<clock offset='variable' adjustment='1'/>", "unsupported configuration: unsupported clock offset 'variable'")]
    [InlineData("", "<cpu><topology sockets='1' cores='2' threads='1'/></cpu>", "unsupported configuration: Invalid CPU topology: total number of vCPUs must equal the product of sockets, cores, and threads")]
    [InlineData("", "<vcpu>4</vcpu><cpu><topology sockets='1' dies='2' cores='2' threads='1'/></cpu>", "unsupported configuration: Only 1 die per socket is supported")]
    [InlineData("", "<bootloader>/fizz</bootloader>", "unsupported configuration: Custom loader requires explicit bootloader_args configuration")]
    [InlineData("<interface type='bridge'><source bridge='b'/><model type='rtl8139'/></interface>", "", "unsupported configuration: NIC model is not supported")]
    [InlineData("<interface type='user'><model type='virtio'/></interface>", "", "unsupported configuration: Network type 0 is not supported")]
    [InlineData("<filesystem type='block'><source dev='/d'/><target dir='d'/></filesystem>", "", "unsupported configuration: unsupported filesystem type 'block'")]
    [InlineData("<filesystem accessmode='mapped'><source dir='/d'/><target dir='d'/></filesystem>", "", "unsupported configuration: unsupported filesystem accessmode 'mapped'")]
    [InlineData("<sound model='ich6'/>", "", "unsupported configuration: Sound device model is not supported")]
    [InlineData("<sound model='ich7'><audio id='1'/></sound><audio id='1' type='none'/>", "", "unsupported configuration: unsupported audio backend 'none'")]
    [InlineData("<serial type='pty'/>", "", "unsupported configuration: only nmdm console types are supported")]
    [InlineData("<serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/><target port='3'/></serial>", "", "unsupported configuration: only two serial ports are supported")]
    [InlineData("<controller type='usb' model='nec-xhci'/>", "", "unsupported configuration: only single input device is supported")]
    [InlineData("<controller type='pci' index='1' model='pci-bridge'/>", "", "unsupported configuration: unsupported PCI controller model: only PCI root supported")]
    [InlineData("<disk type='file' device='cdrom'><target dev='hdc' bus='sata'/></disk>", "", "unsupported configuration: cdrom device without source path not supported")]
    [InlineData("<disk type='block'><source dev='/dev/d'/><target dev='vda' bus='virtio'/></disk>", "", "unsupported configuration: unsupported disk type")]
    [InlineData("<disk type='file'><source file='/d'/><target dev='ubda' bus='usb'/></disk>", "", "unsupported configuration: unsupported disk device")]
    [InlineData("<disk type='file'><source file='/e'/><target dev='sdb' bus='sata'/><address type='unassigned'/></disk>", "", "unsupported configuration: SATA disks are only supported on a controller")]
    [InlineData(Vnc, "", "unsupported configuration: Graphics are only supported when booting using UEFI")]
    public void Refusals(string devices, string head, string message) => Guests.Refusal(Guests.Make(devices, head: head)).ShouldBe((ErrorCode.ConfigUnsupported, message));

    [Theory]
    [InlineData(BhyveFeatures.UtcClock, "", "", "Installed bhyve binary does not support UTC clock")]
    [InlineData(BhyveFeatures.CpuTopology, "", "<cpu><topology sockets='1' cores='1' threads='1'/></cpu>", "Installed bhyve binary does not support defining CPU topology")]
    [InlineData(BhyveFeatures.E1000, "<interface type='bridge'><source bridge='b'/><model type='e1000'/></interface>", "", "NIC model 'e1000' is not supported by given bhyve binary")]
    [InlineData(BhyveFeatures.Sound, "<sound model='ich7'/>", "", "Sound devices emulation is not supported by given bhyve binary")]
    public void Programs_that_lack_something(BhyveFeatures lacking, string devices, string head, string message) =>
        Guests.Refusal(Guests.Make(devices, head: head), BhyveFeatures.All & ~lacking).ShouldBe((ErrorCode.ConfigUnsupported, "unsupported configuration: " + message));

    [Theory]
    [InlineData(BhyveFeatures.Framebuffer, Vnc, "Bhyve version does not support framebuffer")]
    [InlineData(BhyveFeatures.VncPassword, "<graphics type='vnc' port='5904' passwd='x'/>", "VNC Password authentication not supported by bhyve")]
    [InlineData(BhyveFeatures.None, "<graphics type='vnc' port='5904' passwd='a,b'/>", "Password may not contain ',' character")]
    [InlineData(BhyveFeatures.None, "<graphics type='vnc' port='80'/>", "vnc port must be in range [5900,65535]")]
    [InlineData(BhyveFeatures.None, "<graphics type='vnc' socket='/s'/>", "Unsupported listen type")]
    [InlineData(BhyveFeatures.None, "<graphics type='spice'/>", "Only VNC supported")]
    [InlineData(BhyveFeatures.None, "<graphics type='vnc' port='5901'/><graphics type='vnc' port='5902'/>", "Multiple graphics devices are not supported")]
    public void Displays_that_cannot_be(BhyveFeatures lacking, string devices, string message) =>
        Guests.Refusal(Guests.Make(devices, Firmware), BhyveFeatures.All & ~lacking).ShouldBe((ErrorCode.ConfigUnsupported, "unsupported configuration: " + message));

    [Theory]
    [InlineData("<address type='pci' slot='2'/>", "<address type='pci' slot='2'/>", "XML error: Attempted double use of PCI Address 0000:00:02.0")]
    [InlineData("<address type='pci' bus='1' slot='2'/>", "", "XML error: Invalid PCI address 0000:01:02.0. Only PCI buses up to 0 are available")]
    [InlineData("<address type='pci' slot='0' function='1'/>", "", "XML error: Invalid PCI address 0000:00:00.1. slot must be >= 1")]
    public void Places_that_cannot_be(string first, string second, string message)
    {
        var domain = Guests.Make($"<sound model='ich7'>{first}</sound><filesystem><source dir='/d'/><target dir='d'/>{second}</filesystem>");
        Guests.Refusal(domain).ShouldBe((ErrorCode.XmlError, message));
    }

    [Fact]
    public void Drives_are_spread_over_as_many_controllers_as_are_needed()
    {
        var disks = string.Concat(Enumerable.Range(0, 40).Select(i => $"<disk type='file'><source file='/{i}'/><target dev='{DriveName.Format(DiskBus.Sata, i)}' bus='sata'/></disk>"));
        Guests.Options(Guests.Make(disks, disk: "")).ShouldContain(",hd:/31 -s 3:0,ahci,hd:/32,hd:/33");
        Guests.Options(Guests.Make(disks.Split("</disk>")[0] + "</disk>", disk: ""), BhyveFeatures.All & ~BhyveFeatures.Ahci32Slots).ShouldContain("-s 2:0,ahci-hd,/0 n");
    }

    [Fact]
    public void A_slot_for_the_bridge_is_kept_unless_a_device_is_there()
    {
        var domain = Guests.Make("<sound model='ich7'><address type='pci' slot='1'/></sound><serial type='nmdm'><source master='/dev/nmdm0A'/></serial>");
        Guests.Options(domain).ShouldContain("-s 2:0,lpc -s 3:0,ahci,hd:/d.img -s 1:0,hda");
    }

    [Fact]
    public void A_guest_of_another_hypervisor_or_architecture_is_refused()
    {
        Guests.Refusal(Guests.Make() with { Type = DomainType.Kvm }).ShouldBe((ErrorCode.InvalidArg, "invalid argument: could not find capabilities for arch=x86_64 domaintype=kvm "));
        Guests.Refusal(Guests.Make() with { Os = new() { Type = new() { Kind = "hvm", Arch = "i686" } } }).Message.ShouldContain("arch=i686 domaintype=bhyve");
    }
}
