using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Defaults.Machines;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Disks: every image of the chain as a node of its own, and the device the guest sees.</summary>
internal static class DiskArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context, BootOrder boot)
    {
        if (config.Devices.Disks.Any(d => d.Source?.Tls == true))
        {
            AddTls(arguments);
        }

        foreach (var disk in config.Devices.Disks)
        {
            Unsupported.When(!disk.Throttlefilters.IsEmpty && (disk.Target!.Bus == DiskBus.Sd || disk.Type == DiskType.VhostUser), $"<throttlefilters> of disk '{disk.Target!.Dev}'", "cannot be had: the disk has no block nodes");
            if (disk.Target!.Bus == DiskBus.Sd)
            {
                arguments.Add("-drive", SdCard(disk, context.Disks.Find(disk.Target.Dev!)));
                continue;
            }

            var node = disk.Type == DiskType.VhostUser ? null : AddImages(arguments, disk, context);
            if (disk.Type == DiskType.VhostUser)
            {
                arguments.Add("-chardev", new OptionList("socket").With("id", $"chr-vu-{disk.Alias}").With("path", disk.Source?.Path)
                    .With("reconnect", disk.Source?.Reconnect is { Enabled: true } reconnect ? (reconnect.Timeout ?? 1).ToString(CultureInfo.InvariantCulture) : null).ToString());
            }

            arguments.Device(Device(disk, config, node).Number("bootindex", disk.Target!.Bus == DiskBus.Fdc ? null : boot.Of(disk)));
        }
    }

    /// <summary>Adds what it takes to speak TLS to servers of images.</summary>
    public static void AddTls(ArgumentList arguments) =>
        arguments.Add("-object", OptionJson.Object("tls-creds-x509", "objlibvirt-tls0").Text("dir", "/etc/pki/qemu").Text("endpoint", "client").Flag("verify-peer", true));

    /// <summary>Adds the images of a disk; the name of the node that its device reads, null for an empty drive.</summary>
    public static string? AddImages(ArgumentList arguments, DiskConfig disk, CommandLineContext context) =>
        context.Disks.Find(disk.Target!.Dev!) is { Chain: { } chain } live ? Images(arguments, disk, live, chain, context) : null;

    // A board's slot takes its card by this option alone.
    private static string SdCard(DiskConfig disk, LiveDisk? live)
    {
        Unsupported.When(live?.Chain is not { Layers: [{ Location: FileLocation, Encryption: null }] }, $"disk '{disk.Target!.Dev}' on the bus 'sd'", "has to be one image in a file");
        var layer = live!.Chain!.Layers[0];
        return new OptionList().With("file", ((FileLocation)layer.Location).Path).With("format", layer.Format.Name()).With("if", "sd")
            .With("index", DriveName.Index(disk.Target!.Dev!).ToString(CultureInfo.InvariantCulture)).With("readonly", disk.Readonly ? true : null)
            .With("node-name", NodeNumbers.Format(live.Numbers[0])).With("file.node-name", NodeNumbers.Storage(live.Numbers[0])).ToString();
    }

    // Every layer with the secrets it needs; the name of the node that the device reads.
    private static string Images(ArgumentList arguments, DiskConfig disk, LiveDisk live, ImageChain chain, CommandLineContext context)
    {
        ReservationArguments.AddOwn(arguments, disk, live.Numbers[0]);
        for (var i = 0; i < chain.Layers.Length; i++)
        {
            var layer = chain.Layers[i];
            foreach (var file in context.Lent.GetValueOrDefault(live.Numbers[i]) ?? [])
            {
                arguments.Add("-add-fd", new OptionList().With("set", live.Numbers[i].ToString(CultureInfo.InvariantCulture)).With("fd", file.ToString(CultureInfo.InvariantCulture)).ToString());
            }

            if (layer.Location is NetworkLocation { Document: { } document })
            {
                AddLogin(arguments, document, NodeNumbers.AuthSecret(live.Numbers[i]), NodeNumbers.CookieSecret(live.Numbers[i]), context);
            }

            if (layer.Encryption is { } encryption)
            {
                Unsupported.When(encryption.Format is not "luks", $"encryption format '{encryption.Format}' of disk '{disk.Target!.Dev}'");
                var named = encryption.Secrets.Find(s => s.Type == "passphrase") ?? throw Unsupported.Element($"<encryption> of disk '{disk.Target!.Dev}'", "names no secret with a passphrase");
                var key = NodeNumbers.KeySecret(live.Numbers[i]);
                arguments.Add("-object", context.Secrets?.Object(key, named) ?? Shown(key, context));
            }
        }

        foreach (var node in BlockNodeJson.ForChain(chain, live.Numbers, live.Access with { Reservations = ReservationArguments.ObjectOf(disk, live.Numbers[0]) }))
        {
            arguments.Add("-blockdev", node);
        }

        return Above(arguments, disk, live);
    }

    // What stands between the images and the device; the name of the node that the device reads.
    private static string Above(ArgumentList arguments, DiskConfig disk, LiveDisk live)
    {
        var top = NodeNumbers.Format(live.Numbers[0]);
        var names = new Queue<string>(disk.NodesAbove());
        if (disk.Driver?.CopyOnRead == true)
        {
            var name = names.Count > disk.Throttlefilters.Count ? names.Dequeue() : top + "c";
            arguments.Add("-blockdev", OptionJson.Device("copy-on-read").Text("node-name", name).Text("file", top).Text("discard", "unmap"));
            top = name;
        }

        foreach (var filter in disk.Throttlefilters)
        {
            var name = names.Dequeue();
            arguments.Add("-blockdev", OptionJson.Device("throttle").Text("node-name", name).Flag("read-only", live.Access.ReadOnly ? true : null)
                .Text("throttle-group", ThrottleGroups.ObjectOf(filter.Group!)).Text("file", top));
            top = name;
        }

        return top;
    }

    /// <summary>Adds what lets us in at a server: a password, or cookies.</summary>
    /// <param name="arguments">Where to.</param>
    /// <param name="document">The image.</param>
    /// <param name="auth">The object for a password.</param>
    /// <param name="cookie">The object for cookies.</param>
    /// <param name="context">Gives QEMU its secrets.</param>
    public static void AddLogin(ArgumentList arguments, DiskSource document, string auth, string cookie, CommandLineContext context)
    {
        if (document.Auth?.Secret is { } named)
        {
            arguments.Add("-object", context.Secrets?.Object(auth, named) ?? Shown(auth, context));
        }

        if (!document.Cookies.IsEmpty)
        {
            var cookies = string.Join("; ", document.Cookies.Select(one => $"{one.Name}={one.Text}"));
            arguments.Add("-object", context.Secrets?.Object(cookie, System.Text.Encoding.UTF8.GetBytes(cookies)) ?? Shown(cookie, context));
        }
    }

    private static OptionJson Shown(string id, CommandLineContext context) => OptionJson.Object("secret", id).Text("format", "raw").Text("file", context.File(id));

    private static OptionJson Device(DiskConfig disk, DomainConfig config, string? node)
    {
        var option = disk.Target!.Bus switch
        {
            DiskBus.Virtio when disk.Type == DiskType.VhostUser => OptionJson.Device("vhost-user-blk-pci").At(disk, config).Text("chardev", $"chr-vu-{disk.Alias}")
                .Number("num-queues", disk.Driver?.Queues).Number("queue-size", disk.Driver?.QueueSize),
            DiskBus.Virtio => Virtio(disk, config),
            DiskBus.Ide or DiskBus.Sata => Ide(disk, config),
            DiskBus.Scsi => Scsi(disk, config),
            DiskBus.Usb => OptionJson.Device("usb-storage").At(disk, config).Flag("removable", disk.Target.Removable ?? false),
            DiskBus.Fdc when MachineKind.Of(config.Os.Type!).HasHostBridges => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "PowerPC pseries machines do not support floppy device"),
            DiskBus.Fdc => OptionJson.Device("floppy").Number("unit", (disk.Address as DriveAddress)?.Unit ?? 0).Text("id", disk.Alias),
            var bus => throw Unsupported.Element($"bus '{bus?.ToXmlName()}' of disk '{disk.Target.Dev}'", "is not supported by QEMU"),
        };
        Unsupported.When(disk.Target.RotationRate is not null && disk.Target.Bus is not (DiskBus.Ide or DiskBus.Sata or DiskBus.Scsi), $"rotation_rate of disk '{disk.Target.Dev}'");
        Unsupported.When(node is null && disk is { Device: DiskDevice.Disk, Type: not DiskType.VhostUser }, $"disk '{disk.Target.Dev}'", "has no source; only a cdrom or a floppy may be empty");
        option.Text("drive", node).Text("serial", disk.Serial);
        option.Flag("share-rw", disk.Shareable ? true : null);
        if (disk.Device != DiskDevice.Floppy && disk.Device != DiskDevice.Cdrom)
        {
            option.OnOff("write-cache", disk.Access().Cache switch
            {
                "none" or "writeback" or "unsafe" => true,
                "writethrough" or "directsync" => false,
                _ => null,
            });
        }

        option.Text("werror", Policy(disk.Driver?.ErrorPolicy));
        option.Text("rerror", Policy(disk.Driver?.RerrorPolicy ?? (disk.Driver?.ErrorPolicy == DiskErrorPolicy.Enospace ? DiskErrorPolicy.Report : disk.Driver?.ErrorPolicy)));
        option.Number("logical_block_size", disk.Blockio?.LogicalBlockSize).Number("physical_block_size", disk.Blockio?.PhysicalBlockSize).Number("discard_granularity", disk.Blockio?.DiscardGranularity);
        return option.Number("cyls", disk.Geometry?.Cyls).Number("heads", disk.Geometry?.Heads).Number("secs", disk.Geometry?.Secs);
    }

    private static string? Policy(DiskErrorPolicy? policy) => policy switch
    {
        null or DiskErrorPolicy.Default => null,
        DiskErrorPolicy.Enospace => "enospc",
        var other => other.Value.ToXmlName(),
    };

    private static OptionJson Virtio(DiskConfig disk, DomainConfig config)
    {
        Unsupported.When(disk.Device is not (DiskDevice.Disk or DiskDevice.Lun), $"device='{disk.Device?.ToXmlName()}' of disk '{disk.Target!.Dev}'", "cannot be on the virtio bus");
        Unsupported.When(disk.Wwn is not null || disk.Vendor is not null || disk.Product is not null, $"<wwn>, <vendor> or <product> of disk '{disk.Target!.Dev}'", "needs the SCSI or IDE bus");
        var driver = disk.Driver;
        return OptionJson.Device(DevicePlace.VirtioName("virtio-blk", disk.Model, disk.Address)).Flag("scsi", disk.Device == DiskDevice.Lun ? true : null).At(disk, config)
            .Text("iothread", driver?.Iothread is { } thread ? ProcessorArguments.IoThread(thread) : null)
            .Flag("ioeventfd", driver?.Ioeventfd).Flag("event_idx", driver?.EventIdx).Number("num-queues", driver?.Queues).Number("queue-size", driver?.QueueSize)
            .Raw("iothread-vq-mapping", driver?.Iothreads is { IsEmpty: false } threads ? json => Mapping(json, threads) : null)
            .Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
    }

    private static void Mapping(System.Text.Json.Utf8JsonWriter json, ConfigList<DiskIoThread> threads)
    {
        json.WriteStartArray();
        foreach (var thread in threads)
        {
            json.WriteStartObject();
            json.WriteString("iothread", ProcessorArguments.IoThread(thread.Id ?? 0));
            if (!thread.Queues.IsEmpty)
            {
                json.WriteStartArray("vqs");
                foreach (var queue in thread.Queues)
                {
                    json.WriteNumberValue(queue);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static OptionJson Ide(DiskConfig disk, DomainConfig config)
    {
        var drive = disk.Address as DriveAddress ?? throw NoPlace(disk);
        var option = OptionJson.Device(disk.Device == DiskDevice.Cdrom ? "ide-cd" : "ide-hd");
        if (disk.Target!.Bus == DiskBus.Ide)
        {
            option.Text("bus", Text($"ide.{drive.Bus ?? 0}")).Number("unit", drive.Unit ?? 0);
        }
        else
        {
            var controller = Controller(config, ControllerType.Sata, drive);
            option.Text("bus", Text($"{controller.Alias}.{drive.Unit ?? 0}"));
        }

        Unsupported.When(disk.Geometry?.Trans is not (null or GeometryTranslation.Auto or GeometryTranslation.None or GeometryTranslation.Lba), $"<geometry trans=…> of disk '{disk.Target.Dev}'");
        return option.Text("id", disk.Alias).Number("wwn", Wwn(disk)).Number("rotation_rate", disk.Target.RotationRate).Text("bios-chs-trans", disk.Geometry?.Trans?.ToXmlName()).Text("model", Model(disk));
    }

    private static OptionJson Scsi(DiskConfig disk, DomainConfig config)
    {
        var drive = disk.Address as DriveAddress ?? throw NoPlace(disk);
        var controller = Controller(config, ControllerType.Scsi, drive);
        var option = OptionJson.Device(disk.Device switch { DiskDevice.Cdrom => "scsi-cd", DiskDevice.Lun => "scsi-block", _ => "scsi-hd" }).Text("bus", Text($"{controller.Alias}.0"));
        if (controller.Model == "lsilogic")
        {
            Unsupported.When(drive.Target is > 0, $"target of disk '{disk.Target!.Dev}'", "must be 0 for controller model 'lsilogic'");
            option.Number("scsi-id", drive.Unit ?? 0);
        }
        else
        {
            option.Number("channel", drive.Bus ?? 0).Number("scsi-id", drive.Target ?? 0).Number("lun", drive.Unit ?? 0);
        }

        return option.Text("device_id", disk.Device == DiskDevice.Lun ? null : $"drive-{disk.Alias}").Text("id", disk.Alias).Number("wwn", Wwn(disk))
            .Number("rotation_rate", disk.Target!.RotationRate).Text("vendor", disk.Vendor).Text("product", disk.Product);
    }

    private static string? Model(DiskConfig disk)
    {
        Unsupported.When(disk.Vendor is not null || disk.Product is not null, $"<vendor> or <product> of disk '{disk.Target!.Dev}'", "needs the SCSI bus");
        return null;
    }

    private static ulong? Wwn(DiskConfig disk) =>
        disk.Wwn is null ? null
        : ulong.TryParse(disk.Wwn, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var wwn) ? wwn
        : throw Unsupported.Element($"<wwn> of disk '{disk.Target!.Dev}'", "must be 16 hexadecimal digits");

    private static ControllerConfig Controller(DomainConfig config, ControllerType type, DriveAddress drive) =>
        config.Devices.Controllers.Find(c => c.Type == type && c.Index == (drive.Controller ?? 0))
        ?? throw Unsupported.Element(Text($"a drive on {type.ToXmlName()} controller {drive.Controller ?? 0}"), "has no such controller");

    private static VireoException NoPlace(DiskConfig disk) =>
        Unsupported.Element($"<address> of disk '{disk.Target!.Dev}'", "must be of type 'drive'");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
