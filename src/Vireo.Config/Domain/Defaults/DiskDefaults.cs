namespace Vireo.Config.Defaults;

/// <summary>Disks: their order, bus and place on a controller.</summary>
internal static class DiskDefaults
{
    /// <summary>As many as a narrow SCSI bus has beside its controller, whatever the controller.</summary>
    public const uint UnitsOfScsi = 7;

    /// <summary>Every disk has a target, and each another one.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_TARGET, VIR_ERR_XML_ERROR.</exception>
    public static void RequireTargets(ConfigList<DiskConfig> disks)
    {
        var targets = new Dictionary<string, DiskConfig>(StringComparer.Ordinal);
        foreach (var disk in disks)
        {
            var source = disk.Source?.File ?? disk.Source?.Dev ?? disk.Source?.Name ?? "";
            if (disk.Target?.Dev is not { Length: > 0 } target)
            {
                throw new VireoException(ErrorCode.NoTarget, ErrorDomain.Domain, source.Length > 0 ? source : null);
            }

            if (!targets.TryAdd(target, disk))
            {
                var other = targets[target].Source;
                throw new VireoException(
                    ErrorCode.XmlError,
                    ErrorDomain.Domain,
                    $"target '{target}' duplicated for disk sources '{other?.File ?? other?.Dev ?? other?.Name ?? "(null)"}' and '{(source.Length > 0 ? source : "(null)")}'");
            }
        }
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

                if (DriveName.Index(disk.Target?.Dev ?? "") >= DriveName.Index(sorted[i].Target?.Dev ?? ""))
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

    /// <summary>Fills in device and bus, and takes away what belongs to a run.</summary>
    public static void Apply(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk =>
    {
        var device = disk.Device ?? DiskDevice.Disk;
        var readOnly = disk.Readonly || device == DiskDevice.Cdrom;
        var removable = device is DiskDevice.Cdrom or DiskDevice.Floppy;
        return disk with
        {
            Type = removable && disk.Source is null ? DiskType.File : disk.Type,
            Device = device,
            Snapshot = disk.Snapshot == SnapshotLocation.No && readOnly ? null : disk.Snapshot,
            Driver = disk.Driver is { } driver ? Driver(driver) : null,
            Source = removable && IsEmpty(disk) && disk.Source!.StartupPolicy is null ? null : disk.Type == DiskType.Nvme ? Managed(Source(disk.Source)) : Source(disk.Source),
            BackingStore = disk.BackingStore is { } backing ? WithoutIndex(backing) : null,
            Mirror = null,
            Target = disk.Target! with { Bus = disk.Target.Bus ?? BusOf(device, disk.Target.Dev!), Tray = disk.Target.Tray == TrayState.Open ? TrayState.Open : null },
            Readonly = readOnly,
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

    /// <summary>Why a disk of its bus cannot have the kind of address it has; null when it can.</summary>
    public static string? AddressRefusal(DiskConfig disk) => (disk.Target!.Bus, disk.Address) switch
    {
        (DiskBus.Virtio, DriveAddress) => "virtio disk cannot have an address of type 'drive'",
        (DiskBus.Virtio, UsbAddress) => "virtio disk cannot have an address of type 'usb'",
        (DiskBus.Ide or DiskBus.Scsi or DiskBus.Sata or DiskBus.Fdc, PciAddress) => $"Invalid address type 'pci' for the disk '{disk.Target.Dev}' with the bus type '{disk.Target.Bus.Value.ToXmlName()}'",
        (DiskBus.Ide or DiskBus.Scsi or DiskBus.Sata or DiskBus.Fdc, UsbAddress) => $"Invalid address type 'usb' for the disk '{disk.Target.Dev}' with the bus type '{disk.Target.Bus.Value.ToXmlName()}'",
        _ => null,
    };

    /// <summary>A target of iSCSI with the unit that is meant.</summary>
    public static string IscsiName(string name) => name.Contains('/', StringComparison.Ordinal) ? name : name + "/0";

    // To ask for what is there anyway is not to ask.
    private static DiskDriver? Driver(DiskDriver driver)
    {
        driver = driver with
        {
            Cache = driver.Cache == DiskCache.Default ? null : driver.Cache,
            ErrorPolicy = driver.ErrorPolicy == DiskErrorPolicy.Default ? null : driver.ErrorPolicy,
            RerrorPolicy = driver.RerrorPolicy == DiskErrorPolicy.Default ? null : driver.RerrorPolicy,
            Io = driver.Io == DiskIo.Default ? null : driver.Io,
        };
        return driver == new DiskDriver() ? null : driver;
    }

    // Its controller is taken from the host's driver unless the document says otherwise.
    private static DiskSource? Managed(DiskSource? source) => source is null ? null : source with { Managed = source.Managed ?? true };

    private static DiskSource? Source(DiskSource? source) => source is null ? null : source with
    {
        Index = null,
        Address = source.Address is { } place ? place with { Type = null, Domain = place.Domain ?? 0, Bus = place.Bus ?? 0, Slot = place.Slot ?? 0, Function = place.Function ?? 0 } : null,
        Hosts = source.Protocol is { } protocol && DefaultPort(protocol) is { } port
            ? source.Hosts.Map(h => h.Transport is null or SourceTransport.Tcp && h.Port is null ? h with { Port = port } : h)
            : source.Hosts,
        Name = source is { Protocol: DiskProtocol.Iscsi, Name: { } name } ? IscsiName(name) : source.Name,
        Reservations = source.Reservations is { Source: { } helper } reservations && helper == new ReservationsSource() ? reservations with { Source = null } : source.Reservations,
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

    private static BackingStore WithoutIndex(BackingStore backing) => backing with
    {
        Index = null,
        Source = Source(backing.Source),
        Backing = backing.Backing is { } next ? WithoutIndex(next) : null,
    };

    /// <summary>Gives drives on a shared bus their place, by the number in the target's name.</summary>
    public static void AssignDrives(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk =>
    {
        if (disk.Address is not null || DriveName.Index(disk.Target?.Dev ?? "") is not (>= 0 and var index))
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

    /// <summary>The bus of a disk whose document names none, by its target.</summary>
    public static DiskBus BusOf(DiskDevice? device, string target) => Prefix(target) switch
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
