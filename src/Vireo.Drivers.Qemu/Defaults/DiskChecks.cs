using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses disks that cannot be had, with libvirt's codes and messages.</summary>
internal static class DiskChecks
{
    /// <summary>What must hold of every disk of a finished document.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="controllers">The document's controllers.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR, VIR_ERR_NO_SOURCE.</exception>
    public static void Check(DiskConfig disk, ConfigList<ControllerConfig> controllers)
    {
        var target = disk.Target!.Dev!;
        var bus = disk.Target.Bus!.Value;
        Passed(disk);
        NvmeChecks.Check(disk);
        DiskLimitRules.Check(disk);
        if (disk.Device is DiskDevice.Disk or DiskDevice.Lun && (disk.Source is null || DiskDefaults.IsEmpty(disk)) && disk.Type != DiskType.VhostUser)
        {
            throw new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, target);
        }

        if (DiskDefaults.AddressRefusal(disk) is null && !HasName(disk))
        {
            throw VireoException.Internal(ErrorDomain.Domain, $"Invalid {(disk.Device == DiskDevice.Floppy ? "floppy" : "harddisk")} device name: {target}");
        }

        if (!disk.Throttlefilters.IsEmpty && disk is { Device: DiskDevice.Cdrom } or { Iotune: not null })
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Domain, disk.Device == DiskDevice.Cdrom
                ? "cdrom device with throttle filters isn't supported"
                : $"block 'throttlefilters' can't be used together with 'iotune' for disk '{target}'");
        }

        if (bus == DiskBus.Usb && disk.Address is not (null or UsbAddress))
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "unexpected address type for usb disk");
        }

        if (disk.Serial is not null && bus is not (DiskBus.Scsi or DiskBus.Virtio or DiskBus.Ide or DiskBus.Sata or DiskBus.Usb))
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"Serial property not supported for drive bus '{bus.ToXmlName()}'");
        }

        if (bus == DiskBus.Scsi && disk.Address is DriveAddress { Bus: > 0 })
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "SCSI controller only supports 1 bus");
        }

        var refusal = DiskDefaults.AddressRefusal(disk) ?? Narrow(disk, bus, controllers) ?? (disk switch
        {
            { Transient: not null, Readonly: true } => $"transient disk '{target}' must not be read-only",
            { Transient: not null, Device: DiskDevice.Cdrom or DiskDevice.Floppy or DiskDevice.Lun } => $"disk device '{disk.Device.Value.ToXmlName()}' does not support transient option",
            { Device: DiskDevice.Lun, Type: DiskType.Network, Source.Protocol: not DiskProtocol.Iscsi } => $"disk device='lun' is not supported for protocol='{disk.Source?.Protocol?.ToXmlName()}'",
            { Device: DiskDevice.Lun } when bus is not (DiskBus.Scsi or DiskBus.Virtio) => $"disk device='lun' is not supported for bus='{bus.ToXmlName()}'",
            { Device: DiskDevice.Lun, Driver.Type: not (null or "raw") } => "disk device 'lun' must use 'raw' format",
            { Device: not DiskDevice.Lun, Source.Reservations: not null } => "<reservations/> allowed only for lun devices",
            { Device: DiskDevice.Disk or DiskDevice.Lun, Target.Tray: not null } => "tray is only valid for cdrom and floppy",
            { Type: DiskType.Dir, Driver.Type: not "fat", Source: not null } => "storage type 'dir' requires use of storage format 'fat'",
            { Type: DiskType.Dir, Readonly: false, Source: not null } => "virtual FAT storage can't be accessed in read-write mode",
            { Readonly: true, Device: DiskDevice.Disk } when bus is DiskBus.Ide or DiskBus.Sata => $"readonly {bus.ToXmlName()} disks are not supported",
            { Shareable: true, Readonly: false, Driver.Type: not (null or "raw") } => $"shared access for disk '{target}' requires use of supported storage format",
            _ => null,
        }) ?? Secret(disk.Auth ?? disk.Source?.Auth, disk.Source?.Protocol) ?? Encryption(disk.Encryption ?? disk.Source?.Encryption, disk.Source?.Protocol);
        if (refusal is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        }
    }

    // What a guest may do with the device of the host itself.
    private static void Passed(DiskConfig disk)
    {
        var refusal = disk switch
        {
            { Sgio: Sgio.Unfiltered } => "unfiltered sgio is no longer supported",
            { Rawio: not null, Device: not DiskDevice.Lun } => "rawio can be used only with device='lun'",
            { Device: DiskDevice.Lun, Type: DiskType.File or DiskType.Dir or DiskType.Nvme } => "disk device='lun' is only valid for block type disk source",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        }
    }

    private static bool HasName(DiskConfig disk) => disk.Device switch
    {
        DiskDevice.Floppy => disk.Target!.Dev!.StartsWith("fd", StringComparison.Ordinal),
        DiskDevice.Cdrom => true,
        _ => DriveName.Index(disk.Target!.Dev!) >= 0 && !disk.Target.Dev!.StartsWith("fd", StringComparison.Ordinal),
    };

    /// <summary>Who is to be asked for a disk has to be named together with the secret.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void RequireSecret(StorageAuth? auth)
    {
        var refusal = auth switch
        {
            { Secret: null } => "Missing <secret> element in auth",
            { Secret: { Uuid: null, Usage: null } } => "missing secret uuid or usage attribute",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Storage, refusal);
        }
    }

    /// <summary>Every secret of an encryption has to be named.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void RequireSecrets(StorageEncryption? encryption)
    {
        if (encryption?.Secrets.Any(secret => secret is { Uuid: null, Usage: null }) == true)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Storage, "missing secret uuid or usage attribute");
        }
    }

    /// <summary>A helper for reservations that is not the daemon's has to be named as a whole.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void RequireHelper(ReservationsConfig? reservations)
    {
        var source = reservations?.Source ?? new ReservationsSource();
        var refusal = reservations is null or { Managed: true } && source == new ReservationsSource() ? null : source switch
        {
            { Type: null or "" } => "missing connection type for <reservations/>",
            { Path: null or "" } => "missing path for <reservations/>",
            { Mode: null or "" } => "missing connection mode for <reservations/>",
            { Type: not "unix" } => $"unsupported connection type for <reservations/>: {source.Type}",
            { Mode: not "client" } => $"unsupported connection mode for <reservations/>: {source.Mode}",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Storage, refusal);
        }
    }

    private static string? Narrow(DiskConfig disk, DiskBus bus, ConfigList<ControllerConfig> controllers) =>
        bus == DiskBus.Scsi && disk.Address is DriveAddress { Target: > 0 } drive && controllers.Any(c => c is { Type: ControllerType.Scsi, Model: "lsilogic" } && c.Index == drive.Controller)
            ? "target must be 0 for controller model 'lsilogic'"
            : null;

    private static string? Secret(StorageAuth? auth, DiskProtocol? protocol) => auth?.Secret switch
    {
        null => null,
        { Type: not ("none" or "volume" or "ceph" or "iscsi" or "tls" or "vtpm") and var unknown } => $"unknown secret type '{unknown ?? "<null>"}'",
        { Type: not "iscsi" and var type } when protocol == DiskProtocol.Iscsi => $"invalid secret type '{type}'",
        { Type: not "ceph" and var type } when protocol == DiskProtocol.Rbd => $"invalid secret type '{type}'",
        _ => null,
    };

    private static string? Encryption(StorageEncryption? encryption, DiskProtocol? protocol) => encryption switch
    {
        { Format: "qcow" or "default" } => "old qcow/qcow2 encryption is not supported",
        { Cipher: not null } => "supplying <cipher> for domain disk definition is unnecessary",
        { Engine: EncryptionEngine.Qemu, Format: "luks2" or "luks-any" } => $"{encryption.Format} is currently not supported by the qemu encryption engine",
        { Engine: EncryptionEngine.Librbd } when protocol != DiskProtocol.Rbd => "librbd encryption is supported only with RBD backed disks",
        _ => null,
    };
}
