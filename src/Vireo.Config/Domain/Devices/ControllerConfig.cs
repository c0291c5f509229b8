using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A controller that other devices are plugged into.</summary>
[XmlDocument("controller", Source = "device_definition")]
public sealed partial record ControllerConfig : DeviceConfig
{
    [XmlAttribute] public ControllerType? Type { get; init; }

    [XmlAttribute(NonNegative = true)] public int? Index { get; init; }

    [XmlAttribute("model")] public string? Model { get; init; }

    [XmlAttribute(NonNegative = true)] public int? Ports { get; init; }

    [XmlAttribute(NonNegative = true)] public int? Vectors { get; init; }

    [XmlAttribute(NonNegative = true)] public int? MaxGrantFrames { get; init; }

    [XmlAttribute(NonNegative = true)] public int? MaxEventChannels { get; init; }

    [XmlElement("model", Value = "name")] public ControllerModelName? ModelName { get; init; }

    [XmlElement("target")] public ControllerTarget? Target { get; init; }

    [XmlElement] public ControllerDriver? Driver { get; init; }

    [XmlElement("pcihole64", Unit = "KiB", Last = true)] public DataSize? PciHole64 { get; init; }
}

/// <summary>The device a PCI controller is.</summary>
[XmlEnum]
public enum ControllerModelName
{
    None,
    [XmlName("pci-bridge")] PciBridge,
    [XmlName("i82801b11-bridge")] I82801b11Bridge,
    Ioh3420,
    [XmlName("x3130-upstream")] X3130Upstream,
    [XmlName("xio3130-downstream")] Xio3130Downstream,
    Pxb,
    [XmlName("pxb-pcie")] PxbPcie,
    [XmlName("pcie-root-port")] PcieRootPort,
    [XmlName("spapr-pci-host-bridge")] SpaprPciHostBridge,
    [XmlName("pcie-pci-bridge")] PciePciBridge,
}

/// <summary>A controller's bus.</summary>
[XmlEnum]
public enum ControllerType
{
    Ide, Fdc, Scsi, Sata,
    [XmlName("virtio-serial")] VirtioSerial,
    Ccid, Usb, Pci,
    [XmlName("xenbus")] XenBus,
    Isa,
}

/// <summary>A PCI controller's settings.</summary>
[XmlRecord]
public sealed partial record ControllerTarget
{
    [XmlAttribute(AnyBase = true, NonNegative = true)] public int? ChassisNr { get; init; }

    [XmlAttribute(AnyBase = true, NonNegative = true)] public int? Chassis { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Port { get; init; }

    [XmlAttribute(AnyBase = true, NonNegative = true)] public int? BusNr { get; init; }

    [XmlAttribute(AnyBase = true, NonNegative = true)] public int? Index { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Hotplug { get; init; }

    [XmlElement] public int? Node { get; init; }
}

/// <summary>How the hypervisor drives a controller.</summary>
[XmlRecord]
public sealed partial record ControllerDriver
{
    [XmlAttribute] public uint? Queues { get; init; }

    [XmlAttribute("cmd_per_lun")] public uint? CmdPerLun { get; init; }

    [XmlAttribute("max_sectors")] public uint? MaxSectors { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ioeventfd { get; init; }

    [XmlAttribute] public uint? Iothread { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }
}
