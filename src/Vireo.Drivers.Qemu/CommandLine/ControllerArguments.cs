using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Controllers that are not on the machine's board.</summary>
internal static class ControllerArguments
{
    /// <summary>Adds them: bridges first, by index, since the others stand on them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, BootOrder boot)
    {
        var machine = MachineKind.Of(config.Os.Type!);
        foreach (var root in config.Devices.Controllers.Where(c => c is { Type: ControllerType.Pci, PciHole64: not null }))
        {
            arguments.Add("-global", string.Create(CultureInfo.InvariantCulture, $"{(machine.IsQ35 ? "q35-pcihost" : "i440FX-pcihost")}.pci-hole64-size={root.PciHole64!.Value.KiB}K"));
        }

        foreach (var controller in config.Devices.Controllers.Where(c => c is { Type: ControllerType.Pci, Index: > 0 }).OrderBy(c => c.Index))
        {
            Add(arguments, controller, config, boot);
        }

        if (machine.HasOptionalUsb && !config.Devices.Controllers.Any(c => c.Type == ControllerType.Usb))
        {
            arguments.Add("-usb");
        }

        if (!machine.IsQ35)
        {
            foreach (var (drive, order) in Floppies(config, boot))
            {
                arguments.Add("-global", string.Create(CultureInfo.InvariantCulture, $"isa-fdc.{drive}={order}"));
            }
        }

        // A companion stands on another's bus.
        foreach (var controller in config.Devices.Controllers.Where(c => c.Type != ControllerType.Pci).OrderBy(c => c.Master is not null))
        {
            Add(arguments, controller, config, boot);
        }
    }

    /// <summary>Adds one; nothing when it is on the machine's board.</summary>
    public static void Add(ArgumentList arguments, ControllerConfig controller, DomainConfig config, BootOrder boot)
    {
        if (controller is { Type: ControllerType.Pci, Index: > 0 })
        {
            arguments.Device(Bridge(controller, config));
        }
        else if (Option(controller, MachineKind.Of(config.Os.Type!), config, boot) is { } option)
        {
            arguments.Device(option.At(controller, config));
        }
    }

    // A floppy drive has no place in the boot order; its controller has one for each of its two.
    private static IEnumerable<(string Drive, long Order)> Floppies(DomainConfig config, BootOrder boot) =>
        from disk in config.Devices.Disks
        where disk.Target?.Bus == DiskBus.Fdc
        let order = boot.Of(disk)
        where order is not null
        select ((disk.Address as DriveAddress)?.Unit is 1 ? "bootindexB" : "bootindexA", order.Value);

    private static OptionJson Bridge(ControllerConfig controller, DomainConfig config)
    {
        var target = controller.Target ?? new ControllerTarget();
        if (controller.ModelName == ControllerModelName.SpaprPciHostBridge)
        {
            // A host bridge is on no bus.
            return OptionJson.Device("spapr-pci-host-bridge").Number("index", target.Index).Text("id", controller.Alias).Number("numa_node", target.Node);
        }

        return (controller.Model switch
        {
            "pcie-root-port" when controller.ModelName is { } name and (ControllerModelName.PcieRootPort or ControllerModelName.Ioh3420) =>
                OptionJson.Device(name.ToXmlName()).Number("port", target.Port).Number("chassis", target.Chassis).Flag("hotplug", target.Hotplug),
            "pcie-to-pci-bridge" => OptionJson.Device("pcie-pci-bridge"),
            "pci-bridge" => OptionJson.Device("pci-bridge").Number("chassis_nr", target.ChassisNr),
            "dmi-to-pci-bridge" => OptionJson.Device("i82801b11-bridge"),
            "pcie-switch-upstream-port" => OptionJson.Device("x3130-upstream"),
            "pcie-switch-downstream-port" => OptionJson.Device("xio3130-downstream").Number("port", target.Port).Number("chassis", target.Chassis).Flag("hotplug", target.Hotplug),
            "pci-expander-bus" => OptionJson.Device("pxb").Number("bus_nr", target.BusNr).Number("numa_node", target.Node),
            "pcie-expander-bus" => OptionJson.Device("pxb-pcie").Number("bus_nr", target.BusNr).Number("numa_node", target.Node),
            _ => throw Unsupported.Element($"PCI controller model '{controller.Model}'"),
        }).At(controller, config);
    }

    private static OptionJson? Option(ControllerConfig controller, MachineKind machine, DomainConfig config, BootOrder boot)
    {
        switch (controller.Type)
        {
            case ControllerType.Pci:
                return null;
            case ControllerType.Ide:
                Unsupported.When(controller.Index > 0 || !machine.IsI440fx, "<controller type='ide'>", "other than the machine's own is not supported");
                return null;
            case ControllerType.Fdc:
                Unsupported.When(controller.Index > 0, "<controller type='fdc'>", "other than the first is not supported");
                return machine.IsQ35 ? Floppies(config, boot).Aggregate(OptionJson.Device("isa-fdc"), (option, floppy) => option.Number(floppy.Drive, floppy.Order)) : null;
            case ControllerType.Sata:
                return controller.Index == 0 && machine.IsQ35 ? null : OptionJson.Device("ahci");
            case ControllerType.Usb:
                return Usb(controller);
            case ControllerType.Ccid:
                return OptionJson.Device("usb-ccid");
            case ControllerType.Scsi:
                return Scsi(controller);
            case ControllerType.VirtioSerial:
                return OptionJson.Device(DevicePlace.VirtioName("virtio-serial", controller.Model, controller.Address))
                    .Number("max_ports", controller.Ports).Number("vectors", controller.Vectors)
                    .Virtio(controller.Driver?.Iommu, controller.Driver?.Ats, controller.Driver?.Packed, controller.Driver?.PagePerVq);
            default:
                throw Unsupported.Element($"<controller type='{controller.Type?.ToXmlName()}'>");
        }
    }

    private static OptionJson? Usb(ControllerConfig controller)
    {
        var driver = controller.Model switch
        {
            null or "none" => null,
            "piix3-uhci" => "piix3-usb-uhci",
            "piix4-uhci" => "piix4-usb-uhci",
            "ehci" => "usb-ehci",
            "ich9-ehci1" => "ich9-usb-ehci1",
            "ich9-uhci1" => "ich9-usb-uhci1",
            "ich9-uhci2" => "ich9-usb-uhci2",
            "ich9-uhci3" => "ich9-usb-uhci3",
            "vt82c686b-uhci" => "vt82c686b-usb-uhci",
            "pci-ohci" => "pci-ohci",
            "nec-xhci" => "nec-usb-xhci",
            "qemu-xhci" => "qemu-xhci",
            _ => throw Unsupported.Element($"USB controller model '{controller.Model}'"),
        };
        if (driver is null)
        {
            return null;
        }

        var option = OptionJson.Device(driver);
        if (controller.Master is { Startport: { } start })
        {
            option.Text("masterbus", string.Create(CultureInfo.InvariantCulture, $"{(controller.Index == 0 ? "usb" : $"usb{controller.Index}")}.0")).Number("firstport", start);
        }

        Unsupported.When(controller.Ports is not null && driver is not ("qemu-xhci" or "nec-usb-xhci"), "<controller type='usb' ports=…>");
        return option.Number("p2", controller.Ports).Number("p3", controller.Ports);
    }

    private static OptionJson Scsi(ControllerConfig controller)
    {
        var driver = controller.Driver;
        if (controller.Model is "virtio-scsi" or "virtio-transitional" or "virtio-non-transitional")
        {
            return OptionJson.Device(DevicePlace.VirtioName("virtio-scsi", controller.Model == "virtio-scsi" ? null : controller.Model, controller.Address))
                .Text("iothread", driver?.Iothread is { } thread ? ProcessorArguments.IoThread(thread) : null)
                .Flag("ioeventfd", driver?.Ioeventfd).Number("num_queues", driver?.Queues).Number("cmd_per_lun", driver?.CmdPerLun).Number("max_sectors", driver?.MaxSectors)
                .Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
        }

        Unsupported.When(driver is not null, "<driver> of a SCSI controller that is not virtio-scsi");
        return OptionJson.Device(controller.Model switch
        {
            "lsilogic" => "lsi",
            "lsisas1068" => "mptsas1068",
            "lsisas1078" => "megasas",
            "vmpvscsi" => "pvscsi",
            "dc390" => "dc390",
            "am53c974" => "am53c974",
            "ibmvscsi" => "spapr-vscsi",
            _ => throw Unsupported.Element($"SCSI controller model '{controller.Model}'"),
        });
    }
}
