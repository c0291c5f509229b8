using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of the host's devices that say nothing of the kind that they stand with.</summary>
internal static class UnreadHostdevMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static HostdevConfig Drop(HostdevConfig device)
    {
        device = device with { Mode = device.Mode ?? HostdevMode.Subsystem };
        if (device.Mode != HostdevMode.Subsystem)
        {
            return device;
        }

        var mediated = device.Type == HostdevType.Mdev;
        var scsi = device.Type == HostdevType.Scsi;
        return device with
        {
            Model = mediated || device.Type == HostdevType.ScsiHost ? device.Model : null,
            Display = mediated ? device.Display : null,
            Ramfb = mediated ? device.Ramfb : null,
            Driver = device.Type == HostdevType.Pci ? device.Driver : null,
            Teaming = device.Teaming?.Type is null ? null : device.Teaming,
            Ips = [],
            Routes = [],
            Readonly = scsi && device.Readonly,
            Shareable = scsi && device.Shareable,
            Source = device.Source is { } source ? Source(device.Type, source) : null,
        };
    }

    private static HostdevSource Source(HostdevType? type, HostdevSource source)
    {
        var own = new HostdevSource { StartupPolicy = source.StartupPolicy, Extras = source.Extras };
        return type switch
        {
            HostdevType.Usb => own with
            {
                GuestReset = source.GuestReset,
                Vendor = source.Vendor,
                Product = source.Product,
                Address = source.Address is { } usb ? new HostdevAddress { Bus = usb.Bus, Device = usb.Device } : null,
            },
            HostdevType.Pci => own with
            {
                WriteFiltering = source.WriteFiltering,
                Address = source.Address is { } pci ? new HostdevAddress { Domain = pci.Domain, Bus = pci.Bus, Slot = pci.Slot, Function = pci.Function } : null,
            },
            HostdevType.Scsi when source.Protocol == HostdevProtocol.Iscsi => own with
            {
                Protocol = source.Protocol,
                Name = source.Name,
                Hosts = source.Hosts,
                Auth = source.Auth,
                Initiator = source.Initiator,
            },
            HostdevType.Scsi => own with
            {
                Adapter = source.Adapter is { } adapter ? new HostdevAdapter { Name = adapter.Name } : null,
                Address = source.Address is { } drive ? new HostdevAddress { Bus = drive.Bus, Target = drive.Target, Unit = drive.Unit } : null,
            },
            HostdevType.ScsiHost => own with { Protocol = source.Protocol, Wwpn = source.Wwpn },
            HostdevType.Mdev => own with { Address = source.Address is { } mdev ? new HostdevAddress { Uuid = mdev.Uuid } : null },
            _ => source,
        };
    }
}
