using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A SCSI adapter.</summary>
[XmlRecord]
[XmlVariant("scsi_host")]
public sealed partial record ScsiHostCapability : NodeDeviceCapability
{
    [XmlElement] public uint? Host { get; init; }

    [XmlElement("unique_id")] public uint? UniqueId { get; init; }

    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>A Fibre Channel adapter.</summary>
[XmlRecord]
[XmlVariant("fc_host")]
public sealed partial record FcHostCapability : NodeDeviceCapability
{
    [XmlElement] public string? Wwnn { get; init; }

    [XmlElement] public string? Wwpn { get; init; }

    [XmlElement("fabric_wwn")] public string? FabricWwn { get; init; }
}

/// <summary>An adapter that virtual ones can be made on.</summary>
[XmlRecord]
[XmlVariant("vport_ops")]
public sealed partial record VportCapability : NodeDeviceCapability
{
    [XmlElement("max_vports")] public uint? MaxVports { get; init; }

    [XmlElement] public uint? Vports { get; init; }
}

/// <summary>A SCSI target.</summary>
[XmlRecord]
[XmlVariant("scsi_target")]
public sealed partial record ScsiTargetCapability : NodeDeviceCapability
{
    [XmlElement] public string? Target { get; init; }

    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>A Fibre Channel port at the other end.</summary>
[XmlRecord]
[XmlVariant("fc_remote_port")]
public sealed partial record FcRemotePortCapability : NodeDeviceCapability
{
    [XmlElement] public string? Rport { get; init; }

    [XmlElement] public string? Wwpn { get; init; }
}

/// <summary>A SCSI device.</summary>
[XmlRecord]
[XmlVariant("scsi")]
public sealed partial record ScsiCapability : NodeDeviceCapability
{
    [XmlElement] public uint? Host { get; init; }

    [XmlElement] public uint? Bus { get; init; }

    [XmlElement] public uint? Target { get; init; }

    [XmlElement] public uint? Lun { get; init; }

    [XmlElement("type")] public string? DeviceType { get; init; }
}

/// <summary>The generic node of a SCSI device.</summary>
[XmlRecord]
[XmlVariant("scsi_generic")]
public sealed partial record ScsiGenericCapability : NodeDeviceCapability
{
    [XmlElement] public string? Char { get; init; }
}

/// <summary>A drive.</summary>
[XmlRecord]
[XmlVariant("storage")]
public sealed partial record StorageCapability : NodeDeviceCapability
{
    [XmlElement] public string? Block { get; init; }

    [XmlElement] public string? Bus { get; init; }

    [XmlElement("drive_type")] public string? DriveType { get; init; }

    [XmlElement] public string? Model { get; init; }

    [XmlElement] public string? Vendor { get; init; }

    [XmlElement] public string? Serial { get; init; }

    /// <summary>Bytes, of a drive whose medium stays.</summary>
    [XmlElement] public ulong? Size { get; init; }

    [XmlElement("logical_block_size")] public ulong? LogicalBlockSize { get; init; }

    [XmlElement("num_blocks")] public ulong? NumBlocks { get; init; }

    [XmlElement("capability")] public ConfigList<NodeDeviceCapability> Capabilities { get; init; }
}

/// <summary>A drive whose medium can be taken out.</summary>
[XmlRecord]
[XmlVariant("removable")]
public sealed partial record RemovableCapability : NodeDeviceCapability
{
    /// <summary>1 when a medium is in.</summary>
    [XmlElement("media_available")] public uint? MediaAvailable { get; init; }

    /// <summary>Bytes.</summary>
    [XmlElement("media_size")] public ulong? MediaSize { get; init; }

    [XmlElement("media_label")] public string? MediaLabel { get; init; }

    [XmlElement("logical_block_size")] public ulong? LogicalBlockSize { get; init; }

    [XmlElement("num_blocks")] public ulong? NumBlocks { get; init; }
}

/// <summary>A drive that comes and goes while the host runs.</summary>
[XmlRecord]
[XmlVariant("hotpluggable")]
public sealed partial record HotpluggableCapability : NodeDeviceCapability;
