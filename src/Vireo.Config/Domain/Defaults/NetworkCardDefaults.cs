namespace Vireo.Config.Defaults;

/// <summary>Completes network cards as libvirt does for any driver, and refuses those that say too little of their other end.</summary>
internal static class NetworkCardDefaults
{
    /// <summary>The first 24 bits of the addresses that are made up.</summary>
    public const uint Vendor = 0x525400;

    // What libvirt's names of taps begin with; such a name in a definition means nothing.
    private static readonly string[] s_givenTaps = ["vnet", "macvtap", "macvlan"];

    /// <summary>Gives a card its address, and takes the name of an earlier run's tap from it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static InterfaceConfig Apply(InterfaceConfig card)
    {
        CheckSource(card);
        if (card.Target?.Managed is not null && card.Type != InterfaceType.Ethernet)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"unmanaged target dev is not supported on interfaces of type '{card.Type?.ToXmlName()}'");
        }

        return card with
        {
            Mac = (card.Mac ?? new MacConfig()) with { Address = (card.Mac?.Address is { } address ? Unicast(address) : MacAddress.Random(Vendor)).ToString() },
            Filterref = card.Type is InterfaceType.Ethernet or InterfaceType.Network or InterfaceType.Bridge ? card.Filterref : null,
            Target = WithoutRun(card).Target,
        };
    }

    /// <summary>The card without the name that its tap was given for a run.</summary>
    public static InterfaceConfig WithoutRun(InterfaceConfig card) =>
        card.Target is { Dev: { } name, Managed: not false } target && s_givenTaps.Any(given => name.StartsWith(given, StringComparison.Ordinal)) ? card with { Target = Without(target) } : card;

    private static InterfaceTarget? Without(InterfaceTarget target) => target with { Dev = null } is var bare && bare != new InterfaceTarget() ? bare : null;

    private static void CheckSource(InterfaceConfig card)
    {
        var (attribute, value) = card.Type switch
        {
            InterfaceType.Bridge => ("bridge", card.Source?.Bridge),
            InterfaceType.Network => ("network", card.Source?.Network),
            InterfaceType.Direct => ("dev", card.Source is { Dev: not null } ? "any" : null),
            _ => ("", ""),
        };
        if (value is { Length: > 0 } || attribute.Length == 0)
        {
            return;
        }

        throw VireoException.InvalidXml(ErrorDomain.Domain, card.Source is null
            ? $"interface type='{card.Type?.ToXmlName()}' requires a 'source' element"
            : $"Missing required attribute '{attribute}' in element 'source'");
    }

    private static MacAddress Unicast(string text) =>
        !MacAddress.TryParse(text, out var address) ? throw VireoException.InvalidXml(ErrorDomain.Domain, $"unable to parse mac address '{text}'")
        : address.IsMulticast ? throw VireoException.InvalidXml(ErrorDomain.Domain, $"expected unicast mac address, found multicast '{text}'")
        : address;
}
