namespace Vireo.Config.Defaults;

/// <summary>Completes network cards as libvirt does for any driver, and refuses those that say too little of their other end.</summary>
internal static class NetworkCardDefaults
{
    /// <summary>The first 24 bits of the addresses that are made up.</summary>
    public const uint Vendor = 0x525400;

    /// <summary>What libvirt's names of taps begin with.</summary>
    public const string GivenTap = "vnet";

    /// <summary>The same of devices that stand upon others of the host.</summary>
    public const string GivenDirectTap = "macvtap";

    private const string GivenDirectDevice = "macvlan";

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

    /// <summary>Whether a name is one of those that a daemon gives; in a definition it means nothing.</summary>
    public static bool IsGiven(string name) => name.StartsWith(GivenTap, StringComparison.Ordinal) || name.StartsWith(GivenDirectTap, StringComparison.Ordinal) || name.StartsWith(GivenDirectDevice, StringComparison.Ordinal);

    /// <summary>The card without the name that its tap was given for a run.</summary>
    public static InterfaceConfig WithoutRun(InterfaceConfig card) =>
        card.Target is { Dev: { } name, Managed: not false } target && IsGiven(name) ? card with { Target = Without(target) } : card;

    private static InterfaceTarget? Without(InterfaceTarget target) => target with { Dev = null } is var bare && bare != new InterfaceTarget() ? bare : null;

    private static void CheckSource(InterfaceConfig card)
    {
        var (attribute, value) = card.Type switch
        {
            InterfaceType.Bridge => ("bridge", card.Source?.Bridge),
            InterfaceType.Network => ("network", card.Source?.Network),
            InterfaceType.Direct or InterfaceType.Vdpa => ("dev", card.Source is { Dev: not null } ? "any" : null),
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
