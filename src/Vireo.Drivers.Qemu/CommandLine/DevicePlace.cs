using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Where a device is plugged in, in QEMU's terms.</summary>
internal static class DevicePlace
{
    /// <summary>Adds id, bus and address.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: an address of a kind the device cannot have.</exception>
    public static OptionJson At(this OptionJson option, DeviceConfig device, DomainConfig config)
    {
        option.Text("id", device is ControllerConfig { Master: not null } ? null : device.Alias);
        switch (device.Address)
        {
            case null or UnassignedAddress or VirtioMmioAddress:
                break;
            case PciAddress pci:
                option.Text("bus", PciBus(config, pci.Bus ?? 0)).Flag("multifunction", pci.Multifunction).Text("addr", Slot(pci)).After(Zpci(pci, device.Alias));
                break;
            case UsbAddress usb:
                option.Text("bus", string.Create(CultureInfo.InvariantCulture, $"{Usb(config, usb.Bus ?? 0)}.0")).Text("port", usb.Port);
                break;
            case CcwAddress ccw:
                option.Text("devno", string.Create(CultureInfo.InvariantCulture, $"{ccw.Cssid ?? 0xfe:x}.{ccw.Ssid ?? 0:x}.{ccw.Devno ?? 0:x4}"));
                break;
            case SpaprVioAddress vio:
                option.Number("reg", vio.Reg);
                break;
            case IsaAddress isa:
                option.Number("iobase", isa.Iobase).Number("irq", isa.Irq);
                break;
            default:
                throw Unsupported.Element($"<address> of device '{device.Alias}'", "is of a type that QEMU does not take here");
        }

        Unsupported.When(device.AcpiIndex is not null && device.Address is not PciAddress, "<acpi index=…>");
        option.Number("acpi-index", device.AcpiIndex);
        if (device.Rom is { } rom)
        {
            option.Text("romfile", rom.Enabled == false ? "" : rom.File).Number("rombar", rom.Bar switch { true => 1, false => 0, null => null });
        }

        return option;
    }

    /// <summary>Adds the settings common to virtio devices.</summary>
    public static OptionJson Virtio(this OptionJson option, bool? iommu, bool? ats, bool? packed, bool? pagePerVq) =>
        option.Flag("iommu_platform", iommu).Flag("ats", ats).Flag("packed", packed).Flag("page-per-vq", pagePerVq);

    /// <summary>Adds the settings common to virtio devices.</summary>
    public static OptionJson Virtio(this OptionJson option, VirtioDriver? driver)
    {
        Unsupported.When(driver?.Name is not (null or "qemu"), "<driver name=…>");
        return option.Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
    }

    /// <summary>A virtio device's QEMU name by libvirt's model and the bus it is on.</summary>
    public static string VirtioName(string name, VirtioModel? model, DeviceAddress? address = null) => VirtioName(name, model?.ToXmlName(), address);

    /// <summary>The same for a device whose models are not virtio's alone.</summary>
    public static string VirtioName(string name, string? model, DeviceAddress? address = null) => model switch
    {
        _ when address is CcwAddress => $"{name}-ccw",
        _ when address is VirtioMmioAddress => $"{name}-device",
        null or "virtio" => $"{name}-pci",
        "virtio-transitional" => $"{name}-pci-transitional",
        "virtio-non-transitional" => $"{name}-pci-non-transitional",
        _ => throw Unsupported.Element($"model '{model}'"),
    };

    /// <summary>The id of a USB controller.</summary>
    public static string Usb(DomainConfig config, uint index) =>
        config.Devices.Controllers.Find(c => c.Type == ControllerType.Usb && c.Index == index)?.Alias ?? throw Unsupported.Element($"USB bus {index}", "has no controller");

    // What a mainframe knows the device by.
    private static OptionJson? Zpci(PciAddress pci, string? target) => pci.Zpci?.Uid is not { } uid
        ? null
        : OptionJson.Device("zpci").Number("uid", uid).Number("fid", pci.Zpci.Fid).Text("target", target).Text("id", string.Create(CultureInfo.InvariantCulture, $"zpci{uid}"));

    private static string PciBus(DomainConfig config, uint index)
    {
        var controller = config.Devices.Controllers.Find(c => c.Type == ControllerType.Pci && c.Index == index);
        if (controller is { Index: 0, ModelName: null or ControllerModelName.None, Model: "pci-root" or "pcie-root" })
        {
            // It is on the board, and so is its name.
            return controller.Model == "pci-root" ? MachineKind.Of(config.Os.Type!).PciBus : "pcie.0";
        }

        var alias = controller is { ModelName: ControllerModelName.SpaprPciHostBridge, Index: > 0 } ? $"{controller.Alias}.0" : controller?.Alias;
        return alias ?? throw Unsupported.Element($"PCI bus {index}", "has no controller");
    }

    private static string Slot(PciAddress pci) => pci.Function is > 0
        ? string.Create(CultureInfo.InvariantCulture, $"0x{pci.Slot ?? 0:x}.0x{pci.Function:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{pci.Slot ?? 0:x}");
}
