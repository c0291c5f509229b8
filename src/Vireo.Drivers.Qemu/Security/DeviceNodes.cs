using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>The device files through which a guest drives devices of the host.</summary>
internal static class DeviceNodes
{
    private const string Vfio = "/dev/vfio/vfio";

    /// <summary>Those of a guest's devices.</summary>
    public static IEnumerable<string> Of(DevicesConfig devices)
    {
        if (devices.Vsock is not null)
        {
            yield return HostDevices.VsockNumbers.Control;
        }

        foreach (var path in devices.Hostdevs.SelectMany(Of).Concat(devices.Interfaces.Where(card => card.Type == InterfaceType.Hostdev).SelectMany(card => Pci(card.Source?.HostAddress))))
        {
            yield return path;
        }

        foreach (var image in devices.Disks.SelectMany(HostDevices.NvmeControllers.Of))
        {
            yield return Vfio;
            foreach (var group in Group($"/sys/bus/pci/devices/{HostDevices.NvmeControllers.AddressOf(image)}"))
            {
                yield return group;
            }
        }
    }

    private static IEnumerable<string> Of(HostdevConfig device) => (device.Type, device.Source) switch
    {
        (HostdevType.Usb, { Address: { Device: { } number } address }) =>
            [string.Create(CultureInfo.InvariantCulture, $"/dev/bus/usb/{AnyNumber.OfAddress(address.Bus, uint.MaxValue):d3}/{AnyNumber.OfAddress(number, uint.MaxValue):d3}")],
        (HostdevType.Pci, { } source) => Pci(source.Address),
        (HostdevType.Mdev, { Address.Uuid: { } uuid }) => [Vfio, .. Group($"/sys/bus/mdev/devices/{uuid}")],
        (HostdevType.Scsi, { Protocol: not HostdevProtocol.Iscsi } source) => [ScsiDevices.GenericOf(source)],
        (HostdevType.ScsiHost, _) => ["/dev/vhost-scsi"],
        _ => [],
    };

    private static IEnumerable<string> Pci(HostdevAddress? address) => address is null ? [] :
    [
        Vfio,
        .. Group(string.Create(CultureInfo.InvariantCulture, $"/sys/bus/pci/devices/{AnyNumber.OfAddress(address.Domain, uint.MaxValue):x4}:{AnyNumber.OfAddress(address.Bus, 0xff):x2}:{AnyNumber.OfAddress(address.Slot, 0x1f):x2}.{AnyNumber.OfAddress(address.Function, 7):x}")),
    ];

    private static IEnumerable<string> Group(string device) => new DirectoryInfo(Path.Combine(device, "iommu_group")).LinkTarget is { } group ? ["/dev/vfio/" + Path.GetFileName(group)] : [];
}
