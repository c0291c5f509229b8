using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of network cards that say nothing of the kind that they stand with.</summary>
internal static class UnreadInterfaceMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static InterfaceConfig Drop(InterfaceConfig card)
    {
        var type = card.Type ?? InterfaceType.User;
        return card with
        {
            Type = type,
            Managed = type == InterfaceType.Hostdev ? card.Managed : null,
            Source = card.Source is { } source ? Source(type, source, passt: card.Backend?.Type == "passt") : null,
            Target = UnreadMembers.Some(card.Target),
            Bandwidth = UnreadMembers.Some(card.Bandwidth),
            Script = card.Script?.Path is null ? null : card.Script,
            Downscript = card.Downscript?.Path is null ? null : card.Downscript,
            Teaming = card.Teaming?.Type is null ? null : card.Teaming,
            Driver = card.Driver is { } driver ? UnreadMembers.Some(driver with { Queues = driver.Queues > 1 ? driver.Queues : null, Host = UnreadMembers.Some(driver.Host), Guest = UnreadMembers.Some(driver.Guest) }) : null,
            Guest = UnreadMembers.Some(card.Guest),
            Backend = card.Backend is { } backend ? UnreadMembers.Some(backend with { Vhost = IsVirtio(card.Model) ? backend.Vhost : null }) : null,
            Tune = UnreadMembers.Some(card.Tune),
            Coalesce = card.Coalesce is { Rx.MaxFrames: not null } ? card.Coalesce : null,
        };
    }

    /// <summary>Whether a model is one of virtio's.</summary>
    public static bool IsVirtio(string? model) => model is "virtio" or "virtio-transitional" or "virtio-non-transitional";

    private static InterfaceSource? Source(InterfaceType type, InterfaceSource source, bool passt)
    {
        var own = new InterfaceSource { Extras = source.Extras };
        return type switch
        {
            InterfaceType.Network => own with { Network = source.Network, Portgroup = source.Portgroup },
            InterfaceType.Bridge => own with { Bridge = source.Bridge, MacTableManager = source.MacTableManager },
            InterfaceType.Internal => own with { Name = source.Name },
            InterfaceType.Direct => own with { Dev = source.Dev, Mode = source.Mode ?? InterfaceSourceMode.Vepa },
            InterfaceType.Vdpa => own with { Dev = source.Dev },
            InterfaceType.Server or InterfaceType.Client or InterfaceType.Mcast => own with { Address = source.Address, Port = source.Port },
            InterfaceType.Udp => own with { Address = source.Address, Port = source.Port, Local = source.Local },
            InterfaceType.VhostUser => own with { Type = source.Type, Path = source.Path, Mode = source.Mode, Reconnect = source.Reconnect },
            InterfaceType.Hostdev => own with { HostAddress = source.HostAddress },
            InterfaceType.User or InterfaceType.Ethernet => UnreadMembers.Some(own with { Dev = passt ? source.Dev : null, Ips = source.Ips, Routes = source.Routes }),
            _ => source,
        };
    }
}
