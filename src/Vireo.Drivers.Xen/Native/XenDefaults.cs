using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>What libvirt's driver for Xen puts into a definition that does not say it, and what it refuses in one.</summary>
internal static class XenDefaults
{
    /// <summary>The domain of a file with all of it.</summary>
    public static DomainConfig Complete(DomainConfig domain, GuestKind kind)
    {
        domain.RequireComplete();
        var memory = domain.Memory!.Size;
        var devices = domain.Devices;
        var disks = kind == GuestKind.Hvm ? devices.Disks.Map(disk => disk with { Address = Drives.Address(disk.Target!) }) : devices.Disks;
        return domain with
        {
            Features = Features(domain, kind),
            CurrentMemory = domain.CurrentMemory is { Bytes: > 0 } current && current < memory ? current : memory,
            Devices = devices with
            {
                Disks = disks,
                Controllers = Controllers(devices.Controllers, disks).ToConfigList(),
                Consoles = Consoles(devices.Serials, kind),
                Inputs = [.. devices.Inputs, .. Inputs(kind)],
                Videos = devices.Graphics.IsEmpty ? default : [new VideoConfig { Model = Video(kind) }],
                Memballoon = new MemballoonConfig { Model = MemballoonModel.Xen },
            },
        };
    }

    /// <summary>The features: firmware tells a guest of its NUMA nodes in its ACPI tables.</summary>
    public static FeaturesConfig? Features(DomainConfig domain, GuestKind kind) =>
        kind == GuestKind.Hvm && domain.Cpu?.Numa?.Cells.IsEmpty == false ? (domain.Features ?? new()) with { Acpi = true } : domain.Features;

    /// <summary>Refuses what no guest of Xen has.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR.</exception>
    public static void Check(DomainConfig domain, GuestKind kind)
    {
        if (domain.Devices.Hostdevs.Find(device => device.Mode == HostdevMode.Capabilities) is not null)
            throw XenErrors.Unsupported("hostdev mode 'capabilities' is not supported in xen", ErrorDomain.Libxl);
        foreach (var input in domain.Devices.Inputs)
        {
            if (input.Bus is { } bus && bus != InputBus.None && kind == GuestKind.Hvm == (bus == InputBus.Xen))
                throw VireoException.Internal(ErrorDomain.Domain, $"unsupported input bus {bus.ToXmlName()}");
        }
    }

    /// <summary>The controllers in libvirt's order, those that the drives are on and those of lower numbers among them.</summary>
    private static IEnumerable<ControllerConfig> Controllers(ConfigList<ControllerConfig> told, ConfigList<DiskConfig> disks)
    {
        var drives = disks.Where(disk => disk.Address is DriveAddress).GroupBy(disk => disk.Target!.Bus == DiskBus.Ide ? ControllerType.Ide : ControllerType.Scsi)
            .SelectMany(bus => Enumerable.Range(0, (int)bus.Max(disk => ((DriveAddress)disk.Address!).Controller!.Value) + 1)
                .Select(index => new ControllerConfig { Type = bus.Key, Index = index }));
        var hasBus = told.Find(controller => controller.Type == ControllerType.XenBus) is not null;
        return [.. told, .. drives, .. hasBus ? default : (ConfigList<ControllerConfig>)[new ControllerConfig { Type = ControllerType.XenBus, Index = 0 }]];
    }

    private static ConfigList<CharDevice> Consoles(ConfigList<CharDevice> serials, GuestKind kind)
    {
        if (kind != GuestKind.Hvm)
            return [new CharDevice { Type = CharType.Pty, Target = new CharTarget { Type = CharTargetType.Xen, Port = 0 } }];
        return serials.IsEmpty ? default : [serials[0] with { Target = serials[0].Target! with { Type = CharTargetType.Serial } }];
    }

    private static IEnumerable<InputConfig> Inputs(GuestKind kind)
    {
        var bus = kind == GuestKind.Hvm ? InputBus.Ps2 : InputBus.Xen;
        return [new InputConfig { Type = InputType.Mouse, Bus = bus }, new InputConfig { Type = InputType.Keyboard, Bus = bus }];
    }

    private static VideoModel Video(GuestKind kind) => kind switch
    {
        GuestKind.Hvm => new() { Type = VideoType.Cirrus, Vram = 8192, Heads = 1, Primary = true },
        GuestKind.Pvh => new() { Type = VideoType.Cirrus, Vram = 16384, Heads = 1, Primary = true },
        _ => new() { Type = VideoType.Xen, Vram = 4096, Heads = 1, Primary = true },
    };
}
