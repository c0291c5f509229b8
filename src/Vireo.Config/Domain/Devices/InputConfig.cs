using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A keyboard, mouse, tablet or the host's input device.</summary>
[XmlRecord]
public sealed partial record InputConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown input device type '{0}'", InvalidCode = XmlCode.Unsupported)] public InputType? Type { get; init; }

    [XmlAttribute] public string? Bus { get; init; }

    [XmlAttribute] public string? Model { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }

    [XmlElement] public InputSource? Source { get; init; }
}

/// <summary>The kind of an input device.</summary>
[XmlEnum]
public enum InputType
{
    Mouse, Tablet, Keyboard, Passthrough, Evdev,
}

/// <summary>The host's input device.</summary>
[XmlRecord]
public sealed partial record InputSource
{
    [XmlAttribute] public string? Evdev { get; init; }

    [XmlAttribute] public string? Dev { get; init; }

    [XmlAttribute] public string? Grab { get; init; }

    [XmlAttribute] public string? GrabToggle { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Repeat { get; init; }
}
