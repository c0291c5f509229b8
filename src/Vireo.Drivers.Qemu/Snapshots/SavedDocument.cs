using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A domain's document as a snapshot keeps it: what the domain is, without what is true of one running process only.</summary>
internal static class SavedDocument
{
    /// <summary>The document to keep.</summary>
    public static DomainConfig Of(DomainConfig config) => config with
    {
        Id = null,
        Devices = config.Devices.Map(Strip) with { Graphics = config.Devices.Graphics.Map(Strip) },
    };

    /// <summary>The same of a running domain, for others than snapshots: disks whose image stands alone say so.</summary>
    public static DomainConfig Inactive(DomainConfig live)
    {
        var saved = Of(live);
        var disks = saved.Devices.Disks.Zip(live.Devices.Disks, static (disk, shown) => shown.BackingStore == new BackingStore() ? disk with { BackingStore = shown.BackingStore } : disk);
        return saved with { Devices = saved.Devices with { Disks = [.. disks] } };
    }

    private static DeviceConfig Strip(DeviceConfig device)
    {
        if (device.Alias is { } alias && !alias.StartsWith("ua-", StringComparison.Ordinal))
        {
            device = device with { Alias = null };
        }

        return device switch
        {
            DiskConfig disk => ReservationArguments.Show(disk with { BackingStore = null, Mirror = null, Source = disk.Source is null ? null : disk.Source with { Index = null } }, directory: null),
            CharDevice { Type: CharType.Pty } console => console with { Tty = null, Sources = [] },
            InterfaceConfig { Target.Dev: { } dev } nic when NetworkCardDefaults.IsGiven(dev) => nic with { Target = null },
            _ => device,
        };
    }

    private static GraphicsConfig Strip(GraphicsConfig graphics) => graphics.Autoport != true
        ? graphics
        : graphics with { Port = -1, TlsPort = null, Websocket = graphics.Websocket is null ? null : -1 };
}
