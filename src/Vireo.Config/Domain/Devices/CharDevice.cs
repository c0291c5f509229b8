using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A serial or parallel port, a console or a channel.</summary>
[XmlRecord]
public sealed partial record CharDevice : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown type presented to host for character device: {0}", InvalidCode = XmlCode.Unsupported)] public CharType? Type { get; init; }

    /// <summary>The pseudo-terminal of a running domain's console.</summary>
    [XmlAttribute] public string? Tty { get; init; }

    /// <summary>The host's end; UDP has two.</summary>
    [XmlElement("source")] public ConfigList<CharSource> Sources { get; init; }

    [XmlElement("protocol", Value = "type")] public string? Protocol { get; init; }

    [XmlElement] public CharLog? Log { get; init; }

    [XmlElement] public CharTarget? Target { get; init; }

    /// <summary>The first source.</summary>
    public CharSource? Source => Sources.IsEmpty ? null : Sources[0];
}

/// <summary>The kind of the host's end.</summary>
[XmlEnum]
public enum CharType
{
    Null, Vc, Pty, Dev, File, Pipe, Stdio, Udp, Tcp, Unix, Spicevmc, Spiceport, Nmdm,
    [XmlName("qemu-vdagent")] QemuVdagent,
    Dbus,
}

/// <summary>The host's end; which members count depends on the device's type.</summary>
[XmlRecord]
public sealed partial record CharSource
{
    [XmlAttribute] public CharSourceMode? Mode { get; init; }

    [XmlAttribute] public string? Path { get; init; }

    [XmlAttribute] public string? Host { get; init; }

    [XmlAttribute] public string? Service { get; init; }

    [XmlAttribute] public string? Channel { get; init; }

    [XmlAttribute] public string? Master { get; init; }

    [XmlAttribute] public string? Slave { get; init; }

    [XmlAttribute] public bool? Tls { get; init; }

    [XmlAttribute] public bool? TlsFromConfig { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Append { get; init; }

    [XmlElement("clipboard", Value = "copypaste")] public bool? ClipboardCopypaste { get; init; }

    [XmlElement("mouse", Value = "mode")] public SpiceMouseMode? MouseMode { get; init; }

    [XmlElement] public ReconnectConfig? Reconnect { get; init; }

    [XmlElement("seclabel")] public ConfigList<SeclabelConfig> Seclabels { get; init; }
}

/// <summary>Who calls whom.</summary>
[XmlEnum]
public enum CharSourceMode
{
    Connect, Bind,
}

/// <summary>A file all output is copied to.</summary>
[XmlRecord]
public sealed partial record CharLog
{
    [XmlAttribute] public string? File { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Append { get; init; }
}

/// <summary>The guest's end.</summary>
[XmlRecord]
public sealed partial record CharTarget
{
    /// <summary><c>isa-serial</c>, <c>serial</c>, <c>virtio</c>, <c>guestfwd</c>, …</summary>
    [XmlAttribute(Invalid = "unknown target type '{0}' specified for character device", InvalidCode = XmlCode.Unsupported)] public CharTargetType? Type { get; init; }

    [XmlAttribute] public string? Address { get; init; }

    /// <summary>The name of a channel's port.</summary>
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public int? Port { get; init; }

    /// <summary>Whether the guest holds the channel open; only in live documents.</summary>
    [XmlAttribute] public string? State { get; init; }

    [XmlElement("model", Value = "name", Invalid = "unknown target model '{0}' specified for character device", InvalidCode = XmlCode.Unsupported)] public CharTargetModel? Model { get; init; }
}

/// <summary>The device of a serial port.</summary>
[XmlEnum]
public enum CharTargetModel
{
    [XmlName("isa-serial")] IsaSerial,
    [XmlName("usb-serial")] UsbSerial,
    [XmlName("pci-serial")] PciSerial,
    [XmlName("spapr-vty")] SpaprVty,
    Pl011, Sclpconsole, Sclplmconsole,
    [XmlName("16550a")] V16550a,
    [XmlName("isa-debugcon")] IsaDebugcon,
}

/// <summary>The kind of the guest's end.</summary>
[XmlEnum]
public enum CharTargetType
{
    None,
    [XmlName("isa-serial")] IsaSerial,
    [XmlName("usb-serial")] UsbSerial,
    [XmlName("pci-serial")] PciSerial,
    [XmlName("spapr-vio-serial")] SpaprVioSerial,
    [XmlName("system-serial")] SystemSerial,
    [XmlName("sclp-serial")] SclpSerial,
    [XmlName("isa-debug")] IsaDebug,
    Serial, Xen, Uml, Virtio, Lxc, Openvz, Sclp, Sclplm, Guestfwd,
}
