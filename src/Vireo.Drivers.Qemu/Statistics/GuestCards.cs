using Vireo.Config;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>Counters of network cards.</summary>
internal static class GuestCards
{
    /// <summary>What the guest received and sent. The host's end of a tap counts the other way round; a macvtap is the guest's end.</summary>
    public static NetworkCounters AsGuestSees(InterfaceConfig card, NetworkCounters host) => card.Type is InterfaceType.Direct ? host : host.OtherEnd;
}
