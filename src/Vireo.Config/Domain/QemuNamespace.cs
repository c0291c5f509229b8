using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Arguments and environment passed to QEMU as they are.</summary>
[XmlRecord]
public sealed partial record QemuCommandline
{
    [XmlElement("arg", Namespace = XmlNamespaces.Qemu, Prefix = "qemu", Value = "value")] public ConfigList<string> Args { get; init; }

    [XmlElement("env", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public ConfigList<QemuEnvironment> Envs { get; init; }
}

/// <summary>One variable.</summary>
[XmlRecord]
public sealed partial record QemuEnvironment
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}

/// <summary>QEMU capabilities added and taken away.</summary>
[XmlRecord]
public sealed partial record QemuCapabilitiesOverride
{
    [XmlElement("add", Namespace = XmlNamespaces.Qemu, Prefix = "qemu", Value = "capability")] public ConfigList<string> Adds { get; init; }

    [XmlElement("del", Namespace = XmlNamespaces.Qemu, Prefix = "qemu", Value = "capability")] public ConfigList<string> Dels { get; init; }
}

/// <summary>Properties of QEMU devices overridden.</summary>
[XmlRecord]
public sealed partial record QemuOverride
{
    [XmlElement("device", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public ConfigList<QemuDeviceOverride> Devices { get; init; }
}

/// <summary>One device's overrides.</summary>
[XmlRecord]
public sealed partial record QemuDeviceOverride
{
    [XmlAttribute] public string? Alias { get; init; }

    [XmlElement("frontend", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public QemuFrontendOverride? Frontend { get; init; }
}

/// <summary>Properties of a device's frontend.</summary>
[XmlRecord]
public sealed partial record QemuFrontendOverride
{
    [XmlElement("property", Namespace = XmlNamespaces.Qemu, Prefix = "qemu")] public ConfigList<QemuProperty> Properties { get; init; }
}

/// <summary>One property.</summary>
[XmlRecord]
public sealed partial record QemuProperty
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Value { get; init; }
}

/// <summary>What deprecated features may do.</summary>
[XmlRecord]
public sealed partial record QemuDeprecation
{
    [XmlAttribute] public string? Behavior { get; init; }
}
