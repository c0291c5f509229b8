using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Sockets between guest and host.</summary>
[XmlRecord]
public sealed partial record VsockConfig : DeviceConfig
{
    [XmlAttribute] public VirtioModel? Model { get; init; }

    [XmlElement] public VsockCid? Cid { get; init; }

    [XmlElement(Last = true)] public VirtioDriver? Driver { get; init; }
}

/// <summary>The guest's context id.</summary>
[XmlRecord]
public sealed partial record VsockCid
{
    [XmlAttribute] public bool? Auto { get; init; }

    [XmlAttribute] public uint? Address { get; init; }
}
