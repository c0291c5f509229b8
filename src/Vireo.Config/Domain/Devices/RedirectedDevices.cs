using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A smartcard.</summary>
[XmlRecord]
public sealed partial record SmartcardConfig : DeviceConfig
{
    [XmlAttribute(Required = true)] public SmartcardMode? Mode { get; init; }

    [XmlAttribute(Invalid = "unknown type presented to host for character device: {0}", InvalidCode = XmlCode.Unsupported)] public CharType? Type { get; init; }

    [XmlElement("certificate")] public ConfigList<string> Certificates { get; init; }

    [XmlElement(Invalid = "expecting absolute path: {0}", Form = "AbsolutePath")] public string? Database { get; init; }

    [XmlElement("source")] public ConfigList<CharSource> Sources { get; init; }

    [XmlElement("protocol", Value = "type")] public string? Protocol { get; init; }

    [XmlElement] public CharLog? Log { get; init; }

    [XmlElement] public CharTarget? Target { get; init; }

    internal void Check(DocumentReader reader) => CharSource.CheckAll(reader, Type, Sources);
}

/// <summary>Whose smartcard it is.</summary>
[XmlEnum]
public enum SmartcardMode
{
    Host,
    [XmlName("host-certificates")] HostCertificates,
    Passthrough,
}

/// <summary>A USB device redirected from a client.</summary>
[XmlRecord(Open = true)]
public sealed partial record RedirdevConfig : DeviceConfig
{
    [XmlAttribute(Invalid = "unknown redirdev bus '{0}'", InvalidCode = XmlCode.Unsupported)] public RedirdevBus? Bus { get; init; }

    [XmlAttribute(Invalid = "unknown type presented to host for character device: {0}", InvalidCode = XmlCode.Unsupported, Missing = "missing type in redirdev", MissingCode = XmlCode.Internal)] public CharType? Type { get; init; }

    [XmlElement("source")] public ConfigList<CharSource> Sources { get; init; }

    [XmlElement("protocol", Value = "type")] public string? Protocol { get; init; }

    [XmlElement] public CharLog? Log { get; init; }

    internal void Check(DocumentReader reader) => CharSource.CheckAll(reader, Type, Sources);
}

/// <summary>A redirected device's bus.</summary>
[XmlEnum]
public enum RedirdevBus
{
    Usb,
}

/// <summary>Which USB devices may be redirected.</summary>
[XmlRecord]
public sealed partial record RedirfilterConfig
{
    [XmlElement("usbdev")] public ConfigList<RedirUsbDevice> UsbDevices { get; init; }
}

/// <summary>One rule.</summary>
[XmlRecord]
public sealed partial record RedirUsbDevice
{
    [XmlAttribute(Form = "AnyInteger")] public string? Class { get; init; }

    [XmlAttribute(Form = "AnyInteger")] public string? Vendor { get; init; }

    [XmlAttribute(Form = "AnyInteger")] public string? Product { get; init; }

    [XmlAttribute(Invalid = "Cannot parse USB device version {0}", Form = "UsbVersion")] public string? Version { get; init; }

    [XmlAttribute(Required = true)] public bool? Allow { get; init; }
}
