using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A PCI device.</summary>
[XmlRecord]
[XmlVariant("pci")]
public sealed partial record PciCapability : NodeDeviceCapability
{
    /// <summary>The class in six hexadecimal digits.</summary>
    [XmlElement(Hex = 6)] public uint? Class { get; init; }

    [XmlElement] public uint? Domain { get; init; }

    [XmlElement] public uint? Bus { get; init; }

    [XmlElement] public uint? Slot { get; init; }

    [XmlElement] public uint? Function { get; init; }

    [XmlElement] public NodeDeviceId? Product { get; init; }

    [XmlElement] public NodeDeviceId? Vendor { get; init; }

    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }

    [XmlElement] public IommuGroup? IommuGroup { get; init; }

    [XmlElement("numa", Value = "node")] public int? NumaNode { get; init; }

    [XmlElement("link", Wrapper = "pci-express")] public ConfigList<PciExpressLink> PciExpress { get; init; }
}

/// <summary>What a PCI Express link is able to do, or does.</summary>
[XmlRecord]
public sealed partial record PciExpressLink
{
    /// <summary><c>cap</c> or <c>sta</c>.</summary>
    [XmlAttribute] public string? Validity { get; init; }

    [XmlAttribute] public uint? Port { get; init; }

    /// <summary>GT/s.</summary>
    [XmlAttribute] public string? Speed { get; init; }

    [XmlAttribute] public uint? Width { get; init; }
}

/// <summary>A virtual function: the physical one it is of.</summary>
[XmlRecord]
[XmlVariant("phys_function")]
public sealed partial record PhysicalFunctionCapability : NodeDeviceCapability
{
    [XmlElement] public PciLocation? Address { get; init; }
}

/// <summary>A physical function: its virtual ones.</summary>
[XmlRecord]
[XmlVariant("virt_functions")]
public sealed partial record VirtualFunctionsCapability : NodeDeviceCapability
{
    [XmlAttribute] public uint? MaxCount { get; init; }

    [XmlElement("address")] public ConfigList<PciLocation> Addresses { get; init; }
}

/// <summary>A bridge.</summary>
[XmlRecord]
[XmlVariant("pci-bridge")]
public sealed partial record PciBridgeCapability : NodeDeviceCapability;

/// <summary>A CardBus bridge.</summary>
[XmlRecord]
[XmlVariant("cardbus-bridge")]
public sealed partial record CardbusBridgeCapability : NodeDeviceCapability;

/// <summary>A device that tells of itself.</summary>
[XmlRecord]
[XmlVariant("vpd")]
public sealed partial record VitalProductDataCapability : NodeDeviceCapability
{
    [XmlElement] public string? Name { get; init; }

    [XmlElement("fields")] public ConfigList<VitalProductDataFields> Fields { get; init; }
}

/// <summary>What a device tells of itself.</summary>
[XmlRecord]
public sealed partial record VitalProductDataFields
{
    /// <summary><c>readonly</c> or <c>readwrite</c>.</summary>
    [XmlAttribute] public string? Access { get; init; }

    [XmlElement("asset_tag")] public string? AssetTag { get; init; }

    [XmlElement("change_level")] public string? ChangeLevel { get; init; }

    [XmlElement("manufacture_id")] public string? ManufactureId { get; init; }

    [XmlElement("part_number")] public string? PartNumber { get; init; }

    [XmlElement("serial_number")] public string? SerialNumber { get; init; }

    [XmlElement("vendor_field")] public ConfigList<VitalProductDataField> VendorFields { get; init; }

    [XmlElement("system_field")] public ConfigList<VitalProductDataField> SystemFields { get; init; }
}

/// <summary>One numbered field.</summary>
[XmlRecord]
public sealed partial record VitalProductDataField
{
    [XmlAttribute] public string? Index { get; init; }

    [XmlText] public string? Value { get; init; }
}

/// <summary>Kinds of mediated devices that can be made.</summary>
[XmlRecord]
[XmlVariant("mdev_types")]
public sealed partial record MediatedTypesCapability : NodeDeviceCapability
{
    [XmlElement("type")] public ConfigList<MediatedDeviceType> Types { get; init; }
}

/// <summary>One kind.</summary>
[XmlRecord]
public sealed partial record MediatedDeviceType
{
    [XmlAttribute] public string? Id { get; init; }

    [XmlElement] public string? Name { get; init; }

    [XmlElement("deviceAPI")] public string? DeviceApi { get; init; }

    [XmlElement] public uint? AvailableInstances { get; init; }
}

/// <summary>A mediated device.</summary>
[XmlRecord]
[XmlVariant("mdev")]
public sealed partial record MediatedCapability : NodeDeviceCapability
{
    [XmlElement("type", Value = "id")] public string? TypeId { get; init; }

    [XmlElement] public Guid? Uuid { get; init; }

    [XmlElement("parent_addr")] public string? ParentAddress { get; init; }

    [XmlElement("iommuGroup")] public IommuGroup? IommuGroup { get; init; }

    /// <summary>Settings of the device's driver, in their order.</summary>
    [XmlElement("attr")] public ConfigList<MediatedAttribute> Attributes { get; init; }
}

/// <summary>One setting.</summary>
[XmlRecord]
public sealed partial record MediatedAttribute
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}
