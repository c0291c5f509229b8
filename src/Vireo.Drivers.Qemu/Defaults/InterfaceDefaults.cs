using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Completes network cards, and refuses those that say too little of their other end.</summary>
internal static class InterfaceDefaults
{
    private const int AddressLength = 6;

    /// <summary>Gives a card its address and model, and takes the name of an earlier run's tap from it.</summary>
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
            Mac = (card.Mac ?? new MacConfig()) with { Address = card.Mac?.Address is { } address ? Canonical(address) : DomainDefaults.NewMac() },
            Model = card.Model ?? (card.Type == InterfaceType.Hostdev ? null : "rtl8139"),
            Source = card is { Type: InterfaceType.Hostdev, Source: { HostAddress: { } host } source } ? source with { HostAddress = HostdevDefaults.PciSource(host) } : card.Source,
            Driver = Driver(card),
            Filterref = card.Type is InterfaceType.Ethernet or InterfaceType.Network or InterfaceType.Bridge ? card.Filterref : null,
            Target = WithoutRun(card).Target,
        };
    }

    /// <summary>The card without the name that its tap was given for a run.</summary>
    public static InterfaceConfig WithoutRun(InterfaceConfig card) => card.Target is { Dev: { } name } target && TapNames.IsGiven(name) ? card with { Target = Without(target) } : card;

    // What drives a card is told of virtio cards, and of the host's own, which have no more than a name.
    private static Config.InterfaceDriver? Driver(InterfaceConfig card) => card switch
    {
        { Type: InterfaceType.Hostdev } => card.Driver?.Name is { } name ? new Config.InterfaceDriver { Name = name } : null,
        { Model: "virtio" or "virtio-transitional" or "virtio-non-transitional" } => card.Driver,
        _ => null,
    };

    private static InterfaceTarget? Without(InterfaceTarget target) => target with { Dev = null } is var bare && bare != new InterfaceTarget() ? bare : null;

    private static void CheckSource(InterfaceConfig card)
    {
        var (attribute, value) = card.Type switch
        {
            InterfaceType.Bridge => ("bridge", card.Source?.Bridge),
            InterfaceType.Network => ("network", card.Source?.Network),
            _ => ("", ""),
        };
        if (value is { Length: > 0 } || attribute.Length == 0)
        {
            return;
        }

        throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, card.Source is null
            ? $"interface type='{attribute}' requires a 'source' element"
            : $"Missing required attribute '{attribute}' in element 'source'");
    }

    // As libvirt, two digits for each byte whatever was written.
    private static string Canonical(string address)
    {
        var parts = address.Split(':');
        Span<byte> bytes = stackalloc byte[AddressLength];
        if (parts.Length != AddressLength)
        {
            throw Malformed(address);
        }

        for (var i = 0; i < AddressLength; i++)
        {
            if (parts[i].Length is not (1 or 2) || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                throw Malformed(address);
            }
        }

        return (bytes[0] & 1) == 0
            ? string.Join(':', bytes.ToArray().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)))
            : throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"expected unicast mac address, found multicast '{address}'");
    }

    private static VireoException Malformed(string address) => new(ErrorCode.XmlError, ErrorDomain.Domain, $"unable to parse mac address '{address}'");
}
