using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Disks: their order, bus, driver and place on a controller.</summary>
internal static class DiskDefaults
{
    /// <summary>As many as a narrow SCSI bus has beside its controller, whatever the controller.</summary>
    public const uint UnitsOfScsi = 7;

    /// <summary>
    /// The number in a target's name: 0 for the first letter. <c>vda</c> is 0, <c>vdaa</c> 26; -1 when it is no such name.
    /// </summary>
    public static int IndexOf(string? target)
    {
        if (target is null || Prefix(target) is not { } prefix)
        {
            return -1;
        }

        long index = 0;
        var letters = 0;
        foreach (var c in target.AsSpan(prefix.Length))
        {
            if (c is not (>= 'a' and <= 'z'))
            {
                break;
            }

            index = (index * 26) + (c - 'a') + 1;
            if (++letters > 5)
            {
                return -1;
            }
        }

        return (int)index - 1;
    }

    /// <summary>Puts disks of one bus in the order of their targets, as far as the document names the bus.</summary>
    public static void Sort(DeviceDraft draft)
    {
        var sorted = new List<DiskConfig>(draft.Disks.Count);
        foreach (var disk in draft.Disks)
        {
            var at = -1;
            for (var i = sorted.Count - 1; i >= 0; i--)
            {
                if (sorted[i].Target?.Bus != disk.Target?.Bus)
                {
                    continue;
                }

                if (IndexOf(disk.Target?.Dev) >= IndexOf(sorted[i].Target?.Dev))
                {
                    at = i + 1;
                    break;
                }

                at = i;
            }

            sorted.Insert(at < 0 ? sorted.Count : at, disk);
        }

        draft.Disks = sorted;
    }

    /// <summary>Fills in device, bus and driver, and takes away what belongs to a run.</summary>
    public static void Apply(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk =>
    {
        var device = disk.Device ?? DiskDevice.Disk;
        var driver = disk.Driver ?? new DiskDriver();
        var readOnly = disk.Readonly || device == DiskDevice.Cdrom;
        var removable = device is DiskDevice.Cdrom or DiskDevice.Floppy;
        return disk with
        {
            Type = removable && disk.Source is null ? DiskType.File : disk.Type,
            Device = device,
            Snapshot = disk.Snapshot == SnapshotLocation.No && readOnly ? null : disk.Snapshot,
            Driver = disk.Type == DiskType.VhostUser ? disk.Driver : Driver(driver, disk.Type == DiskType.Volume && disk.Source is not null ? null : "raw"),
            Source = removable && IsEmpty(disk) && disk.Source!.StartupPolicy is null ? null : Source(disk.Source),
            BackingStore = disk.BackingStore is { } backing ? WithoutIndex(backing) : null,
            Mirror = null,
            Target = disk.Target! with { Bus = disk.Target.Bus ?? BusOf(device, disk.Target.Dev!), Tray = disk.Target.Tray == TrayState.Open ? TrayState.Open : null },
            Readonly = readOnly,
            Encryption = Encryption(disk.Encryption),
        };
    });

    /// <summary>Whether a disk says that it has a source and not which.</summary>
    public static bool IsEmpty(DiskConfig disk) => disk.Source is { } source && disk.Type switch
    {
        DiskType.File => source.File is not { Length: > 0 },
        DiskType.Block => source.Dev is not { Length: > 0 },
        DiskType.Dir => source.Dir is not { Length: > 0 },
        DiskType.Network => source.Protocol is null,
        DiskType.Volume => source.Pool is null || source.Volume is null,
        _ => false,
    };

    /// <summary>A target of iSCSI with the unit that is meant.</summary>
    public static string IscsiName(string name) => name.Contains('/', StringComparison.Ordinal) ? name : name + "/0";

    // To ask for what is there anyway is not to ask.
    private static DiskDriver Driver(DiskDriver driver, string? format) => driver with
    {
        Name = driver.Name ?? "qemu",
        Type = driver.Type ?? format,
        Cache = driver.Cache == DiskCache.Default ? null : driver.Cache,
        ErrorPolicy = driver.ErrorPolicy == DiskErrorPolicy.Default ? null : driver.ErrorPolicy,
        RerrorPolicy = driver.RerrorPolicy == DiskErrorPolicy.Default ? null : driver.RerrorPolicy,
        Io = driver.Io == DiskIo.Default ? null : driver.Io,
    };

    private static DiskSource? Source(DiskSource? source) => source is null ? null : source with
    {
        Index = null,
        Hosts = source.Protocol is { } protocol && DefaultPort(protocol) is { } port
            ? source.Hosts.Map(h => h.Transport is null or SourceTransport.Tcp && h.Port is null ? h with { Port = port } : h)
            : source.Hosts,
        Name = source is { Protocol: DiskProtocol.Iscsi, Name: { } name } ? IscsiName(name) : source.Name,
        Encryption = Encryption(source.Encryption),
        Seclabels = source.Seclabels.Where(s => s.Labelskip != true).Select(s => new SeclabelConfig { Model = s.Model, Relabel = s.Relabel, Label = s.Label, Extras = s.Extras }).ToConfigList(),
    };

    private static string? DefaultPort(DiskProtocol protocol) => protocol switch
    {
        DiskProtocol.Nbd => "10809",
        DiskProtocol.Iscsi => "3260",
        DiskProtocol.Http => "80",
        DiskProtocol.Https => "443",
        DiskProtocol.Ftp => "21",
        DiskProtocol.Ftps => "990",
        DiskProtocol.Tftp => "69",
        DiskProtocol.Ssh => "22",
        DiskProtocol.Sheepdog => "7000",
        DiskProtocol.Gluster => "24007",
        DiskProtocol.Vxhs => "9999",
        DiskProtocol.Nfs => "2049",
        _ => null,
    };

    private static StorageEncryption? Encryption(StorageEncryption? encryption) => encryption is null ? null : encryption with { Engine = encryption.Engine ?? EncryptionEngine.Qemu };

    private static BackingStore WithoutIndex(BackingStore backing) => backing with
    {
        Index = null,
        Source = Source(backing.Source),
        Backing = backing.Backing is { } next ? WithoutIndex(next) : null,
    };

    /// <summary>Gives drives on a shared bus their place, by the number in the target's name.</summary>
    public static void AssignDrives(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk =>
    {
        if (disk.Address is not null || IndexOf(disk.Target?.Dev) is not (>= 0 and var index))
        {
            return disk;
        }

        var i = (uint)index;
        DriveAddress? address = disk.Target!.Bus switch
        {
            DiskBus.Ide => Drive(i / 4, i % 4 / 2, i % 2),
            DiskBus.Sata => Drive(i / 6, 0, i % 6),
            DiskBus.Fdc => Drive(i / 2, 0, i % 2),

            DiskBus.Scsi => Drive(i / UnitsOfScsi, 0, i % UnitsOfScsi),
            _ => null,
        };
        return address is null ? disk : disk with { Address = address };
    });

    private static DriveAddress Drive(uint controller, uint bus, uint unit) => new() { Controller = controller, Bus = bus, Target = 0, Unit = unit };

    private static DiskBus BusOf(DiskDevice device, string target) => Prefix(target) switch
    {
        _ when device == DiskDevice.Floppy => DiskBus.Fdc,
        "fd" => DiskBus.Fdc,
        "hd" => DiskBus.Ide,
        "sd" => DiskBus.Scsi,
        "vd" => DiskBus.Virtio,
        "xvd" => DiskBus.Xen,
        "ubd" => DiskBus.Uml,
        _ => DiskBus.Ide,
    };

    private static string? Prefix(string target)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["fd", "hd", "vd", "sd", "xvd", "ubd"])
        {
            if (target.StartsWith(prefix, StringComparison.Ordinal))
            {
                return prefix;
            }
        }

        return null;
    }
}
