using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The host's devices that a guest is given.</summary>
internal static class HostdevDefaults
{
    // As many as a narrow SCSI bus has beside its controller, whatever the controller.
    private const uint UnitsOfController = 7;

    /// <summary>Fills in what a document may leave open, and gives SCSI devices their places.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_INTERNAL_ERROR: the address is none for such a device.</exception>
    public static void Apply(DeviceDraft draft)
    {
        DeviceDraft.Each(draft.Hostdevs, Complete);
        for (var i = 0; i < draft.Hostdevs.Count; i++)
        {
            if (draft.Hostdevs[i] is { Mode: HostdevMode.Subsystem, Type: HostdevType.Scsi, Address: null } device)
            {
                draft.Hostdevs[i] = device with { Address = NextPlace(draft) };
            }
        }
    }

    private static HostdevConfig Complete(HostdevConfig device)
    {
        if (device.Mode != HostdevMode.Subsystem)
        {
            return device;
        }

        switch (device)
        {
            case { Type: HostdevType.Mdev, Model: HostdevModel.VfioPci, Address: not (null or PciAddress) }:
                throw new VireoException(
                    ErrorCode.XmlError, ErrorDomain.Domain, $"Unsupported address type '{NameOf(device.Address)}' with mediated device model 'vfio-pci'");
            case { Type: HostdevType.Pci, Address: not (null or PciAddress or UnassignedAddress) }:
                throw VireoException.Internal(ErrorDomain.Domain, "PCI host devices must use 'pci' or 'unassigned' address type");
        }

        return device with
        {
            Managed = device.Managed ?? false,
            Display = device.Display ?? (device is { Type: HostdevType.Mdev, Model: HostdevModel.VfioPci } ? false : null),
            Source = device.Source is { Protocol: HostdevProtocol.Iscsi, Name: { } name } source ? source with { Name = DiskDefaults.IscsiName(name) } : device.Source,
        };
    }

    private static string NameOf(DeviceAddress address) => address switch { DriveAddress => "drive", UsbAddress => "usb", CcwAddress => "ccw", _ => "unknown" };

    private static DriveAddress NextPlace(DeviceDraft draft)
    {
        var taken = draft.Disks.Where(d => d.Target?.Bus == DiskBus.Scsi).Select(d => d.Address).Concat(draft.Hostdevs.Where(h => h.Type == HostdevType.Scsi).Select(h => h.Address))
            .OfType<DriveAddress>().Select(a => (a.Controller ?? 0, a.Unit ?? 0)).ToHashSet();
        var controllers = draft.Controllers.Where(c => c.Type == ControllerType.Scsi).Select(c => (uint)(c.Index ?? 0)).ToList();
        for (var n = 0; ; n++)
        {
            var controller = n < controllers.Count ? controllers[n] : (uint)n;
            for (uint unit = 0; unit < UnitsOfController; unit++)
            {
                if (!taken.Contains((controller, unit)))
                {
                    return new DriveAddress { Controller = controller, Bus = 0, Target = 0, Unit = unit };
                }
            }
        }
    }
}
