using Vireo.Config;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Ports of the switch that a device of the host is plugged into (802.1Qbg, 802.1Qbh). Nobody asks switches for them yet, so what libvirt could not have here either is refused as it does.</summary>
internal static class PortProfiles
{
    private const string Bridging = "802.1Qbg";
    private const string Extending = "802.1Qbh";
    private const string OnlyDriver = "enic";

    /// <summary>Whether a card asks for such a port.</summary>
    public static bool Has(InterfaceConfig card) => card is { Type: InterfaceType.Direct, Virtualport.Type: Bridging or Extending };

    /// <summary>Refuses such cards.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such device; VIR_ERR_INTERNAL_ERROR: the host has nobody who could ask its switch; VIR_ERR_CONFIG_UNSUPPORTED: we do not.</exception>
    public static void Refuse(InterfaceConfig card)
    {
        if (!Has(card))
        {
            return;
        }

        var (lower, type) = (new NetworkDevice(card.Source?.Dev ?? ""), card.Virtualport!.Type);
        lower.ReadIndex();
        var lacking = type == Bridging
            ? File.Exists("/run/lldpad.pid") ? null : "lldpad does not run on this host"
            : DriverOf(lower.Name) == OnlyDriver ? null : $"'{lower.Name}' has no port profiles";
        throw lacking is null
            ? VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"<virtualport type='{type}'> of interface '{card.Mac?.Address}' is not supported yet")
            : VireoException.Internal(ErrorDomain.None, $"sending of PortProfileRequest failed.: {lacking}");
    }

    private static string? DriverOf(string device) => new DirectoryInfo($"/sys/class/net/{device}/device/driver") is { Exists: true, LinkTarget: { } driver } ? Path.GetFileName(driver) : null;
}
