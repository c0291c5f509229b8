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

    internal void Check(DocumentReader reader) => CharSource.CheckAll(reader, Type, Sources);
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

    /// <summary>Checks the sources that a character device of a type has: their number, and what they must say.</summary>
    internal static void CheckAll(DocumentReader reader, CharType? type, ConfigList<CharSource> sources)
    {
        switch (type)
        {
            case CharType.Dev or CharType.File or CharType.Pipe or CharType.Nmdm or CharType.Unix when sources.Count > 1:
            case CharType.Tcp when sources.Count > 1:
                throw reader.Error("only one source element is allowed for character device", reader.Domain);
            case CharType.Udp when sources.Count > 2:
                throw reader.Error("only two source elements are allowed for character device", reader.Domain);
            case CharType.Tcp:
                Need(reader, "host", sources.Find(s => s.Host is { Length: > 0 }));
                Need(reader, "service", sources.Find(s => s.Service is { Length: > 0 }));
                break;
            case CharType.Udp:
                Need(reader, "service", sources.Find(s => s is { Mode: null or CharSourceMode.Connect, Service.Length: > 0 }));
                break;
        }
    }

    private static void Need(DocumentReader reader, string name, CharSource? source)
    {
        if (source is null)
        {
            throw reader.Error($"Missing source {name} attribute for char device", reader.Domain, ErrorCode.InternalError);
        }
    }
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
