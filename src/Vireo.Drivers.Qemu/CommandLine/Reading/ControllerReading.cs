using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Controllers: bridges, USB, SCSI, SATA, and those of virtio ports.</summary>
internal static class ControllerReading
{
    private static readonly Dictionary<string, (ControllerType Type, string? Model)> s_models = new(StringComparer.Ordinal)
    {
        ["pcie-root-port"] = (ControllerType.Pci, "pcie-root-port"),
        ["ioh3420"] = (ControllerType.Pci, "pcie-root-port"),
        ["pcie-pci-bridge"] = (ControllerType.Pci, "pcie-to-pci-bridge"),
        ["pci-bridge"] = (ControllerType.Pci, "pci-bridge"),
        ["i82801b11-bridge"] = (ControllerType.Pci, "dmi-to-pci-bridge"),
        ["x3130-upstream"] = (ControllerType.Pci, "pcie-switch-upstream-port"),
        ["xio3130-downstream"] = (ControllerType.Pci, "pcie-switch-downstream-port"),
        ["piix3-usb-uhci"] = (ControllerType.Usb, "piix3-uhci"),
        ["piix4-usb-uhci"] = (ControllerType.Usb, "piix4-uhci"),
        ["usb-ehci"] = (ControllerType.Usb, "ehci"),
        ["ich9-usb-ehci1"] = (ControllerType.Usb, "ich9-ehci1"),
        ["ich9-usb-uhci1"] = (ControllerType.Usb, "ich9-uhci1"),
        ["ich9-usb-uhci2"] = (ControllerType.Usb, "ich9-uhci2"),
        ["ich9-usb-uhci3"] = (ControllerType.Usb, "ich9-uhci3"),
        ["pci-ohci"] = (ControllerType.Usb, "pci-ohci"),
        ["nec-usb-xhci"] = (ControllerType.Usb, "nec-xhci"),
        ["qemu-xhci"] = (ControllerType.Usb, "qemu-xhci"),
        ["lsi"] = (ControllerType.Scsi, "lsilogic"),
        ["lsi53c895a"] = (ControllerType.Scsi, "lsilogic"),
        ["mptsas1068"] = (ControllerType.Scsi, "lsisas1068"),
        ["megasas"] = (ControllerType.Scsi, "lsisas1078"),
        ["pvscsi"] = (ControllerType.Scsi, "vmpvscsi"),
        ["virtio-scsi"] = (ControllerType.Scsi, "virtio-scsi"),
        ["virtio-scsi-pci"] = (ControllerType.Scsi, "virtio-scsi"),
        ["virtio-scsi-pci-transitional"] = (ControllerType.Scsi, "virtio-transitional"),
        ["virtio-scsi-pci-non-transitional"] = (ControllerType.Scsi, "virtio-non-transitional"),
        ["virtio-serial"] = (ControllerType.VirtioSerial, null),
        ["virtio-serial-pci"] = (ControllerType.VirtioSerial, null),
        ["virtio-serial-pci-transitional"] = (ControllerType.VirtioSerial, "virtio-transitional"),
        ["virtio-serial-pci-non-transitional"] = (ControllerType.VirtioSerial, "virtio-non-transitional"),
        ["ahci"] = (ControllerType.Sata, null),
        ["ich9-ahci"] = (ControllerType.Sata, null),
    };

    /// <summary>Reads them, and with them where the guest's buses are.</summary>
    public static void Read(ReadingState state)
    {
        state.Places = new DevicePlaces();
        foreach (var option in state.Unread("-device").ToList())
        {
            var properties = option.Properties;
            if (properties.Take("driver") is not { } driver || !s_models.TryGetValue(driver, out var kind))
            {
                continue;
            }

            var id = properties.Take("id");
            var controller = Controller(state, properties, kind.Type, kind.Model, driver);
            if (controller is null || !properties.Understood)
            {
                continue;
            }

            // The parts of one EHCI controller have one number.
            state.Devices.Controllers.Add(controller with { Index = controller.Index ?? state.Places.Add(kind.Type, id, Prefix(kind.Type)) });
            option.Read();
        }

        Usb(state);
    }

    private static string Prefix(ControllerType type) => type switch
    {
        ControllerType.Pci => "pci.",
        ControllerType.VirtioSerial => "virtio-serial",
        _ => type.ToXmlName(),
    };

    private static ControllerConfig? Controller(ReadingState state, OptionProperties properties, ControllerType type, string? model, string driver)
    {
        if (type == ControllerType.Usb && properties.Take("masterbus") is { } bus)
        {
            return state.Places.Bus(bus, type) is not { } master ? null : new ControllerConfig
            {
                Type = type,
                Model = model,
                Index = (int)master,
                Master = new DeviceMaster { Startport = properties.Number("firstport") },
                Address = state.Places.Pci(properties),
            };
        }

        var controller = new ControllerConfig { Type = type, Model = model, Address = state.Places.Pci(properties) };
        switch (type)
        {
            case ControllerType.Pci:
                controller = controller with
                {
                    ModelName = XmlNames.TryParse(driver, out ControllerModelName name) ? name : properties.Fail<ControllerModelName?>(),
                    Target = Target(properties),
                };
                return controller;
            case ControllerType.Usb:
                var (second, third) = (properties.Index("p2"), properties.Index("p3"));
                return second == third ? controller with { Ports = second } : null;
            case ControllerType.VirtioSerial:
                return controller with { Ports = properties.Index("max_ports"), Vectors = properties.Index("vectors"), Driver = Driver(state, properties, false) };
            case ControllerType.Scsi when model!.StartsWith("virtio", StringComparison.Ordinal):
                return controller with { Driver = Driver(state, properties, true) };
            default:
                return controller;
        }
    }

    private static ControllerTarget? Target(OptionProperties properties)
    {
        var target = new ControllerTarget
        {
            Port = properties.Number("port"),
            Chassis = properties.Index("chassis"),
            ChassisNr = properties.Index("chassis_nr"),
            Hotplug = properties.Flag("hotplug"),
        };
        return target == new ControllerTarget() ? null : target;
    }

    private static ControllerDriver? Driver(ReadingState state, OptionProperties properties, bool scsi)
    {
        var driver = new ControllerDriver
        {
            Queues = scsi ? properties.Number("num_queues") : null,
            CmdPerLun = scsi ? properties.Number("cmd_per_lun") : null,
            MaxSectors = scsi ? properties.Number("max_sectors") : null,
            Ioeventfd = scsi ? properties.Flag("ioeventfd") : null,
            Iothread = scsi && properties.Take("iothread") is { } thread ? MemoryReading.Thread(state, thread) ?? properties.Fail<uint?>() : null,
            Iommu = properties.Flag("iommu_platform"),
            Ats = properties.Flag("ats"),
            Packed = properties.Flag("packed"),
            PagePerVq = properties.Flag("page-per-vq"),
        };
        return driver == new ControllerDriver() ? null : driver;
    }

    // A machine that says it has no USB has none in the document either, which would otherwise be given some.
    private static void Usb(ReadingState state)
    {
        var given = state.Switch("-usb") || state.Options.Any(o => o.Name is "-usbdevice" || (o is { Name: "-machine" } && o.Properties.Flag("usb") == true));
        if (given && !state.Devices.Controllers.Exists(c => c.Type == ControllerType.Usb))
        {
            state.Places.Add(ControllerType.Usb, "usb", "usb");
        }
        else if (state.IsPc && state.IsBare && !state.Devices.Controllers.Exists(c => c.Type == ControllerType.Usb))
        {
            state.Devices.Controllers.Add(new ControllerConfig { Type = ControllerType.Usb, Index = 0, Model = "none" });
        }
    }
}
