using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>How much the guest may share with others.</summary>
internal static class XenBus
{
    private const string EventChannels = "max_event_channels";
    private const string GrantFrames = "max_grant_frames";

    /// <summary>A file's limits as a controller; none when nothing is limited.</summary>
    public static ConfigList<ControllerConfig> Parse(XenFile file)
    {
        var (events, frames) = (Limit(file, EventChannels), Limit(file, GrantFrames));
        return events is null && frames is null ? default : [new ControllerConfig { Type = ControllerType.XenBus, Index = 0, MaxEventChannels = events, MaxGrantFrames = frames }];
    }

    /// <summary>Writes the limits, of several controllers the last one's.</summary>
    public static void Format(XenText text, ConfigList<ControllerConfig> controllers)
    {
        var buses = controllers.Where(controller => controller.Type == ControllerType.XenBus).ToList();
        if (buses.FindLast(bus => bus.MaxEventChannels > 0)?.MaxEventChannels is { } events)
            text.Add(EventChannels, events);
        if (buses.FindLast(bus => bus.MaxGrantFrames > 0)?.MaxGrantFrames is { } frames)
            text.Add(GrantFrames, frames);
    }

    private static int? Limit(XenFile file, string key) => file.Count(key) is > 0 and var limit ? (int)limit : null;
}
