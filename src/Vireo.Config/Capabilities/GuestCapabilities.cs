using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>One kind of guest.</summary>
[XmlRecord]
public sealed partial record GuestCapabilities
{
    [XmlElement("os_type")] public string? OsType { get; init; }

    [XmlElement] public GuestArchitecture? Arch { get; init; }

    [XmlElement] public GuestFeatures? Features { get; init; }
}

/// <summary>An architecture, its machines and the hypervisors for it.</summary>
[XmlRecord]
public sealed partial record GuestArchitecture
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlElement] public uint? Wordsize { get; init; }

    [XmlElement] public string? Emulator { get; init; }

    [XmlElement] public string? Loader { get; init; }

    [XmlElement("machine")] public ConfigList<GuestMachine> Machines { get; init; }

    [XmlElement("domain")] public ConfigList<GuestDomain> Domains { get; init; }
}

/// <summary>A machine type.</summary>
[XmlRecord]
public sealed partial record GuestMachine
{
    [XmlAttribute] public string? Canonical { get; init; }

    [XmlAttribute] public uint? MaxCpus { get; init; }

    [XmlAttribute] public bool? Deprecated { get; init; }

    [XmlText] public string? Name { get; init; }
}

/// <summary>A kind of hypervisor, with its own emulator and machines where they differ.</summary>
[XmlRecord]
public sealed partial record GuestDomain
{
    [XmlAttribute] public string? Type { get; init; }

    [XmlElement] public string? Emulator { get; init; }

    [XmlElement] public string? Loader { get; init; }

    [XmlElement("machine")] public ConfigList<GuestMachine> Machines { get; init; }
}

/// <summary>What a kind of guest can have.</summary>
[XmlRecord]
public sealed partial record GuestFeatures
{
    [XmlPresence] public bool Pae { get; init; }

    [XmlPresence] public bool Nonpae { get; init; }

    [XmlPresence("ia64_be")] public bool Ia64Be { get; init; }

    [XmlElement] public GuestFeatureToggle? Acpi { get; init; }

    [XmlElement] public GuestFeatureToggle? Apic { get; init; }

    [XmlPresence] public bool Cpuselection { get; init; }

    [XmlPresence] public bool Deviceboot { get; init; }

    [XmlElement] public GuestFeatureToggle? Disksnapshot { get; init; }

    [XmlElement] public GuestFeatureToggle? Hap { get; init; }

    [XmlPresence] public bool ExternalSnapshot { get; init; }
}

/// <summary>A feature's default, and whether it can be changed.</summary>
[XmlRecord]
public sealed partial record GuestFeatureToggle
{
    [XmlAttribute(OnOff = true)] public bool? Default { get; init; }

    [XmlAttribute] public bool? Toggle { get; init; }
}
