using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoConfig : DeviceConfig
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlElement] public CryptoBackend? Backend { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>What serves a crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoBackend
{
    [XmlAttribute] public string? Model { get; init; }

    [XmlAttribute] public uint? Queues { get; init; }
}
