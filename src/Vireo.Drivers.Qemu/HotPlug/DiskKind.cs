using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Defaults;

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

    /// <inheritdoc/>
    public override async Task<bool> TakeAsync(DevicesConfig wanted, RunningDevices devices, CancellationToken cancellationToken)
    {
        var disk = Defaulted(wanted);
        if (disk.Device is not (DiskDevice.Cdrom or DiskDevice.Floppy) || devices.Live.Devices.Disks.Find(d => d.Target!.Dev == disk.Target!.Dev) is not { } drive)
        {
            return false;
        }

        var complete = await PlugPlan.CompleteAsync(devices.Domain.Hypervisor.Builder, devices.Live, wanted, drive, cancellationToken).ConfigureAwait(false);
        await new MediaChange(devices).ChangeAsync(drive, complete.Disks[0], force: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public override DomainConfig Update(DevicesConfig wanted, DomainConfig config)
    {
        var disk = wanted.Disks[0];
        var at = config.Devices.Disks.FindIndex(d => d.Target!.Dev == disk.Target?.Dev);
        return at < 0
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"target {disk.Target?.Dev} doesn't exist.")
            : config with { Devices = config.Devices with { Disks = config.Devices.Disks.SetItem(at, disk) } };
    }

    /// <inheritdoc/>
    public override async Task UpdateAsync(DevicesConfig wanted, RunningDevices devices, bool force, CancellationToken cancellationToken)
    {
        var given = Defaulted(wanted);
        DiskLimitRules.Check(given);
        var present = devices.Live.Devices.Disks.Find(d => d.Target!.Dev == given.Target!.Dev) ?? throw VireoException.Internal(ErrorDomain.Qemu, $"disk '{given.Target!.Dev}' not found");
        DiskFields.RequirePlace(given, present);
        var complete = (await PlugPlan.CompleteAsync(devices.Domain.Hypervisor.Builder, devices.Live, wanted, present, cancellationToken).ConfigureAwait(false)).Disks[0];
        DiskFields.RequireSame(complete, present);
        if (complete.Location() != present.Location())
        {
            if (present.Device is not (DiskDevice.Cdrom or DiskDevice.Floppy))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "disk source can be changed only in removable drives");
            }

            await new MediaChange(devices).ChangeAsync(present, complete, force, cancellationToken).ConfigureAwait(false);
        }

        await devices.ShowAsync(live => live with
        {
            Devices = live.Devices with
            {
                Disks = live.Devices.Disks.Map(d => d.Alias == present.Alias && d.Source is { } source ? d with { Source = source with { StartupPolicy = complete.Source?.StartupPolicy } } : d),
            },
        }).ConfigureAwait(false);
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
