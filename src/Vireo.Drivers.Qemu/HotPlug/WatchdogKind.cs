using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The watchdog; a domain has one.</summary>
internal sealed class WatchdogKind() : DeviceKind("watchdog")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (!config.Devices.Watchdogs.IsEmpty)
        {
            throw Present("domain already has a watchdog");
        }
    }

    /// <inheritdoc/>
    public override void CheckPlug(DevicesConfig device, DomainConfig live)
    {
        if (device.Watchdogs[0].Model != WatchdogModel.I6300esb)
        {
            throw Unpluggable($"hotplug of watchdog of model {device.Watchdogs[0].Model?.ToXmlName()} is not supported");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var watchdog = wanted.Watchdogs[0];
        if (config.Devices.Watchdogs.IsEmpty)
        {
            throw Missing(live ? "watchdog device not present in domain configuration" : "domain has no watchdog");
        }

        var present = config.Devices.Watchdogs[0];
        return !live || (present.Model == watchdog.Model && (present.Action ?? WatchdogAction.Reset) == (watchdog.Action ?? WatchdogAction.Reset) && present.Address == watchdog.Address)
            ? present
            : throw Missing($"model '{present.Model?.ToXmlName()}' watchdog device not present in domain configuration");
    }
}
