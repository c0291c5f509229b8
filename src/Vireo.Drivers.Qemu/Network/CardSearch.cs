using Vireo.Config;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Finds network cards by what callers name them.</summary>
internal static class CardSearch
{
    /// <summary>The card of an address, however that is written, or else of a device of the host.</summary>
    /// <param name="config">The document.</param>
    /// <param name="name">The address or the device.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is none.</exception>
    public static InterfaceConfig Card(this DomainConfig config, string name) =>
        config.Devices.Interfaces.Find(MacAddress.TryParse(name, out var address) ? card => card.HasAddress(address) : card => card.Target?.Dev == name)
            ?? throw VireoException.InvalidArgument(ErrorDomain.Domain, $"'{name}' is not a known interface");

    /// <summary>Whether this is a card's address.</summary>
    public static bool HasAddress(this InterfaceConfig card, MacAddress address) => card.Mac?.Address is { } text && MacAddress.TryParse(text, out var own) && own == address;
}
