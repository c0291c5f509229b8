using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A PCI device of the host, where nothing but such a device can stand.</summary>
[XmlRecord]
public sealed partial record PciLocation
{
    [XmlAttribute(Hex = 4)] public uint? Domain { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Bus { get; init; }

    [XmlAttribute(Hex = 2)] public uint? Slot { get; init; }

    [XmlAttribute(Hex = 1)] public uint? Function { get; init; }

    /// <summary>Whether the slot has other functions, too; read, and of no use here.</summary>
    [XmlAttribute(OnOff = true)] public bool? Multifunction { get; init; }
}
