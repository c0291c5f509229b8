using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses network cards whose other end cannot do what is asked of it.</summary>
internal static class InterfaceChecks
{
    /// <summary>libvirt's refusal of a card; null when there is nothing against it.</summary>
    public static VireoException? Refusal(InterfaceConfig card)
    {
        var type = card.Type?.ToXmlName();
        if (!card.Routes.IsEmpty || (!card.Ips.IsEmpty && card.Type != InterfaceType.User))
        {
            return Unsupported(ErrorDomain.Qemu, $"Invalid attempt to set network interface guest-side IP route{(card.Type == InterfaceType.User ? "" : " and/or address info")}, not supported by QEMU");
        }

        if (card.Type == InterfaceType.Vdpa && !UnreadInterfaceMembers.IsVirtio(card.Model))
        {
            return Unsupported(ErrorDomain.Domain, $"invalid model for interface of type 'vdpa': '{card.Model}'");
        }

        if (Teaming(card) is { } refusal)
        {
            return Unsupported(ErrorDomain.Domain, refusal);
        }

        if (card.PortIsolated == true && card.Type is not (InterfaceType.Bridge or InterfaceType.Network))
        {
            return Unsupported(ErrorDomain.Domain, $"interface {card.Mac?.Address} - <port isolated='yes'/> is not supported for network interfaces with type='{type}'");
        }

        if (card.PortIsolated == true && SwitchPorts.Has(card))
        {
            return Unsupported(ErrorDomain.Domain, $"interface {card.Mac?.Address} - <port isolated='yes'/> is not supported for network interfaces with virtualport type='{card.Virtualport!.Type}'");
        }

        if (card.Mtu is not null && !NetworkArguments.NeedsTap(card) && !NetworkArguments.IsPasst(card) && card.Type != InterfaceType.VhostUser)
        {
            return Unsupported(ErrorDomain.Qemu, $"setting MTU on interface type {type} is not supported yet");
        }

        return card.Coalesce is not null && card.Type is not (InterfaceType.Bridge or InterfaceType.Network)
            ? Unsupported(ErrorDomain.Qemu, $"coalesce settings on interface type {type} are not supported")
            : null;
    }

    /// <summary>libvirt's refusal to start a card, which a definition may have; null when there is nothing against it.</summary>
    public static VireoException? StartRefusal(InterfaceConfig card)
    {
        var (type, name) = (card.Type?.ToXmlName(), $"interface {card.Mac?.Address} -");
        var queues = NetworkArguments.NeedsTap(card) || NetworkArguments.IsDirect(card) || card.Type is InterfaceType.VhostUser or InterfaceType.Vdpa;
        return card.Driver?.Queues > 1 && !queues ? Unsupported(ErrorDomain.Qemu, $"{name} multiqueue is not supported for network interfaces of type {type}")
            : card.Backend?.Tap is not null && !NetworkArguments.NeedsTap(card) ? Unsupported(ErrorDomain.Qemu, $"{name} custom tap device path is not supported for network interfaces of type {type}")
            : (card.Script ?? card.Downscript) is not null && !queues ? Unsupported(ErrorDomain.Qemu, $"scripts are not supported on interfaces of type {type}")
            : card.Vlan is not null && !SwitchPorts.IsOpen(card) && card.Type != InterfaceType.Hostdev ? NoVlan(card)
            : null;
    }

    private static string? Teaming(InterfaceConfig card) => card.Teaming switch
    {
        { Type: TeamingType.Persistent } when !UnreadInterfaceMembers.IsVirtio(card.Model) => $"virtio-net teaming persistent interface must be <model type='virtio'/>, not '{card.Model}'",
        { Type: TeamingType.Transient, Persistent: null } => "teaming persistent attribute must be set if teaming type is 'transient'",
        { Type: TeamingType.Transient } when card.Type != InterfaceType.Hostdev => $"virtio-net teaming transient interface must be type='hostdev', not '{card.Type?.ToXmlName()}'",
        _ => null,
    };

    private static VireoException NoVlan(InterfaceConfig card) => card is { Type: InterfaceType.Direct, Source: { Mode: InterfaceSourceMode.Passthrough, Dev: { } lower } }
        ? Unsupported(ErrorDomain.None, Directory.Exists($"/sys/class/net/{lower}/device/physfn") ? $"<vlan> of interface '{card.Mac?.Address}', upon a virtual function, is not supported yet" : $"vlan can only be set for SR-IOV VFs, but {lower} is not a VF")
        : Unsupported(ErrorDomain.Network, $"interface {card.Mac?.Address} - vlan tag not supported for this connection type");

    private static VireoException Unsupported(ErrorDomain domain, string text) => VireoException.ConfigUnsupported(domain, text);
}
