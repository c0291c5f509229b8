using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.HostDevices;

namespace Vireo.Drivers.Qemu.Tests.HostDevices;

public sealed class VsockNumbersTests : IDisposable
{
    private readonly ScratchDirectory _dir = new("vs");

    public VsockNumbersTests() => File.WriteAllText(_dir["control"], "");

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void The_first_free_number_is_taken_and_shown()
    {
        var kernel = new Kernel(_dir["control"]);
        kernel.Taken.UnionWith([3, 4]);
        var (device, handle) = kernel.Take(Device("<cid auto='yes'/>"));
        using (handle)
            (device.Cid!.Auto, device.Cid.Address, kernel.Asked).ShouldBe((true, 5u, 3));
        handle.IsClosed.ShouldBeTrue();

        // What an earlier run had is not kept to.
        using var again = kernel.Take(Device("<cid auto='yes' address='3'/>")).Handle;
        kernel.Taken.ShouldBe([3u, 4u, 5u, 6u]);
    }

    [Fact]
    public void A_number_that_is_given_is_taken_or_refused()
    {
        var kernel = new Kernel(_dir["control"]);
        var (device, handle) = kernel.Take(Device("<cid auto='no' address='9'/>"));
        using (handle)
            (device.Cid!.Auto, device.Cid.Address).ShouldBe((false, 9u));
        var refusal = Should.Throw<VireoException>(() => kernel.Take(Device("<cid auto='no' address='9'/>")));
        (refusal.Code, refusal.Number1, refusal.Message).ShouldBe((ErrorCode.SystemError, 98, "failed to set guest cid: Address already in use"));
    }

    [Fact]
    public void What_the_kernel_refuses_is_not_tried_again()
    {
        var kernel = new Kernel(_dir["control"]) { Error = 19 };
        Should.Throw<VireoException>(() => kernel.Take(Device("<cid auto='yes'/>"))).Message.ShouldBe("failed to acquire guest cid: No such device");
        kernel.Asked.ShouldBe(1);
    }

    [Fact]
    public void A_host_without_such_sockets_says_so()
    {
        var refusal = Should.Throw<VireoException>(() => new VsockNumbers(_dir["nosuch"]).Take(Device("<cid auto='yes'/>")));
        (refusal.Code, refusal.Message).ShouldBe((ErrorCode.ConfigUnsupported, "unsupported configuration: unable to open vhost-vsock device"));
        Should.Throw<VireoException>(() => new VsockNumbers(_dir["control"]).Take(Device("<cid auto='yes'/>"))).Message.ShouldBe("failed to acquire guest cid: Inappropriate ioctl for device");
    }

    [Fact]
    public void QEMU_is_given_the_device_that_the_number_was_set_on()
    {
        var config = DomainConfig.Parse("<domain type='qemu'><name>d</name><memory>1</memory><os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os><devices><controller type='pci' index='0' model='pci-root'><alias name='pci.0'/></controller><vsock model='virtio'><cid auto='yes' address='5'/><alias name='vsock0'/><address type='pci' domain='0' bus='0' slot='3' function='0'/></vsock></devices></domain>");
        var arguments = QemuCommandLine.BuildDevice(config, new DevicesConfig { Vsock = config.Devices.Vsock }, new CommandLineContext(null, new LiveDisks([], 0), _dir.Path) { Vsock = "17" });
        arguments.ShouldBe(["-device", """{"driver":"vhost-vsock-pci","id":"vsock0","bus":"pci.0","addr":"0x3","guest-cid":5,"vhostfd":"17"}"""], ignoreOrder: true);
    }

    private static VsockConfig Device(string cid) => DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices><vsock>{cid}</vsock></devices></domain>").Devices.Vsock!;

    /// <summary>A kernel that has numbers to give.</summary>
    private sealed class Kernel(string control) : VsockNumbers(control)
    {
        private const int InUse = 98;

        public SortedSet<uint> Taken { get; } = [];

        public int Error { get; init; }

        public int Asked { get; private set; }

        protected override int Set(SafeFileHandle handle, uint number)
        {
            Asked++;
            return Error != 0 ? Error : Taken.Add(number) ? 0 : InUse;
        }
    }
}
