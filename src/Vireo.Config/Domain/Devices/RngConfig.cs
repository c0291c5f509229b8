using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A source of random numbers.</summary>
[XmlRecord]
public sealed partial record RngConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown RNG model '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "missing RNG device model")] public VirtioModel? Model { get; init; }

    [XmlElement] public RngRate? Rate { get; init; }

    [XmlElement(Missing = "only one RNG backend is supported")] public RngBackend? Backend { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }
}

/// <summary>Bytes for each period, in milliseconds.</summary>
[XmlRecord]
public sealed partial record RngRate
{
    [XmlAttribute(Invalid = "invalid RNG rate bytes value")] public uint? Bytes { get; init; }

    [XmlAttribute(Invalid = "invalid RNG rate period value")] public uint? Period { get; init; }
}

/// <summary>Where the numbers come from.</summary>
[XmlRecord]
public sealed partial record RngBackend
{
    [XmlAttribute(Invalid = "unknown RNG backend model '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "missing RNG device backend model")] public RngBackendModel? Model { get; init; }

    [XmlAttribute(Invalid = "unknown backend type '{0}' for egd", InvalidCode = XmlCode.Unsupported)] public CharType? Type { get; init; }

    /// <summary>The device of a <c>random</c> backend.</summary>
    [XmlText] public string? Path { get; init; }

    [XmlElement("source")] public ConfigList<CharSource> Sources { get; init; }

    [XmlElement("protocol", Value = "type")] public string? Protocol { get; init; }

    [XmlElement] public CharLog? Log { get; init; }
}

/// <summary>Where random numbers come from.</summary>
[XmlEnum]
public enum RngBackendModel
{
    Random, Egd, Builtin,
}
