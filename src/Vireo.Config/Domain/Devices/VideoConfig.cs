using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A graphics card.</summary>
[XmlRecord]
public sealed partial record VideoConfig : DeviceConfig
{
    [XmlElement] public VideoDriver? Driver { get; init; }

    [XmlElement] public VideoModel? Model { get; init; }
}

/// <summary>How the hypervisor drives a graphics card.</summary>
[XmlRecord]
public sealed partial record VideoDriver
{
    [XmlAttribute(OnOff = true)] public bool? Iommu { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ats { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Packed { get; init; }

    [XmlAttribute("page_per_vq", OnOff = true)] public bool? PagePerVq { get; init; }

    [XmlAttribute] public VgaConfiguration? Vgaconf { get; init; }

    [XmlAttribute] public VideoDriverName? Name { get; init; }
}

/// <summary>How bhyve shows VGA.</summary>
[XmlEnum]
public enum VgaConfiguration
{
    Io, On, Off,
}

/// <summary>What draws.</summary>
[XmlEnum]
public enum VideoDriverName
{
    Qemu, Vhostuser,
}

/// <summary>A graphics card's model; memory in KiB.</summary>
[XmlRecord]
public sealed partial record VideoModel
{
    [XmlAttribute(Invalid = "unknown video model '{0}'", InvalidCode = XmlCode.Unsupported)] public VideoType? Type { get; init; }

    [XmlAttribute(Invalid = "cannot parse video ram '{0}'")] public uint? Ram { get; init; }

    [XmlAttribute(Invalid = "cannot parse video vram '{0}'")] public uint? Vram { get; init; }

    [XmlAttribute(Invalid = "cannot parse video vram64 '{0}'")] public uint? Vram64 { get; init; }

    [XmlAttribute(Invalid = "cannot parse video vgamem '{0}'")] public uint? Vgamem { get; init; }

    [XmlAttribute(Invalid = "cannot parse video heads '{0}'", InvalidCode = XmlCode.Internal)] public uint? Heads { get; init; }

    [XmlAttribute] public bool? Primary { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Blob { get; init; }

    [XmlElement] public VideoAcceleration? Acceleration { get; init; }

    [XmlElement] public VideoResolution? Resolution { get; init; }
}

/// <summary>A graphics card's type.</summary>
[XmlEnum]
public enum VideoType
{
    Default, Vga, Cirrus, Vmvga, Xen, Vbox, Qxl, Parallels, Virtio, Gop, None, Bochs, Ramfb,
}

/// <summary>Acceleration of drawing.</summary>
[XmlRecord]
public sealed partial record VideoAcceleration
{
    [XmlAttribute] public bool? Accel3d { get; init; }

    [XmlAttribute] public bool? Accel2d { get; init; }

    [XmlAttribute] public string? Rendernode { get; init; }
}

/// <summary>The first resolution.</summary>
[XmlRecord]
public sealed partial record VideoResolution
{
    [XmlAttribute(Required = true)] public uint? X { get; init; }

    [XmlAttribute(Required = true)] public uint? Y { get; init; }
}
