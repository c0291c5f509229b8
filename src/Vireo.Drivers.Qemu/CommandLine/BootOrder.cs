using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Each device's place in the boot order: its own, or that of its kind for the first of the kind.</summary>
internal sealed class BootOrder
{
    private readonly Dictionary<string, uint> _kinds = new(StringComparer.Ordinal);

    /// <summary>Reads the document.</summary>
    public BootOrder(DomainConfig config)
    {
        uint index = 0;
        foreach (var kind in config.Os.Boots)
        {
            index++;
            var alias = kind switch
            {
                BootDevice.Hd => First(config, DiskDevice.Disk),
                BootDevice.Cdrom => First(config, DiskDevice.Cdrom),
                BootDevice.Fd => First(config, DiskDevice.Floppy),
                _ => config.Devices.Interfaces.IsEmpty ? null : config.Devices.Interfaces[0].Alias,
            };
            if (alias is not null)
            {
                _kinds.TryAdd(alias, index);
            }
        }
    }

    /// <summary>The device's <c>bootindex</c>; null when it is not booted from.</summary>
    public long? Of(DeviceConfig device) => device.Boot?.Order ?? (device.Alias is { } alias && _kinds.TryGetValue(alias, out var index) ? index : null);

    /// <summary>The boot settings of the device that the document puts first; null when it numbers none.</summary>
    public static DeviceBoot? First(DomainConfig config) => config.Devices.Disks.Cast<DeviceConfig>().Concat(config.Devices.Interfaces).Concat(config.Devices.Hostdevs)
        .Select(d => d.Boot).OfType<DeviceBoot>().MinBy(b => b.Order);

    private static string? First(DomainConfig config, DiskDevice device) => config.Devices.Disks.Find(d => d.Device == device)?.Alias;
}
