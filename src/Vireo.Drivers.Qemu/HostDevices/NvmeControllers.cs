using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>The NVMe controllers of the host that a guest's QEMU drives itself: the disks of such a guest are namespaces of theirs.</summary>
internal static class NvmeControllers
{
    /// <summary>Whether any image of these devices is on one.</summary>
    public static bool Has(DevicesConfig devices) => devices.Disks.Any(static disk => Of(disk).Any());

    /// <summary>The images of a disk that are on one: the disk's own, and those that it stands on.</summary>
    public static IEnumerable<DiskSource> Of(DiskConfig disk)
    {
        if (disk is { Type: DiskType.Nvme, Source: { } own })
        {
            yield return own;
        }

        for (var store = disk.BackingStore; store is not null; store = store.Backing)
        {
            if (store is { Type: DiskType.Nvme, Source: { } source })
            {
                yield return source;
            }
        }
    }

    /// <summary>The controller's PCI address, as Linux writes it.</summary>
    public static string AddressOf(DiskSource source) => new NvmeLocation(source).Address;

    /// <summary>What an image's controller is as one of the host's PCI devices. It is taken from the host's driver where the document says so.</summary>
    public static HostdevConfig AsDevice(DiskSource source) => new()
    {
        Mode = HostdevMode.Subsystem,
        Type = HostdevType.Pci,
        Managed = source.Managed == true,
        Source = new HostdevSource { Address = new HostdevAddress { Domain = Text(source.Address?.Domain), Bus = Text(source.Address?.Bus), Slot = Text(source.Address?.Slot), Function = Text(source.Address?.Function) } },
    };

    private static string Text(uint? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
