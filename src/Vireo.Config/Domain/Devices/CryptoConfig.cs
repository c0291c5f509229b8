using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoConfig : DeviceConfig
{
    [XmlAttribute] public VirtioModel? Model { get; init; }

    [XmlAttribute] public CryptoType? Type { get; init; }

    [XmlElement] public CryptoBackend? Backend { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>What a crypto device is made by.</summary>
[XmlEnum]
public enum CryptoType
{
    Qemu,
}

/// <summary>What serves a crypto device.</summary>
[XmlRecord]
public sealed partial record CryptoBackend
{
    [XmlAttribute] public CryptoBackendModel? Model { get; init; }

    [XmlAttribute] public uint? Queues { get; init; }
}

/// <summary>What does the work of a crypto device.</summary>
[XmlEnum]
public enum CryptoBackendModel
{
    Builtin, Lkcf,
}
