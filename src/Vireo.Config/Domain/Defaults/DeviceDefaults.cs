namespace Vireo.Config.Defaults;

/// <summary>What any device may leave open, and what it brings along from a run.</summary>
internal static class DeviceDefaults
{
    /// <summary>Drops names that are not the user's own, and completes addresses: what is left out is 0, and a PCI address that is 0 as a whole is none.</summary>
    public static DevicesConfig Apply(DevicesConfig devices, bool userAliases) => devices.Map(device => Apply(device, userAliases));

    // Most devices say nothing of the kind, and are left as they are.
    private static DeviceConfig Apply(DeviceConfig device, bool userAliases)
    {
        var alias = userAliases && device.Alias?.StartsWith("ua-", StringComparison.Ordinal) == true ? device.Alias : null;
        var address = device.Address is null ? null : Complete(device.Address);
        var boot = device.Boot is { Loadparm: { } parameter } first ? first with { Loadparm = parameter.ToUpperInvariant() } : device.Boot;
        return ReferenceEquals(alias, device.Alias) && ReferenceEquals(address, device.Address) && ReferenceEquals(boot, device.Boot) ? device : device with { Alias = alias, Address = address, Boot = boot };
    }

    private static DeviceAddress? Complete(DeviceAddress address) => address switch
    {
        PciAddress { Domain: null or 0, Bus: null or 0, Slot: null or 0, Multifunction: null, Zpci: null } pci when pci.Function is null or 0 => null,
        PciAddress pci => pci with { Domain = pci.Domain ?? 0, Bus = pci.Bus ?? 0, Slot = pci.Slot ?? 0, Function = pci.Function ?? 0 },
        DriveAddress drive => drive with { Controller = drive.Controller ?? 0, Bus = drive.Bus ?? 0, Target = drive.Target ?? 0, Unit = drive.Unit ?? 0 },
        UsbAddress usb => usb with { Bus = usb.Bus ?? 0 },
        VirtioSerialAddress serial => serial with { Controller = serial.Controller ?? 0, Bus = serial.Bus ?? 0, Port = serial.Port ?? 0 },
        CcidAddress ccid => ccid with { Controller = ccid.Controller ?? 0, Slot = ccid.Slot ?? 0 },
        _ => address,
    };
}
