using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.HostDevices;
using Vireo.Drivers.Qemu.Security;

namespace Vireo.Drivers.Qemu.Tests.HostDevices;

public sealed class NvmeClaimsTests : IDisposable
{
    private const string First = "0000:03:00.0";
    private const string Second = "0000:04:00.0";
    private readonly ScratchDirectory _dir = new("nvme");
    private readonly HostDeviceClaims _claims;
    private readonly MadeUpKernel _kernel;

    public NvmeClaimsTests()
    {
        Directory.CreateDirectory(_dir["a"]);
        Directory.CreateDirectory(_dir["b"]);
        _kernel = new MadeUpKernel(_dir);
        _kernel.Add(First, "nvme");
        _kernel.Add(Second, "nvme");
        _claims = new HostDeviceClaims(_kernel);
    }

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void A_controller_is_taken_with_its_first_disk_and_given_back_with_its_last()
    {
        var two = Devices(Disk("vda", 3, 1), Disk("vdb", 3, 2));
        _claims.Take(two, "one", _dir["a"]).ShouldBe(two);
        Drivers().ShouldBe(("vfio-pci", "nvme"));
        _claims.SettleDisks("one", _dir["a"], two);
        Drivers().ShouldBe(("vfio-pci", "nvme"));
        _claims.SettleDisks("one", _dir["a"], Devices(Disk("vdb", 3, 2)));
        Drivers().ShouldBe(("vfio-pci", "nvme"));
        _claims.SettleDisks("one", _dir["a"], Devices());
        Drivers().ShouldBe(("nvme", "nvme"));
        File.ReadAllText(_dir["a/hostdevs"]).ShouldBeEmpty();
        _claims.Take(two, "two", _dir["b"]);
        _claims.GiveBack(_dir["b"]);
        Drivers().ShouldBe(("nvme", "nvme"));
    }

    [Fact]
    public void A_disk_that_comes_later_finds_its_controller_with_the_guest()
    {
        _claims.Take(Devices(Disk("vda", 3, 1)), "one", _dir["a"]);
        _claims.Take(Devices(Disk("vdb", 3, 2)), "one", _dir["a"]);
        _claims.Take(Devices(Disk("vdc", 4, 1)), "one", _dir["a"]);
        Drivers().ShouldBe(("vfio-pci", "vfio-pci"));

        // The one on the other controller goes.
        _claims.SettleDisks("one", _dir["a"], Devices(Disk("vda", 3, 1), Disk("vdb", 3, 2)));
        Drivers().ShouldBe(("vfio-pci", "nvme"));
    }

    [Fact]
    public void A_daemon_that_comes_after_knows_whose_it_is()
    {
        _claims.Take(Devices(Disk("vda", 3, 1), Disk("vdb", 3, 2)), "one", _dir["a"]);
        var later = new HostDeviceClaims(_kernel);
        later.TakeUp("one", _dir["a"]);
        Refusal(later, "two", Disk("vda", 3, 1)).ShouldBe($"Requested operation is not valid: NVMe device {First} already in use by driver QEMU domain one");
        Refusal(later, "two", Disk("vda", 3, 5)).ShouldBe($"Requested operation is not valid: PCI device {First} is in use by driver QEMU, domain one");
        later.GiveBack(_dir["b"]);
        later.SettleDisks("one", _dir["a"], Devices(Disk("vdb", 3, 2)));
        later.Take(Devices(Disk("vda", 3, 1)), "one", _dir["a"]);
        later.GiveBack(_dir["a"]);
        Drivers().ShouldBe(("nvme", "nvme"));
    }

    [Fact]
    public void A_controller_that_is_given_to_a_guest_as_a_whole_has_no_disks()
    {
        const string hostdev = "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='3' slot='0' function='0'/></source></hostdev>";
        Refusal(_claims, "one", Disk("vda", 3, 1) + hostdev).ShouldBe($"Requested operation is not valid: PCI device {First} is in use by driver QEMU, domain one");
        _claims.GiveBack(_dir["b"]);
        _claims.Take(Devices(hostdev), "one", _dir["a"]);
        Refusal(_claims, "one", Disk("vda", 3, 1)).ShouldBe($"Requested operation is not valid: PCI device {First} is in use by driver QEMU, domain one");
        _claims.GiveBack(_dir["b"]);

        // It stays with the guest, whatever becomes of disks.
        _claims.SettleDisks("one", _dir["a"], Devices());
        Drivers().ShouldBe(("vfio-pci", "nvme"));
    }

    [Fact]
    public void What_a_disk_stands_on_is_taken_too()
    {
        var disk = $"<disk type='file'><driver name='qemu' type='qcow2'/><source file='/o'/><backingStore type='nvme'><format type='raw'/>{Source(4, 1, "yes")}<backingStore/></backingStore><target dev='vda'/></disk>";
        _claims.Take(Devices(Disk("vdb", 3, 1), disk), "one", _dir["a"]);
        Drivers().ShouldBe(("vfio-pci", "vfio-pci"));

        // Its image has taken over what was below it.
        _claims.SettleDisks("one", _dir["a"], Devices(Disk("vdb", 3, 1), "<disk type='file'><source file='/o'/><target dev='vda'/></disk>"));
        Drivers().ShouldBe(("vfio-pci", "nvme"));
    }

    [Fact]
    public void A_medium_that_is_there_already_is_not_taken_twice()
    {
        var drive = Devices(Disk("sda", 3, 1)).Disks[0];
        _claims.Take(Devices(Disk("sda", 3, 1)), "one", _dir["a"]);
        _claims.Take(drive, drive, "one", _dir["a"]);
        _claims.Take(Devices(Disk("sda", 4, 1)).Disks[0], drive, "one", _dir["a"]);
        Drivers().ShouldBe(("vfio-pci", "vfio-pci"));
        _claims.SettleDisks("one", _dir["a"], Devices(Disk("sda", 4, 1)));
        Drivers().ShouldBe(("nvme", "vfio-pci"));
    }

    [Fact]
    public void What_cannot_be_had_is_refused_as_libvirt_does_and_leaves_nothing()
    {
        var gone = Should.Throw<VireoException>(() => _claims.Take(Devices(Disk("vda", 0x7f, 1)), "one", _dir["b"]));
        (gone.Code, gone.Message).ShouldBe((ErrorCode.SystemError, "Device 0000:7f:00.0 not found: could not access /sys/bus/pci/devices/0000:7f:00.0/config: No such file or directory"));
        Refusal(_claims, "one", Disk("vda", 3, 1, "no")).ShouldBe($"Requested operation is not valid: Unmanaged PCI device {First} must be manually detached from the host");
        Directory.Delete(_dir["bus/pci/drivers/vfio-pci"]);
        Refusal(_claims, "one", Disk("vda", 3, 1)).ShouldBe("internal error: Failed to load PCI stub module vfio-pci");
        Directory.CreateDirectory(_dir["bus/pci/drivers/vfio-pci"]);
        File.Delete(_dir[$"bus/pci/devices/{First}/iommu_group"]);
        Refusal(_claims, "one", Disk("vda", 3, 1)).ShouldBe($"internal error: Invalid device {First} iommu_group file /sys/bus/pci/devices/{First}/iommu_group is not a symlink");
        _kernel.Group(First);
        _kernel.HasVfioDriver = false;
        Refusal(_claims, "one", Disk("vda", 3, 1)).ShouldStartWith($"internal error: Failed to bind PCI device '{First}' to vfio-pci");
        _kernel.HasVfioDriver = true;
        Drivers().ShouldBe(("nvme", "nvme"));
        File.ReadAllText(_dir["b/hostdevs"]).ShouldBeEmpty();

        _claims.Take(Devices(Disk("vda", 3, 1)), "two", _dir["a"]);
        Refusal(_claims, "two", Disk("vdb", 3, 1)).ShouldBe($"Requested operation is not valid: NVMe device {First} already in use by driver QEMU domain two");
    }

    [Fact]
    public void A_controller_that_is_not_managed_stays_detached()
    {
        _kernel.Bind(First, "vfio-pci");
        _claims.Take(Devices(Disk("vda", 3, 1, "no"), Disk("vdb", 3, 2, "no")), "one", _dir["a"]);
        _claims.SettleDisks("one", _dir["a"], Devices());
        Drivers().ShouldBe(("vfio-pci", "nvme"));
        _claims.Take(Devices(Disk("vda", 3, 1, "no")), "two", _dir["b"]);
    }

    [Fact]
    public void One_that_cannot_be_given_back_is_tried_again()
    {
        _claims.Take(Devices(Disk("vda", 3, 1)), "one", _dir["a"]);
        _kernel.KeepsIt = true;
        Should.Throw<VireoException>(() => _claims.SettleDisks("one", _dir["a"], Devices())).Message.ShouldContain("it stays");
        Refusal(_claims, "two", Disk("vda", 3, 2)).ShouldBe($"Requested operation is not valid: PCI device {First} is in use by driver QEMU, domain one");
        _kernel.KeepsIt = false;
        _claims.SettleDisks("one", _dir["a"], Devices());
        Drivers().ShouldBe(("nvme", "nvme"));
    }

    [Fact]
    public void A_guest_with_such_a_disk_has_the_device_of_VFIO()
    {
        var live = DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>{Disk("vda", 3, 1)}</devices></domain>");
        GuestFiles.Of(live, new LiveDisks([], 0)).Single(file => file.Path == "/dev/vfio/vfio").IsWritten.ShouldBeTrue();
        GuestFiles.Of(live with { Devices = new DevicesConfig() }, new LiveDisks([], 0)).ShouldBeEmpty();
    }

    private (string?, string?) Drivers() => (_kernel.DriverOf(First), _kernel.DriverOf(Second));

    private string Refusal(HostDeviceClaims claims, string domain, string devices) =>
        Should.Throw<VireoException>(() => claims.Take(Devices(devices), domain, _dir["b"])).Message;

    private static string Disk(string target, int bus, int number, string managed = "yes") => $"<disk type='nvme'><driver name='qemu' type='raw'/>{Source(bus, number, managed)}<target dev='{target}'/></disk>";

    private static string Source(int bus, int number, string managed) =>
        $"<source type='pci' managed='{managed}' namespace='{number}'><address domain='0x0000' bus='0x{bus:x2}' slot='0x00' function='0x0'/></source>";

    private static DevicesConfig Devices(params string[] devices) =>
        DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>{string.Concat(devices)}</devices></domain>").Devices;
}
