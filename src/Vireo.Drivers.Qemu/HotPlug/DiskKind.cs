using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.BlockJobs;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Disks, and the drives of media.</summary>
internal sealed class DiskKind() : DeviceKind("disk")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var disk = Defaulted(wanted);
        var bus = disk.Target!.Bus;
        if (bus == DiskBus.Usb)
        {
            UsbBus.Require(config);
        }

        if (live && disk.Device == DiskDevice.Floppy)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "floppy device hotplug isn't supported");
        }

        if (!live && config.Devices.Disks.Any(d => d.Target!.Dev == disk.Target.Dev))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"target {disk.Target.Dev} already exists");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var target = wanted.Disks[0].Target?.Dev;
        return config.Devices.Disks.Find(d => d.Target!.Dev == target) ?? throw Missing(live ? $"disk {target} not found" : $"no target device {target}");
    }

    /// <inheritdoc/>
    public override void CheckUnplug(DevicesConfig device, RunningDevices devices)
    {
        var disk = device.Disks[0];
        var (kind, bus) = (disk.Device ?? DiskDevice.Disk, disk.Target!.Bus!.Value);
        var refusal = (kind, bus) switch
        {
            (DiskDevice.Disk or DiskDevice.Lun, DiskBus.Virtio or DiskBus.Usb or DiskBus.Scsi) or (DiskDevice.Cdrom, DiskBus.Usb or DiskBus.Scsi) => null,
            (DiskDevice.Disk or DiskDevice.Lun, _) => $"This type of disk cannot be hot unplugged",
            _ => $"disk device type '{kind.ToXmlName()}' cannot be detached",
        };
        if (refusal is not null)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, refusal);
        }

        BlockJobProgress.RefuseBusy(devices.Process.Disks, disk.Target.Dev!);
    }

    // Device and bus follow from the target where the document does not say them.
    private static DiskConfig Defaulted(DevicesConfig wanted)
    {
        var draft = new DeviceDraft(wanted);
        DiskDefaults.RequireTargets(wanted.Disks);
        DiskDefaults.Apply(draft);
        return draft.Disks[0];
    }
}
