namespace Vireo.Config.Tests;

public sealed class DevicesMapTests
{
    /// <summary>A kind of device that is added has to be added to the map, too.</summary>
    [Fact]
    public void Every_kind_of_device_is_reached()
    {
        var kinds = typeof(DevicesConfig).GetProperties().Select(p => p.PropertyType.IsGenericType ? p.PropertyType.GetGenericArguments()[0] : p.PropertyType)
            .Where(t => typeof(DeviceConfig).IsAssignableFrom(t)).ToHashSet();
        var devices = DomainConfig.Parse($"<domain type='qemu'><devices>{string.Concat(s_elements)}</devices></domain>").Devices;
        var reached = new HashSet<Type>();
        devices.Map(d =>
        {
            reached.Add(d.GetType());
            return d with { Alias = "x" };
        }).Map(d =>
        {
            d.Alias.ShouldBe("x");
            return d;
        });
        kinds.Except(reached).ShouldBeEmpty();
    }

    private static readonly string[] s_elements =
    [
        "<disk type='file'/>", "<controller type='usb'/>", "<filesystem/>", "<interface type='user'/>",
        "<smartcard mode='host'/>", "<serial type='pty'/>", "<parallel type='pty'/>", "<console type='pty'/>", "<channel type='pty'/>",
        "<input type='mouse'/>", "<tpm><backend type='emulator'/></tpm>", "<sound model='ac97'/>", "<video/>", "<hostdev type='usb'><source/></hostdev>",
        "<redirdev bus='usb' type='spicevmc'/>", "<hub type='usb'/>", "<watchdog model='ib700'/>", "<memballoon model='virtio'/>",
        "<rng model='virtio'><backend model='random'/></rng>", "<nvram/>", "<panic/>", "<shmem name='a'/>", "<memory model='dimm'><target><size>1</size></target></memory>", "<iommu model='intel'/>", "<vsock/>", "<crypto model='virtio' type='qemu'/>", "<pstore/>",
    ];
}
