using Vireo.Config;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Finds the disks of a domain by where the guest sees them.</summary>
internal static class GuestDiskTargets
{
    /// <summary>The target of the disk at a place; null when the domain has none there.</summary>
    public static string? Find(DomainConfig live, GuestDiskAddress seen)
    {
        var controller = live.Devices.Controllers.FirstOrDefault(c => IsAt(c.Address, seen));
        return live.Devices.Disks.FirstOrDefault(disk => IsAt(disk.Address, seen) || (controller is not null && IsOn(disk, controller, seen)))?.Target?.Dev;
    }

    private static bool IsAt(DeviceAddress? address, GuestDiskAddress seen) => address switch
    {
        PciAddress pci => (pci.Domain ?? 0, pci.Bus ?? 0, pci.Slot ?? 0, pci.Function ?? 0) == seen.Controller,
        CcwAddress channel => (channel.Cssid ?? 0, channel.Ssid ?? 0, channel.Devno ?? 0) == seen.Channel,
        _ => false,
    };

    private static bool IsOn(DiskConfig disk, ControllerConfig controller, GuestDiskAddress seen) =>
        disk.Address is DriveAddress drive && (drive.Controller ?? 0) == (uint)(controller.Index ?? 0)
        && ((drive.Bus ?? 0), (drive.Target ?? 0), (drive.Unit ?? 0)) == (seen.Bus, seen.Target, seen.Unit)
        && (controller.Type, disk.Target?.Bus) is (ControllerType.Ide, DiskBus.Ide) or (ControllerType.Scsi, DiskBus.Scsi) or (ControllerType.Sata, DiskBus.Sata) or (ControllerType.Fdc, DiskBus.Fdc);
}
