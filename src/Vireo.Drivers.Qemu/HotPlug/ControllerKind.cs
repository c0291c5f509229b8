using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Controllers; a running guest takes those of SCSI.</summary>
internal sealed class ControllerKind() : DeviceKind("controller")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var controller = wanted.Controllers[0];
        if (controller is { Type: ControllerType.Pci, Index: > 0, ModelName: null, Model: { } model } && model.StartsWith("pci", StringComparison.Ordinal))
        {
            throw VireoException.Internal(ErrorDomain.Domain, $"Required option 'modelName' is not set for PCI controller with index '{controller.Index}', model '{model}' and modelName 'none'");
        }

        if (controller is { Type: ControllerType.Ide, Index: > 0 })
        {
            // Said of the whole machine.
            return;
        }

        if (live && controller.Type != ControllerType.Scsi)
        {
            throw Unpluggable($"'{Word(controller)}' controller cannot be hot plugged.");
        }

        if (controller.Index is not null && Has(config, controller) is not null)
        {
            throw live
                ? VireoException.OperationFailed(ErrorDomain.Qemu, $"target controller {Word(controller)}:{controller.Index} already exists")
                : Present($"controller index='{controller.Index}' already exists");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var controller = wanted.Controllers[0];
        if (live && controller.Type != ControllerType.Scsi)
        {
            throw Unpluggable($"'{Word(controller)}' controller cannot be hot unplugged.");
        }

        return Has(config, controller) ?? throw Missing(live ? $"controller {Word(controller)}:{controller.Index ?? -1} not found" : "device not present in domain configuration");
    }

    /// <inheritdoc/>
    public override void CheckUnplug(DevicesConfig device, RunningDevices devices)
    {
        var controller = device.Controllers[0];
        if (controller.Type != ControllerType.Scsi)
        {
            throw Unpluggable($"'{Word(controller)}' controller cannot be hot unplugged.");
        }

        var busy = devices.Live.Devices.All().Any(d => d is DiskConfig { Target.Bus: DiskBus.Scsi } or HostdevConfig { Type: HostdevType.Scsi } && d.Address is DriveAddress at && at.Controller == controller.Index);
        if (busy)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, "device cannot be detached: device is busy");
        }
    }

    private static string Word(ControllerConfig controller) => controller.Type!.Value.ToXmlName();

    private static ControllerConfig? Has(DomainConfig config, ControllerConfig controller) => config.Devices.Controllers.Find(c => c.Type == controller.Type && c.Index == controller.Index);
}
