using Vireo.Config;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>What of a running guest's network card stays as it is.</summary>
internal static class InterfaceFields
{
    /// <summary>All but the state of its link and the bridge it is on, in libvirt's order.</summary>
    /// <param name="given">The card as parsed: what it does not say of its place stays.</param>
    /// <param name="next">The same with its defaults.</param>
    /// <param name="present">The card as it is.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED: what would change.</exception>
    public static void RequireSame(InterfaceConfig given, InterfaceConfig next, InterfaceConfig present)
    {
        if (next.Model != present.Model)
        {
            throw Refused($"cannot modify network device model from {present.Model} to {next.Model}");
        }

        Require(next.Driver, present.Driver, "cannot modify virtio network device driver attributes");
        Require(next.Script, present.Script, "cannot modify network device script attribute");
        Require(next.Downscript, present.Downscript, "cannot modify network device script attribute");
        Require(given.Target?.Dev ?? present.Target?.Dev, present.Target?.Dev, "cannot modify network device tap name");
        Require(next.Guest?.Dev, present.Guest?.Dev, "cannot modify network device guest name");
        Require(next.Address, present.Address, "cannot modify network device guest PCI address");
        Require(given.Alias ?? present.Alias, present.Alias, "cannot modify network device alias");
        Require(next.Rom?.Bar, present.Rom?.Bar, "cannot modify network device rom bar setting");
        Require(next.Rom?.File, present.Rom?.File, "cannot modify network rom file");
        Require(next.Boot?.Order, present.Boot?.Order, "cannot modify network device boot index setting");
        Require(next.Rom?.Enabled, present.Rom?.Enabled, "cannot modify network device rom enabled setting");
        Require(next.Mtu, present.Mtu, "cannot modify MTU");
        Require(next.Type, present.Type, $"unable to change config on '{next.Type?.ToXmlName()}' network type");
        Require(Source(next), Source(present), $"unable to change config on '{next.Type?.ToXmlName()}' network type");
        Require(next.Ips, present.Ips, $"unable to change config on '{next.Type?.ToXmlName()}' network type");
        if (!SwitchPorts.IsOpen(present))
        {
            Require(next.Vlan, present.Vlan, "cannot change network interface vlan");
        }

        Require(next.Virtualport, present.Virtualport, "cannot change network interface virtualport");
    }

    // A card can move from bridge to bridge, but not to or from a virtual switch.
    private static (InterfaceSource?, VirtualPortConfig?) Source(InterfaceConfig card) =>
        card is { Type: InterfaceType.Bridge, Virtualport: null, Source: { } source } ? (source with { Bridge = null }, null) : (card.Source, card.Type == InterfaceType.Bridge ? card.Virtualport : null);

    private static void Require<T>(T given, T present, string refusal)
    {
        if (!EqualityComparer<T>.Default.Equals(given, present))
        {
            throw Refused(refusal);
        }
    }

    private static VireoException Refused(string text) => new(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, text);
}
