using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A keyboard, mouse, tablet or the host's input device.</summary>
[XmlRecord]
public sealed partial record InputConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown input device type '{0}'", InvalidCode = XmlCode.Unsupported, Missing = "missing input device type", MissingCode = XmlCode.Internal)] public InputType? Type { get; init; }

    [XmlAttribute(Invalid = "unknown input bus type '{0}'", InvalidCode = XmlCode.Unsupported)] public InputBus? Bus { get; init; }

    [XmlAttribute] public VirtioModel? Model { get; init; }

    [XmlElement] public VirtioDriver? Driver { get; init; }

    [XmlElement] public InputSource? Source { get; init; }
}

/// <summary>The bus of an input device.</summary>
[XmlEnum]
public enum InputBus
{
    Ps2, Usb, Xen, Parallels, Virtio, None,
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

    [XmlAttribute] public InputGrab? Grab { get; init; }

    [XmlAttribute] public InputGrabToggle? GrabToggle { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Repeat { get; init; }
}

/// <summary>The keys that switch grabbing.</summary>
[XmlEnum]
public enum InputGrabToggle
{
    [XmlName("ctrl-ctrl")] CtrlCtrl,
    [XmlName("alt-alt")] AltAlt,
    [XmlName("shift-shift")] ShiftShift,
    [XmlName("meta-meta")] MetaMeta,
    Scrolllock,
    [XmlName("ctrl-scrolllock")] CtrlScrolllock,
}

/// <summary>What is grabbed together.</summary>
[XmlEnum]
public enum InputGrab
{
    All,
}
