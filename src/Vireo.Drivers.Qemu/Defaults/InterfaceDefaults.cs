using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Completes network cards, and refuses those that say too little of their other end.</summary>
internal static class InterfaceDefaults
{
    /// <summary>Gives a card its address and model, and takes the name of an earlier run's tap from it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static InterfaceConfig Apply(InterfaceConfig card, MachineKind machine) => NetworkCardDefaults.Apply(card) with
    {
        Model = card.Model ?? (card.Type == InterfaceType.Hostdev ? null : machine.CardModel),
        Source = card.Type == InterfaceType.Hostdev ? HostSource(card.Source) : card.Source,
        Driver = Driver(card),
        Bandwidth = CardChecks.Bandwidth(card.Bandwidth, floorAllowed: card.Type == InterfaceType.Network),
        Vlan = CardChecks.Vlan(card.Vlan),
        Virtualport = VirtualPort(card),
    };

    private static InterfaceSource HostSource(InterfaceSource? source) => source is { HostAddress: { } host }
        ? source with { HostAddress = HostdevDefaults.PciSource(host) }
        : throw VireoException.InvalidXml(ErrorDomain.Domain, "missing source address type");

    private static VirtualPortConfig? VirtualPort(InterfaceConfig card) => card.Virtualport is null ? null
        : card.Type is InterfaceType.Network ? CardChecks.VirtualPort(card.Virtualport, typeRequired: false)
        : card.Type is InterfaceType.Bridge or InterfaceType.Direct or InterfaceType.Hostdev ? CardChecks.Complete(CardChecks.VirtualPort(card.Virtualport, typeRequired: true)!)
        : throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"<virtualport> element unsupported for <interface type='{card.Type?.ToXmlName()}'>");

    // What drives a card is told of virtio cards, and of the host's own, which have no more than a name.
    private static Config.InterfaceDriver? Driver(InterfaceConfig card) => card switch
    {
        { Type: InterfaceType.Hostdev } => card.Driver?.Name is { } name ? new Config.InterfaceDriver { Name = name } : null,
        { Model: "virtio" or "virtio-transitional" or "virtio-non-transitional" } => card.Driver,
        _ => null,
    };
}
