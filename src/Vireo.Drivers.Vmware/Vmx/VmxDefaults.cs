using System.Numerics;
using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>What libvirt's VMware drivers put into a definition that does not say it.</summary>
internal static class VmxDefaults
{
    private const uint DefaultVideoMemory = 4096;

    /// <summary>The definition with all of it.</summary>
    public static DomainConfig Apply(DomainConfig domain)
    {
        var devices = domain.Devices;
        return domain with
        {
            Uuid = domain.Uuid ?? Guid.NewGuid(),
            Devices = devices with
            {
                Disks = devices.Disks.Map(WithBus),
                Controllers = Number(devices.Controllers),
                Interfaces = devices.Interfaces.Map(WithMac),
                Serials = Number(Serials(devices), afterAll: true),
                Parallels = Number(devices.Parallels, afterAll: false),
                // A display needs a card.
                Videos = devices.Videos.IsEmpty && !devices.Graphics.IsEmpty ? [new VideoConfig()] : devices.Videos,
            },
        };
    }

    /// <summary>A graphics card's memory in KiB: a power of two.</summary>
    public static uint VideoMemory(uint told) => BitOperations.RoundUpToPowerOf2(told) is > 0 and var memory ? memory : DefaultVideoMemory;

    private static DiskConfig WithBus(DiskConfig disk) => disk.Target is { Bus: null, Dev: { } name } target
        ? disk with { Target = target with { Bus = DiskDefaults.BusOf(disk.Device, name) } }
        : disk;

    private static InterfaceConfig WithMac(InterfaceConfig card) =>
        card.Mac?.Address is null ? card with { Mac = (card.Mac ?? new()) with { Address = MacAddress.Random(VmwareAddresses.Hosts).ToString() } } : card;

    /// <summary>The serial ports; a console that is one is the first when there is no other.</summary>
    private static ConfigList<CharDevice> Serials(DevicesConfig devices) =>
        devices.Serials.IsEmpty && devices.Consoles.Find(_ => true) is { Target: null or { Type: null or CharTargetType.Serial } } console
            ? [console with { Target = new CharTarget { Port = 0 } }]
            : devices.Serials;

    /// <summary>Ports without a number get the next one: after all numbers that are told, or after those before it.</summary>
    private static ConfigList<CharDevice> Number(ConfigList<CharDevice> ports, bool afterAll)
    {
        var last = afterAll ? ports.Select(port => port.Target?.Port ?? -1).DefaultIfEmpty(-1).Max() : -1;
        return ports.Map(port =>
        {
            if (port.Target?.Port is not >= 0 && last < int.MaxValue)
                return port with { Target = (port.Target ?? new()) with { Port = ++last } };
            last = Math.Max(last, port.Target?.Port ?? last);
            return port;
        });
    }

    private static ConfigList<ControllerConfig> Number(ConfigList<ControllerConfig> controllers)
    {
        var taken = controllers.Where(controller => controller.Index is not null).Select(controller => (controller.Type, controller.Index)).ToHashSet();
        return controllers.Map(controller =>
        {
            if (controller.Index is not null)
                return controller;
            var index = Enumerable.Range(0, controllers.Count).First(free => taken.Add((controller.Type, free)));
            return controller with { Index = index };
        });
    }
}
