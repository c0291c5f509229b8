using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Disks whose images another process has, which QEMU talks to over a socket: nearly all that is told of a disk is that process's affair.</summary>
internal static class VhostUserDisks
{
    /// <summary>Refuses what cannot be asked of one, with libvirt's codes and messages.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(DomainConfig config)
    {
        var shared = config.MemoryBacking?.Access == MemoryAccess.Shared || config.Cpu?.Numa?.Cells.Any(c => c.MemAccess == MemoryAccess.Shared) == true;
        foreach (var disk in config.Devices.Disks)
        {
            if (disk.Type != DiskType.VhostUser)
            {
                continue;
            }

            if (Missing(disk.Source) is { } error)
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, error);
            }

            if ((Place(disk) ?? (Foreign(disk, disk.Driver ?? new DiskDriver()) is { } what ? $"{what} is not supported with vhostuser disk" : null)) is { } refusal)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
            }

            if (!shared)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "'vhostuser' requires shared memory");
            }
        }
    }

    private static string? Missing(DiskSource? source) => source switch
    {
        not { Type: { Length: > 0 } } => "missing 'type' attribute for vhostuser disk source",
        not { Path: { Length: > 0 } } => "missing 'path' attribute for vhostuser disk source",
        { StartupPolicy: { } policy } => $"disk startupPolicy '{policy.ToXmlName()}' is not allowed for disk of 'vhostuser' type",
        _ => null,
    };

    private static string? Place(DiskConfig disk) => disk switch
    {
        { Snapshot: not (null or SnapshotLocation.No) } => "only snapshot=no is supported with vhostuser disk",
        { Device: DiskDevice.Lun } => "disk device='lun' is only valid for block type disk source",
        { Target.Bus: not DiskBus.Virtio } => "vhostuser disk supports only virtio bus",
        _ => null,
    };

    // What only QEMU could do, if it had the image.
    private static string? Foreign(DiskConfig disk, DiskDriver driver) =>
        disk.BackingStore is not null ? "backingStore"
        : disk.Encryption is not null || disk.Source?.Encryption is not null ? "encryption"
        : disk.Mirror is not null ? "mirror"
        : disk.Auth is not null ? "auth"
        : disk.Transient is not null ? "transient"
        : disk.Serial is not null ? "serial"
        : disk.Wwn is not null ? "wwn"
        : disk.Vendor is not null ? "vendor"
        : disk.Product is not null ? "product"
        : disk.Geometry is not null ? "geometry"
        : disk.Blockio is not null ? "blockio"
        : disk.Iotune is not null ? "iotune"
        : !disk.Throttlefilters.IsEmpty ? "throttlefilters"
        : disk.Readonly ? "readonly"
        : disk.Shareable ? "shareable"
        : Foreign(driver);

    private static string? Foreign(DiskDriver driver) =>
        driver.Cache is not (null or DiskCache.Default) ? "cache"
        : driver.ErrorPolicy is not (null or DiskErrorPolicy.Default) ? "error_policy"
        : driver.RerrorPolicy is not (null or DiskErrorPolicy.Default) ? "rerror_policy"
        : driver.Io is not (null or DiskIo.Default) ? "io"
        : driver.Ioeventfd is not null ? "ioeventfd"
        : driver.CopyOnRead is not null ? "copy_on_read"
        : driver.Discard is not (null or DiskDiscard.Default) ? "discard"
        : driver.Iothread is not null || !driver.Iothreads.IsEmpty ? "iothread"
        : driver.DetectZeroes is not (null or DiskDetectZeroes.Default) ? "detect_zeroes"
        : null;
}
