using Vireo.Config;
using Vireo.Drivers.Qemu.HostDevices;

namespace Vireo.Drivers.Qemu.Tests.HostDevices;

public sealed class HostDeviceClaimsTests : IDisposable
{
    private const string Card = "0000:03:00.0";
    private readonly ScratchDirectory _dir = new("hd");
    private readonly HostDeviceClaims _claims;
    private readonly MadeUpKernel _kernel;

    public HostDeviceClaimsTests()
    {
        foreach (string place in new[] { "bus/mdev/devices", "a", "b" })
            Directory.CreateDirectory(_dir[place]);
        _kernel = new MadeUpKernel(_dir);
        _kernel.Add(Card, "e1000e");
        Usb("1-1", 1, 4, "046d", "c077");
        Usb("1-2", 1, 5, "0781", "5567");
        Usb("2-1", 2, 7, "0781", "5567");
        _claims = new HostDeviceClaims(_kernel);
    }

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void A_managed_card_is_taken_from_the_host_and_given_back()
    {
        _claims.Take(Pci(managed: true), "one", _dir["a"]);
        _kernel.DriverOf(Card).ShouldBe("vfio-pci");

        // A daemon that comes after knows of it.
        var later = new HostDeviceClaims(_kernel);
        later.TakeUp("one", _dir["a"]);
        Should.Throw<VireoException>(() => later.Take(Pci(managed: true), "two", _dir["b"])).Message.ShouldBe($"Requested operation is not valid: PCI device {Card} is in use by driver QEMU, domain one");
        later.GiveBack(_dir["b"]);
        _kernel.DriverOf(Card).ShouldBe("vfio-pci");
        later.GiveBack(_dir["a"]);
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        later.Take(Pci(managed: true), "two", _dir["b"]);
    }

    [Fact]
    public void A_card_that_is_not_managed_has_to_be_detached_and_stays_so()
    {
        Should.Throw<VireoException>(() => _claims.Take(Pci(managed: false), "one", _dir["a"])).Message.ShouldContain($"Unmanaged PCI device {Card} must be manually detached from the host");
        _kernel.Bind(Card, "vfio-pci");
        _claims.Take(Pci(managed: false), "one", _dir["a"]);
        _claims.GiveBack(_dir["a"]);
        _kernel.DriverOf(Card).ShouldBe("vfio-pci");
    }

    [Fact]
    public void A_card_that_the_kernel_does_not_hand_over_goes_back()
    {
        _kernel.HasVfioDriver = false;
        Should.Throw<VireoException>(() => _claims.Take(Pci(managed: true), "one", _dir["a"])).Message.ShouldContain("Failed to bind");
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        _kernel.HasVfioDriver = true;
        _claims.Take(Pci(managed: true), "two", _dir["b"]);
    }

    [Fact]
    public void A_host_without_an_IOMMU_gives_no_cards()
    {
        File.Delete(_dir["vfio"]);
        var refusal = Should.Throw<VireoException>(() => _claims.Take(Pci(managed: true), "one", _dir["a"]));
        refusal.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        refusal.Message.ShouldContain("host doesn't support passthrough of host PCI devices");
    }

    [Fact]
    public void A_card_that_is_not_there_or_cannot_be_handed_over_is_refused_as_libvirt_does()
    {
        var gone = Should.Throw<VireoException>(() => _claims.Take(Devices(Hostdev("0x7f")), "one", _dir["a"]));
        (gone.Code, gone.Message).ShouldBe((ErrorCode.SystemError, "Device 0000:7f:00.0 not found: could not access /sys/bus/pci/devices/0000:7f:00.0/config: No such file or directory"));
        Refusal(Hostdev("0x03", "<driver name='kvm'/>")).ShouldBe("unsupported configuration: host doesn't support legacy PCI passthrough");
        _kernel.Bind(Card, "vfio-pci");
        File.Delete(_dir[$"bus/pci/devices/{Card}/iommu_group"]);
        Refusal(Hostdev("0x03")).ShouldBe($"internal error: Invalid device {Card} iommu_group file /sys/bus/pci/devices/{Card}/iommu_group is not a symlink");

        // Nobody has it, and no list tells of it.
        File.ReadAllText(_dir["a/hostdevs"]).ShouldBeEmpty();
        _kernel.Group(Card);
        _claims.Take(Pci(managed: false), "two", _dir["b"]);

        string Refusal(string device) => Should.Throw<VireoException>(() => _claims.Take(Devices(device), "one", _dir["a"])).Message;
    }

    [Theory]
    [InlineData("")]
    [InlineData("<driver name='vfio'/>")]
    public void A_card_that_a_guest_has_tells_of_the_driver_that_gives_it(string driver)
    {
        _kernel.Bind(Card, "vfio-pci");
        _claims.Take(Devices(Hostdev("0x03", driver)), "one", _dir["a"]).Hostdevs[0].Driver.ShouldBe(HostdevDriver.Vfio);
        _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "one", _dir["a"]).Hostdevs[0].Driver.ShouldBeNull();
    }

    [Fact]
    public void A_USB_device_is_found_by_what_it_is()
    {
        var found = _claims.Take(UsbDevice("<vendor id='0x046d'/><product id='0xc077'/>"), "one", _dir["a"]).Hostdevs[0].Source!.Address!;
        (found.Bus, found.Device).ShouldBe(("1", "4"));
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<address bus='1' device='4'/>"), "two", _dir["b"])).Message.ShouldContain("USB device 001:004 is in use by driver QEMU, domain one");
        _claims.GiveBack(_dir["a"], _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "one", _dir["a"]).Hostdevs[0]);
        _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "two", _dir["b"]);
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<address bus='1' device='4'/>"), "two", _dir["b"]));
    }

    [Fact]
    public void A_USB_device_that_is_not_there_or_there_twice_is_refused_and_an_optional_one_left_out()
    {
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<vendor id='0x0781'/><product id='0x5567'/>"), "one", _dir["a"])).Message.ShouldContain("Multiple USB devices for 781:5567, use <address> to specify one");
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<vendor id='0x1234'/><product id='0xbeef'/>"), "one", _dir["a"])).Message.ShouldContain("Did not find USB device 1234:beef");
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<address bus='9' device='9'/>"), "one", _dir["a"])).Message.ShouldContain("Did not find USB device bus:9 device:9");
        _claims.Take(UsbDevice("<vendor id='0x1234'/><product id='0xbeef'/>", " startupPolicy='optional'"), "one", _dir["a"]).Hostdevs.ShouldBeEmpty();
    }

    [Fact]
    public void A_network_card_has_the_guests_address_and_VLAN_while_the_guest_has_it()
    {
        MakeFunction();
        var taken = _claims.Take(NetworkCard("<vlan><tag id='42'/></vlan>"), "one", _dir["a"]).Interfaces[0];
        taken.Driver!.Name.ShouldBe(InterfaceDriverName.Vfio);
        _kernel.DriverOf(Card).ShouldBe("vfio-pci");
        _kernel.Told.ShouldBe(["enp2s0 3 52540000070A 42"]);

        // A daemon that comes after knows of it.
        var later = new HostDeviceClaims(_kernel);
        later.TakeUp("one", _dir["a"]);
        Should.Throw<VireoException>(() => later.Take(Pci(managed: true), "two", _dir["b"])).Message.ShouldContain($"PCI device {Card} is in use by driver QEMU, domain one");
        later.GiveBack(_dir["a"], taken);
        _kernel.Told[1..].ShouldBe(["enp2s0 3 0A0000000003 7"]);
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        later.GiveBack(_dir["a"]);
        _kernel.Told.Count.ShouldBe(2);
    }

    [Fact]
    public void A_function_that_does_not_take_its_address_goes_back()
    {
        MakeFunction();
        _kernel.Refuses = true;
        Should.Throw<VireoException>(() => _claims.Take(NetworkCard(), "one", _dir["a"])).Message.ShouldContain("not now");
        _kernel.Refuses = false;
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        _claims.Take(NetworkCard(), "two", _dir["b"]);
        _kernel.Told.ShouldBe(["enp2s0 3 0A0000000003 7", "enp2s0 3 52540000070A 0"]);
    }

    [Fact]
    public void What_stopped_it_is_told_first_when_it_cannot_be_given_back_either()
    {
        MakeFunction();
        _kernel.Refuses = true;
        _kernel.KeepsIt = true;
        var failure = Should.Throw<VireoException>(() => _claims.Take(NetworkCard(), "one", _dir["a"]));
        failure.Message.ShouldStartWith("internal error: not now (and while undoing: could not give it back: ");
        failure.Message.ShouldContain("it stays");
        failure.Code.ShouldBe(ErrorCode.InternalError);

        // What could not be given back is still in the list, and nobody else's.
        Should.Throw<VireoException>(() => _claims.Take(NetworkCard(), "two", _dir["b"])).Message.ShouldContain("is in use by driver QEMU, domain one");
        _kernel.KeepsIt = false;
        _claims.GiveBack(_dir["a"]);
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        _claims.Take(NetworkCard(), "two", _dir["b"]);
    }

    [Fact]
    public void A_card_that_was_not_detached_is_what_is_told_of_when_its_function_does_not_take_its_address_back()
    {
        MakeFunction();
        _kernel.HasVfioDriver = false;
        _kernel.Refuses = true;
        Should.Throw<VireoException>(() => _claims.Take(NetworkCard(), "one", _dir["a"])).Message.ShouldMatch("^internal error: Failed to bind PCI device .*could not give it back: .*not now");
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        _kernel.HasVfioDriver = true;
        _claims.Take(Pci(managed: true), "two", _dir["b"]);
    }

    [Fact]
    public void One_that_cannot_be_given_back_keeps_no_other()
    {
        _claims.Take(Pci(managed: true), "one", _dir["a"]);
        _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "one", _dir["a"]);
        _kernel.KeepsIt = true;
        Should.Throw<VireoException>(() => _claims.GiveBack(_dir["a"])).Message.ShouldContain("it stays");
        _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "two", _dir["b"]);
        Should.Throw<VireoException>(() => _claims.Take(Pci(managed: true), "two", _dir["b"])).Message.ShouldContain("is in use by driver QEMU, domain one");
    }

    [Fact]
    public void One_that_cannot_be_written_down_is_nobodys()
    {
        Should.Throw<VireoException>(() => _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "one", _dir["none"])).Code.ShouldBe(ErrorCode.SystemError);
        _claims.Take(UsbDevice("<address bus='2' device='7'/>"), "two", _dir["b"]);
    }

    [Theory]
    [InlineData($"{Card} enp2s0 3")]
    [InlineData($"{Card} enp2s0 three 0A0000000003 7")]
    [InlineData($"{Card} enp2s0 3 0A00000000 7")]
    [InlineData($"{Card} enp2s0 3 0A00000000zz 7")]
    [InlineData($"{Card} enp2s0 3 0A0000000003 99999999999")]
    public void What_a_function_had_that_cannot_be_read_holds_up_nothing(string line)
    {
        MakeFunction();
        _claims.Take(NetworkCard(), "one", _dir["a"]);
        File.WriteAllText(_dir["a/functions"], line + "\n");
        _claims.GiveBack(_dir["a"]);
        _kernel.Told.ShouldBe(["enp2s0 3 52540000070A 0"]);
        _kernel.DriverOf(Card).ShouldBe("e1000e");
    }

    [Fact]
    public void What_no_function_can_have_is_refused_as_libvirt_does()
    {
        Refusal("").ShouldBe("unsupported configuration: Interface type hostdev is currently supported on SR-IOV Virtual Functions only");
        MakeFunction();
        Refusal("<vlan trunk='yes'><tag id='42'/></vlan>").ShouldBe("unsupported configuration: vlan trunking is not supported by SR-IOV network devices");
        Refusal("<virtualport type='openvswitch'/>").ShouldBe("unsupported configuration: virtualport type openvswitch is currently not supported on interfaces of type hostdev");
        File.Delete(_dir["vfio"]);
        Refusal("<driver name='vfio'/>").ShouldBe("unsupported configuration: host doesn't support VFIO PCI passthrough");
        Refusal("").ShouldBe("unsupported configuration: host doesn't support passthrough of host PCI devices");
        _kernel.DriverOf(Card).ShouldBe("e1000e");
        _kernel.Told.ShouldBeEmpty();

        string Refusal(string inner) => Should.Throw<VireoException>(() => _claims.Take(NetworkCard(inner), "one", _dir["a"])).Message;
    }

    // The card is the fourth function of another.
    private void MakeFunction()
    {
        Directory.CreateDirectory(_dir["bus/pci/devices/0000:02:00.0/net/enp2s0"]);
        File.CreateSymbolicLink(_dir[$"bus/pci/devices/{Card}/physfn"], "../0000:02:00.0");
        File.CreateSymbolicLink(_dir["bus/pci/devices/0000:02:00.0/virtfn2"], "../0000:03:00.1");
        File.CreateSymbolicLink(_dir["bus/pci/devices/0000:02:00.0/virtfn3"], $"../{Card}");
    }

    private static DevicesConfig NetworkCard(string inner = "") => Devices(
        $"<interface type='hostdev' managed='yes'><mac address='52:54:00:00:07:0a'/><source><address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source>{inner}</interface>");

    private static DevicesConfig Pci(bool managed) =>
        Devices($"<hostdev mode='subsystem' type='pci' managed='{(managed ? "yes" : "no")}'><source><address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source></hostdev>");

    private static string Hostdev(string bus, string driver = "") =>
        $"<hostdev mode='subsystem' type='pci' managed='no'>{driver}<source><address domain='0' bus='{bus}' slot='0' function='0'/></source></hostdev>";

    private static DevicesConfig UsbDevice(string source, string policy = "") => Devices($"<hostdev mode='subsystem' type='usb'><source{policy}>{source}</source></hostdev>");

    private static DevicesConfig Devices(string devices) =>
        DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>{devices}</devices></domain>").Devices;

    private void Usb(string name, int bus, int device, string vendor, string product)
    {
        Directory.CreateDirectory(_dir[$"bus/usb/devices/{name}"]);
        foreach (var (file, text) in new[] { ("busnum", $"{bus}"), ("devnum", $"{device}"), ("idVendor", vendor), ("idProduct", product) })
            File.WriteAllText(_dir[$"bus/usb/devices/{name}/{file}"], text + "\n");
    }
}
