using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>What is booted and how.</summary>
[XmlRecord]
public sealed partial record OsConfig
{
    [XmlAttribute(Invalid = "unknown firmware value {0}")] public OsFirmware? Firmware { get; init; }

    [XmlElement] public OsType? Type { get; init; }

    [XmlElement("firmware")] public FirmwareConfig? FirmwareDetails { get; init; }

    [XmlElement] public string? Init { get; init; }

    [XmlElement("initarg")] public ConfigList<string> Initargs { get; init; }

    [XmlElement("initenv")] public ConfigList<NamedText> Initenvs { get; init; }

    [XmlElement] public string? Initdir { get; init; }

    [XmlElement] public string? Inituser { get; init; }

    [XmlElement] public string? Initgroup { get; init; }

    [XmlElement] public LoaderConfig? Loader { get; init; }

    [XmlElement] public NvramConfig? Nvram { get; init; }

    [XmlElement] public string? Kernel { get; init; }

    [XmlElement] public string? Initrd { get; init; }

    [XmlElement] public string? Cmdline { get; init; }

    [XmlElement] public string? Dtb { get; init; }

    [XmlElement] public string? Root { get; init; }

    [XmlElement("table", Wrapper = "acpi")] public ConfigList<AcpiTable> AcpiTables { get; init; }

    /// <summary>The boot order by kind of device.</summary>
    [XmlElement("boot", Value = "dev")] public ConfigList<BootDevice> Boots { get; init; }

    [XmlElement] public BootmenuConfig? Bootmenu { get; init; }

    [XmlElement] public BiosConfig? Bios { get; init; }

    [XmlElement("smbios", Value = "mode", Invalid = "unknown smbios mode '{0}'", InvalidCode = XmlCode.Unsupported)] public SmbiosMode? SmbiosMode { get; init; }
}

/// <summary>Whose SMBIOS tables the guest sees.</summary>
[XmlEnum]
public enum SmbiosMode
{
    None, Emulate, Host, Sysinfo,
}

/// <summary>Firmware chosen by its kind.</summary>
[XmlEnum]
public enum OsFirmware
{
    Bios, Efi,
}

/// <summary>A kind of device to boot from.</summary>
[XmlEnum]
public enum BootDevice
{
    Fd, Cdrom, Hd, Network,
}

/// <summary>The guest's kind and the machine it runs on.</summary>
[XmlRecord]
public sealed partial record OsType
{
    [XmlAttribute] public string? Arch { get; init; }

    [XmlAttribute] public string? Machine { get; init; }

    /// <summary>The kind: <c>hvm</c>, <c>exe</c>, <c>linux</c>, …</summary>
    [XmlText] public string? Kind { get; init; }
}

/// <summary>What the firmware must have.</summary>
[XmlRecord]
public sealed partial record FirmwareConfig
{
    [XmlElement("feature")] public ConfigList<FirmwareFeature> Features { get; init; }
}

/// <summary>A feature the firmware must have or not.</summary>
[XmlRecord]
public sealed partial record FirmwareFeature
{
    [XmlAttribute] public bool? Enabled { get; init; }

    [XmlAttribute] public string? Name { get; init; }
}

/// <summary>The firmware's image.</summary>
[XmlRecord]
public sealed partial record LoaderConfig
{
    [XmlAttribute] public bool? Readonly { get; init; }

    [XmlAttribute] public bool? Secure { get; init; }

    [XmlAttribute] public LoaderType? Type { get; init; }

    [XmlAttribute] public bool? Stateless { get; init; }

    [XmlAttribute] public string? Format { get; init; }

    [XmlText] public string? Path { get; init; }
}

/// <summary>How the firmware is mapped.</summary>
[XmlEnum]
public enum LoaderType
{
    Rom, Pflash,
}

/// <summary>The firmware's variables: a plain path, or a source like a disk's.</summary>
[XmlRecord]
public sealed partial record NvramConfig
{
    [XmlAttribute] public string? Template { get; init; }

    [XmlAttribute] public DiskType? Type { get; init; }

    [XmlAttribute] public string? Format { get; init; }

    [XmlText] public string? Path { get; init; }

    [XmlElement] public DiskSource? Source { get; init; }
}

/// <summary>An ACPI table given to the guest.</summary>
[XmlRecord]
public sealed partial record AcpiTable
{
    [XmlAttribute(Invalid = "Unknown acpi table type: {0}", Missing = "Missing acpi table type")] public AcpiTableType? Type { get; init; }

    [XmlText] public string? Path { get; init; }
}

/// <summary>The kind of an ACPI table.</summary>
[XmlEnum]
public enum AcpiTableType
{
    Slic,
}

/// <summary>The boot menu.</summary>
[XmlRecord]
public sealed partial record BootmenuConfig
{
    [XmlAttribute] public bool? Enable { get; init; }

    /// <summary>How long it is shown, in milliseconds.</summary>
    [XmlAttribute] public uint? Timeout { get; init; }
}

/// <summary>BIOS settings.</summary>
[XmlRecord]
public sealed partial record BiosConfig
{
    [XmlAttribute] public bool? Useserial { get; init; }

    /// <summary>Milliseconds until a reboot after a failed boot; -1 for never.</summary>
    [XmlAttribute] public int? RebootTimeout { get; init; }
}

/// <summary>A text with a name.</summary>
[XmlRecord]
public sealed partial record NamedText
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlText] public string? Text { get; init; }
}

/// <summary>User and group id maps of containers.</summary>
[XmlRecord]
public sealed partial record IdmapConfig
{
    [XmlElement("uid")] public ConfigList<IdmapEntry> Uids { get; init; }

    [XmlElement("gid")] public ConfigList<IdmapEntry> Gids { get; init; }
}

/// <summary>A range of ids.</summary>
[XmlRecord]
public sealed partial record IdmapEntry
{
    [XmlAttribute(Invalid = "invalid idmap start/target/count settings", Missing = "invalid idmap start/target/count settings")] public uint? Start { get; init; }

    [XmlAttribute(Invalid = "invalid idmap start/target/count settings", Missing = "invalid idmap start/target/count settings")] public uint? Target { get; init; }

    [XmlAttribute(Invalid = "invalid idmap start/target/count settings", Missing = "invalid idmap start/target/count settings")] public uint? Count { get; init; }
}

/// <summary>SMBIOS or firmware configuration tables.</summary>
[XmlRecord]
public sealed partial record SysinfoConfig
{
    [XmlAttribute(Required = true)] public SysinfoType? Type { get; init; }

    [XmlElement("entry", Wrapper = "bios")] public ConfigList<NamedText> Bios { get; init; }

    [XmlElement("entry", Wrapper = "system")] public ConfigList<NamedText> System { get; init; }

    [XmlElement("baseBoard")] public ConfigList<SysinfoEntries> BaseBoards { get; init; }

    [XmlElement("entry", Wrapper = "chassis")] public ConfigList<NamedText> Chassis { get; init; }

    [XmlElement("entry", Wrapper = "oemStrings")] public ConfigList<string> OemStrings { get; init; }

    [XmlElement("entry")] public ConfigList<FwCfgEntry> Entries { get; init; }
}

/// <summary>The kind of a table.</summary>
[XmlEnum]
public enum SysinfoType
{
    Smbios, Fwcfg,
}

/// <summary>One table's entries.</summary>
[XmlRecord]
public sealed partial record SysinfoEntries
{
    [XmlElement("entry")] public ConfigList<NamedText> Entries { get; init; }
}

/// <summary>A firmware configuration blob, given here or in a file.</summary>
[XmlRecord]
public sealed partial record FwCfgEntry
{
    [XmlAttribute] public string? Name { get; init; }

    [XmlAttribute] public string? File { get; init; }

    [XmlText] public string? Text { get; init; }
}
