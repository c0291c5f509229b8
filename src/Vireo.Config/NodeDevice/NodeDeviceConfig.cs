using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;device&gt;</c> document: a device of the host. Answers to virNodeDevice.</summary>
[XmlDocument("device", Source = "device_definition", Domain = XmlCode.NodeDeviceDocument)]
public sealed partial record NodeDeviceConfig
{
    [XmlElement] public string? Name { get; init; }

    /// <summary>Its directory in sysfs.</summary>
    [XmlElement] public string? Path { get; init; }

    /// <summary>Its device node and the links to it.</summary>
    [XmlElement("devnode")] public ConfigList<NodeDeviceNode> Devnodes { get; init; }

    [XmlElement] public NodeDeviceParent? Parent { get; init; }

    [XmlElement] public NodeDeviceDriver? Driver { get; init; }

    /// <summary>What it is.</summary>
    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>A path of a device node.</summary>
[XmlRecord]
public sealed partial record NodeDeviceNode
{
    /// <summary><c>dev</c> for the node itself, <c>link</c> for a link to it.</summary>
    [XmlAttribute] public string? Type { get; init; }

    [XmlText] public string? Path { get; init; }
}

/// <summary>The device another belongs to: by name, or (to make a virtual adapter) by its names in a fabric.</summary>
[XmlRecord]
public sealed partial record NodeDeviceParent
{
    [XmlAttribute] public string? Wwnn { get; init; }

    [XmlAttribute] public string? Wwpn { get; init; }

    [XmlAttribute("fabric_wwn")] public string? FabricWwn { get; init; }

    [XmlText] public string? Name { get; init; }
}

/// <summary>The driver of a device.</summary>
[XmlRecord]
public sealed partial record NodeDeviceDriver
{
    [XmlElement] public string? Name { get; init; }
}

/// <summary>A number of a device with its name.</summary>
[XmlRecord]
public sealed partial record NodeDeviceId
{
    [XmlAttribute] public string? Id { get; init; }

    [XmlText] public string? Name { get; init; }
}

/// <summary>Devices that can only be given away together.</summary>
[XmlRecord]
public sealed partial record IommuGroup
{
    [XmlAttribute] public uint? Number { get; init; }

    [XmlElement("address")] public ConfigList<PciLocation> Addresses { get; init; }
}
