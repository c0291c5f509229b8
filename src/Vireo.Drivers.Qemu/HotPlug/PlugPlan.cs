using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>A device that is to come into a running guest, as its document will show it.</summary>
/// <param name="Device">The device, alone.</param>
/// <param name="Controllers">The controllers that come with it, for it stands on them.</param>
internal sealed record PlugPlan(DevicesConfig Device, ConfigList<ControllerConfig> Controllers)
{
    private const string Mark = "ua-to-be-plugged-in";

    private IReadOnlyList<string> _disks = [];
    private IReadOnlyList<(ControllerType?, int?)> _controllers = [];

    /// <summary>The device.</summary>
    public DeviceConfig One => Device.All().First();

    /// <summary>One of the controllers by itself.</summary>
    public PlugPlan Only(ControllerConfig controller) => this with { Device = new DevicesConfig { Controllers = [controller] }, Controllers = [] };

    /// <summary>Gives a device its defaults, its place and its name among those of a running guest.</summary>
    /// <param name="builder">Completes documents.</param>
    /// <param name="live">The running guest's document.</param>
    /// <param name="wanted">The device, alone, as parsed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR: it cannot be had, or there is no room for it.</exception>
    public static async Task<PlugPlan> MakeAsync(IGuestBuilder builder, DomainConfig live, DevicesConfig wanted, CancellationToken cancellationToken)
    {
        var own = UserAlias(wanted.All().First().Alias);
        var marked = live.Devices.Plus(wanted.Map(device => device with { Alias = own ?? Mark }));
        var complete = (await builder.CompleteLiveAsync(live with { Devices = marked }, cancellationToken).ConfigureAwait(false)).Devices;
        var controllers = complete.Controllers.Where(c => c.Alias != Mark && !live.Devices.Controllers.Any(known => Same(known, c)))
            .Select(c => (ControllerConfig)DeviceAliases.NameFor(c, new DevicesConfig { Controllers = [c] }, live)).ToConfigList();
        var alone = complete.Only(device => device.Alias == (own ?? Mark));
        live = live with { Devices = live.Devices.Plus(new DevicesConfig { Controllers = controllers }) };
        return new PlugPlan(own is null ? alone.Map(device => DeviceAliases.NameFor(device with { Alias = null }, alone, live)) : alone, controllers)
        {
            _disks = [.. complete.Disks.Select(d => d.Target!.Dev!)],
            _controllers = [.. complete.Controllers.Select(c => (c.Type, c.Index))],
        };
    }

    /// <summary>A device with its defaults that is to take another's place and address.</summary>
    /// <param name="builder">Completes documents.</param>
    /// <param name="live">The running guest's document.</param>
    /// <param name="wanted">The device, alone, as parsed.</param>
    /// <param name="present">The one whose place it takes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="MakeAsync"/>.</exception>
    public static async Task<DevicesConfig> CompleteAsync(IGuestBuilder builder, DomainConfig live, DevicesConfig wanted, DeviceConfig present, CancellationToken cancellationToken)
    {
        var others = live.Devices.Without(device => ReferenceEquals(device, present));
        var marked = others.Plus(wanted.Map(device => device with { Alias = Mark, Address = device.Address ?? present.Address }));
        var complete = (await builder.CompleteLiveAsync(live with { Devices = marked }, cancellationToken).ConfigureAwait(false)).Devices;
        return complete.Only(device => device.Alias == Mark).Map(device => device with { Alias = present.Alias });
    }

    /// <summary>A document with the device and its controllers among its devices.</summary>
    public DomainConfig AddTo(DomainConfig live)
    {
        var devices = live.Devices.Plus(Device).Plus(new DevicesConfig { Controllers = Controllers });
        return live with
        {
            Memory = Modules(Device) is { Bytes: > 0 } more && live.Memory is { } memory ? memory with { Size = new DataSize(memory.Size.Bytes + more.Bytes) } : live.Memory,
            Devices = devices with
            {
                Disks = devices.Disks.OrderBy(d => Place(_disks, d.Target!.Dev!)).ToConfigList(),
                Controllers = devices.Controllers.OrderBy(c => Place(_controllers, (c.Type, c.Index))).ToConfigList(),
            },
        };
    }

    /// <summary>The memory that devices bring along.</summary>
    public static DataSize Modules(DevicesConfig devices) => new(devices.Memories.Aggregate(0UL, (sum, module) => sum + (module.Target?.Size?.Bytes ?? 0)));

    /// <summary>A name that the user gave; null when it is none of theirs.</summary>
    public static string? UserAlias(string? alias) => alias?.StartsWith("ua-", StringComparison.Ordinal) == true ? alias : null;

    // What has come meanwhile stands at the end.
    private static int Place<T>(IReadOnlyList<T> order, T item)
    {
        for (var i = 0; i < order.Count; i++)
        {
            if (EqualityComparer<T>.Default.Equals(order[i], item))
            {
                return i;
            }
        }

        return order.Count;
    }

    private static bool Same(ControllerConfig one, ControllerConfig other) => one.Type == other.Type && one.Index == other.Index && (one.Type != ControllerType.Usb || one.Model == other.Model);
}
