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
        Source = card is { Type: InterfaceType.Hostdev, Source: { HostAddress: { } host } source } ? source with { HostAddress = HostdevDefaults.PciSource(host) } : card.Source,
        Driver = Driver(card),
    };

    // What drives a card is told of virtio cards, and of the host's own, which have no more than a name.
    private static Config.InterfaceDriver? Driver(InterfaceConfig card) => card switch
    {
        { Type: InterfaceType.Hostdev } => card.Driver?.Name is { } name ? new Config.InterfaceDriver { Name = name } : null,
        { Model: "virtio" or "virtio-transitional" or "virtio-non-transitional" } => card.Driver,
        _ => null,
    };
}
