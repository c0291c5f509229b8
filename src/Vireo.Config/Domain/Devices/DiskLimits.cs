using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Limits of what is read from disks and written to them.</summary>
public interface IDiskLimits
{
    /// <summary>Bytes a second, read and written together.</summary>
    ulong? TotalBytesSec { get; init; }

    /// <summary>Bytes a second that are read.</summary>
    ulong? ReadBytesSec { get; init; }

    /// <summary>Bytes a second that are written.</summary>
    ulong? WriteBytesSec { get; init; }

    /// <summary>Requests a second of both kinds.</summary>
    ulong? TotalIopsSec { get; init; }

    /// <summary>Requests a second that read.</summary>
    ulong? ReadIopsSec { get; init; }

    /// <summary>Requests a second that write.</summary>
    ulong? WriteIopsSec { get; init; }

    /// <summary>The most of <see cref="TotalBytesSec"/> in a burst.</summary>
    ulong? TotalBytesSecMax { get; init; }

    /// <summary>The most of <see cref="ReadBytesSec"/> in a burst.</summary>
    ulong? ReadBytesSecMax { get; init; }

    /// <summary>The most of <see cref="WriteBytesSec"/> in a burst.</summary>
    ulong? WriteBytesSecMax { get; init; }

    /// <summary>The most of <see cref="TotalIopsSec"/> in a burst.</summary>
    ulong? TotalIopsSecMax { get; init; }

    /// <summary>The most of <see cref="ReadIopsSec"/> in a burst.</summary>
    ulong? ReadIopsSecMax { get; init; }

    /// <summary>The most of <see cref="WriteIopsSec"/> in a burst.</summary>
    ulong? WriteIopsSecMax { get; init; }

    /// <summary>Bytes that count as one request.</summary>
    ulong? SizeIopsSec { get; init; }

    /// <summary>The name of those who share the limits.</summary>
    string? GroupName { get; init; }

    /// <summary>Seconds that a burst of <see cref="TotalBytesSecMax"/> may last.</summary>
    ulong? TotalBytesSecMaxLength { get; init; }

    /// <summary>Seconds that a burst of <see cref="ReadBytesSecMax"/> may last.</summary>
    ulong? ReadBytesSecMaxLength { get; init; }

    /// <summary>Seconds that a burst of <see cref="WriteBytesSecMax"/> may last.</summary>
    ulong? WriteBytesSecMaxLength { get; init; }

    /// <summary>Seconds that a burst of <see cref="TotalIopsSecMax"/> may last.</summary>
    ulong? TotalIopsSecMaxLength { get; init; }

    /// <summary>Seconds that a burst of <see cref="ReadIopsSecMax"/> may last.</summary>
    ulong? ReadIopsSecMaxLength { get; init; }

    /// <summary>Seconds that a burst of <see cref="WriteIopsSecMax"/> may last.</summary>
    ulong? WriteIopsSecMaxLength { get; init; }
}

/// <summary>Limits of a disk's I/O.</summary>
[XmlRecord]
public sealed partial record DiskIotune : IDiskLimits
{
    [XmlElement("total_bytes_sec", Invalid = "disk iotune field 'total_bytes_sec' must be an integer")] public ulong? TotalBytesSec { get; init; }

    [XmlElement("read_bytes_sec", Invalid = "disk iotune field 'read_bytes_sec' must be an integer")] public ulong? ReadBytesSec { get; init; }

    [XmlElement("write_bytes_sec", Invalid = "disk iotune field 'write_bytes_sec' must be an integer")] public ulong? WriteBytesSec { get; init; }

    [XmlElement("total_iops_sec", Invalid = "disk iotune field 'total_iops_sec' must be an integer")] public ulong? TotalIopsSec { get; init; }

    [XmlElement("read_iops_sec", Invalid = "disk iotune field 'read_iops_sec' must be an integer")] public ulong? ReadIopsSec { get; init; }

    [XmlElement("write_iops_sec", Invalid = "disk iotune field 'write_iops_sec' must be an integer")] public ulong? WriteIopsSec { get; init; }

    [XmlElement("total_bytes_sec_max", Invalid = "disk iotune field 'total_bytes_sec_max' must be an integer")] public ulong? TotalBytesSecMax { get; init; }

    [XmlElement("read_bytes_sec_max", Invalid = "disk iotune field 'read_bytes_sec_max' must be an integer")] public ulong? ReadBytesSecMax { get; init; }

    [XmlElement("write_bytes_sec_max", Invalid = "disk iotune field 'write_bytes_sec_max' must be an integer")] public ulong? WriteBytesSecMax { get; init; }

    [XmlElement("total_iops_sec_max", Invalid = "disk iotune field 'total_iops_sec_max' must be an integer")] public ulong? TotalIopsSecMax { get; init; }

    [XmlElement("read_iops_sec_max", Invalid = "disk iotune field 'read_iops_sec_max' must be an integer")] public ulong? ReadIopsSecMax { get; init; }

    [XmlElement("write_iops_sec_max", Invalid = "disk iotune field 'write_iops_sec_max' must be an integer")] public ulong? WriteIopsSecMax { get; init; }

    [XmlElement("size_iops_sec", Invalid = "disk iotune field 'size_iops_sec' must be an integer")] public ulong? SizeIopsSec { get; init; }

    [XmlElement("group_name")] public string? GroupName { get; init; }

    [XmlElement("total_bytes_sec_max_length", Invalid = "disk iotune field 'total_bytes_sec_max_length' must be an integer")] public ulong? TotalBytesSecMaxLength { get; init; }

    [XmlElement("read_bytes_sec_max_length", Invalid = "disk iotune field 'read_bytes_sec_max_length' must be an integer")] public ulong? ReadBytesSecMaxLength { get; init; }

    [XmlElement("write_bytes_sec_max_length", Invalid = "disk iotune field 'write_bytes_sec_max_length' must be an integer")] public ulong? WriteBytesSecMaxLength { get; init; }

    [XmlElement("total_iops_sec_max_length", Invalid = "disk iotune field 'total_iops_sec_max_length' must be an integer")] public ulong? TotalIopsSecMaxLength { get; init; }

    [XmlElement("read_iops_sec_max_length", Invalid = "disk iotune field 'read_iops_sec_max_length' must be an integer")] public ulong? ReadIopsSecMaxLength { get; init; }

    [XmlElement("write_iops_sec_max_length", Invalid = "disk iotune field 'write_iops_sec_max_length' must be an integer")] public ulong? WriteIopsSecMaxLength { get; init; }
}

/// <summary>Limits that disks share; of later versions of libvirt.</summary>
[XmlRecord]
public sealed partial record ThrottleGroup : IDiskLimits
{
    [XmlElement("total_bytes_sec", Invalid = "throttle group field 'total_bytes_sec' must be an integer")] public ulong? TotalBytesSec { get; init; }

    [XmlElement("read_bytes_sec", Invalid = "throttle group field 'read_bytes_sec' must be an integer")] public ulong? ReadBytesSec { get; init; }

    [XmlElement("write_bytes_sec", Invalid = "throttle group field 'write_bytes_sec' must be an integer")] public ulong? WriteBytesSec { get; init; }

    [XmlElement("total_iops_sec", Invalid = "throttle group field 'total_iops_sec' must be an integer")] public ulong? TotalIopsSec { get; init; }

    [XmlElement("read_iops_sec", Invalid = "throttle group field 'read_iops_sec' must be an integer")] public ulong? ReadIopsSec { get; init; }

    [XmlElement("write_iops_sec", Invalid = "throttle group field 'write_iops_sec' must be an integer")] public ulong? WriteIopsSec { get; init; }

    [XmlElement("total_bytes_sec_max", Invalid = "throttle group field 'total_bytes_sec_max' must be an integer")] public ulong? TotalBytesSecMax { get; init; }

    [XmlElement("read_bytes_sec_max", Invalid = "throttle group field 'read_bytes_sec_max' must be an integer")] public ulong? ReadBytesSecMax { get; init; }

    [XmlElement("write_bytes_sec_max", Invalid = "throttle group field 'write_bytes_sec_max' must be an integer")] public ulong? WriteBytesSecMax { get; init; }

    [XmlElement("total_iops_sec_max", Invalid = "throttle group field 'total_iops_sec_max' must be an integer")] public ulong? TotalIopsSecMax { get; init; }

    [XmlElement("read_iops_sec_max", Invalid = "throttle group field 'read_iops_sec_max' must be an integer")] public ulong? ReadIopsSecMax { get; init; }

    [XmlElement("write_iops_sec_max", Invalid = "throttle group field 'write_iops_sec_max' must be an integer")] public ulong? WriteIopsSecMax { get; init; }

    [XmlElement("size_iops_sec", Invalid = "throttle group field 'size_iops_sec' must be an integer")] public ulong? SizeIopsSec { get; init; }

    [XmlElement("total_bytes_sec_max_length", Invalid = "throttle group field 'total_bytes_sec_max_length' must be an integer")] public ulong? TotalBytesSecMaxLength { get; init; }

    [XmlElement("read_bytes_sec_max_length", Invalid = "throttle group field 'read_bytes_sec_max_length' must be an integer")] public ulong? ReadBytesSecMaxLength { get; init; }

    [XmlElement("write_bytes_sec_max_length", Invalid = "throttle group field 'write_bytes_sec_max_length' must be an integer")] public ulong? WriteBytesSecMaxLength { get; init; }

    [XmlElement("total_iops_sec_max_length", Invalid = "throttle group field 'total_iops_sec_max_length' must be an integer")] public ulong? TotalIopsSecMaxLength { get; init; }

    [XmlElement("read_iops_sec_max_length", Invalid = "throttle group field 'read_iops_sec_max_length' must be an integer")] public ulong? ReadIopsSecMaxLength { get; init; }

    [XmlElement("write_iops_sec_max_length", Invalid = "throttle group field 'write_iops_sec_max_length' must be an integer")] public ulong? WriteIopsSecMaxLength { get; init; }

    [XmlElement("group_name")] public string? GroupName { get; init; }
}

/// <summary>A group that a disk belongs to.</summary>
[XmlRecord]
public sealed partial record ThrottleFilter
{
    /// <summary>The name of the <see cref="ThrottleGroup"/>.</summary>
    [XmlAttribute] public string? Group { get; init; }
}
