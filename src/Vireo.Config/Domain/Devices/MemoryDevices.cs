using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The memory balloon.</summary>
[XmlRecord]
public sealed partial record MemballoonConfig : DeviceConfig
{
    [XmlAttribute(Required = true)] public MemballoonModel? Model { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Autodeflate { get; init; }

    [XmlAttribute(OnOff = true)] public bool? FreePageReporting { get; init; }

    [XmlElement("stats", Value = "period")] public uint? StatsPeriod { get; init; }

    [XmlElement(Last = true)] public VirtioDriver? Driver { get; init; }
}

/// <summary>A balloon's model.</summary>
[XmlEnum]
public enum MemballoonModel
{
    Virtio, Xen, None,
    [XmlName("virtio-transitional")] VirtioTransitional,
    [XmlName("virtio-non-transitional")] VirtioNonTransitional,
}

/// <summary>Memory shared between guests.</summary>
[XmlRecord]
public sealed partial record ShmemConfig : DeviceConfig
{
    [XmlAttribute(Missing = "shmem element must contain 'name' attribute")] public string? Name { get; init; }

    [XmlAttribute] public ShmemRole? Role { get; init; }

    [XmlElement("model", Value = "type")] public ShmemModel? Model { get; init; }

    [XmlElement("size", Unit = "M")] public DataSize? Size { get; init; }

    [XmlElement] public ShmemServer? Server { get; init; }

    [XmlElement] public ShmemMsi? Msi { get; init; }

    internal void Check(DocumentReader reader)
    {
        if (Msi is not null && Server is null)
        {
            throw reader.Error("msi option is only supported with a server", reader.Domain);
        }
    }
}

/// <summary>Whether the memory moves with the guest.</summary>
[XmlEnum]
public enum ShmemRole
{
    Master, Peer,
}

/// <summary>How memory is shared.</summary>
[XmlEnum]
public enum ShmemModel
{
    Ivshmem,
    [XmlName("ivshmem-plain")] IvshmemPlain,
    [XmlName("ivshmem-doorbell")] IvshmemDoorbell,
}

/// <summary>The server that hands the memory out.</summary>
[XmlRecord]
public sealed partial record ShmemServer
{
    [XmlAttribute] public string? Path { get; init; }
}

/// <summary>Interrupts of shared memory.</summary>
[XmlRecord]
public sealed partial record ShmemMsi
{
    [XmlAttribute] public uint? Vectors { get; init; }

    [XmlAttribute(OnOff = true)] public bool? Ioeventfd { get; init; }
}

/// <summary>A memory module.</summary>
[XmlRecord]
public sealed partial record MemoryDevice : DeviceConfig
{
    [XmlAttribute(Required = true)] public MemoryModel? Model { get; init; }

    [XmlAttribute] public MemoryAccess? Access { get; init; }

    [XmlAttribute] public bool? Discard { get; init; }

    [XmlElement] public string? Uuid { get; init; }

    [XmlElement] public MemoryDeviceSource? Source { get; init; }

    [XmlElement(Missing = "missing <target> element for <memory> device")] public MemoryDeviceTarget? Target { get; init; }
}

/// <summary>The kind of a memory module.</summary>
[XmlEnum]
public enum MemoryModel
{
    Dimm, Nvdimm,
    [XmlName("virtio-pmem")] VirtioPmem,
    [XmlName("virtio-mem")] VirtioMem,
    [XmlName("sgx-epc")] SgxEpc,
}

/// <summary>What backs a memory module.</summary>
[XmlRecord]
public sealed partial record MemoryDeviceSource
{
    [XmlElement(Form = "Bitmap")] public string? Nodemask { get; init; }

    [XmlElement] public string? Path { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Alignsize { get; init; }

    [XmlPresence] public bool Pmem { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Pagesize { get; init; }
}

/// <summary>A memory module as the guest sees it.</summary>
[XmlRecord]
public sealed partial record MemoryDeviceTarget
{
    /// <summary>Of later versions of libvirt.</summary>
    [XmlAttribute] public bool? DynamicMemslots { get; init; }

    [XmlElement(Unit = "KiB", Missing = "missing element or attribute './size'")] public DataSize? Size { get; init; }

    [XmlElement] public uint? Node { get; init; }

    [XmlElement("size", Wrapper = "label", Unit = "KiB")] public ConfigList<DataSize> Label { get; init; }

    [XmlPresence] public bool Readonly { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Block { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Requested { get; init; }

    [XmlElement(Unit = "KiB")] public DataSize? Current { get; init; }

    [XmlElement("address", Value = "base", Hex = 1)] public ulong? AddressBase { get; init; }
}
