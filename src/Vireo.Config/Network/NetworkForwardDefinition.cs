using System.Globalization;
using System.Net;

namespace Vireo.Config;

/// <summary>How a network is connected, as libvirt keeps it.</summary>
internal static class NetworkForwardDefinition
{
    /// <summary>The element with its defaults: translation of addresses, the first device as the one traffic leaves by.</summary>
    public static NetworkForward? Complete(NetworkForward? forward, string network)
    {
        if (forward is null)
        {
            return null;
        }

        var mode = forward.Mode ?? NetworkForwardMode.Nat;
        if (forward.Nat is not null && mode != NetworkForwardMode.Nat)
        {
            throw Xml($"The <nat> element can only be used when <forward> 'mode' is 'nat' in network {network}");
        }

        if (forward.Driver is not (null or "kvm" or "vfio" or "xen"))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Network, $"Unknown forward <driver name='{forward.Driver}'/> in network {network}");
        }

        var physical = PhysicalFunctions(forward, network);
        var interfaces = Interfaces(forward, network);
        // A list of interfaces comes before one of addresses.
        return forward with
        {
            Mode = mode,
            Dev = interfaces.Count > 0 ? interfaces[0].Dev : null,
            Managed = mode == NetworkForwardMode.Hostdev ? forward.Managed ?? false : null,
            Nat = Nat(forward.Nat, network),
            PhysicalFunctions = physical,
            Interfaces = interfaces,
            Addresses = interfaces.Count > 0 ? [] : Addresses(forward, network),
        };
    }

    /// <summary>Devices by PCI address are for networks that give such devices to guests, and those take no others.</summary>
    public static void CheckDevices(NetworkForward? forward, NetworkForwardMode mode, string network)
    {
        if (forward is null)
        {
            return;
        }

        if (mode == NetworkForwardMode.Hostdev && forward.Interfaces.Count > 0)
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Network,
                $"hostdev network '{network}' lists '{forward.Interfaces[0].Dev}' in the device pool, but hostdev networks require all devices to be listed by PCI address, not network device name");
        }

        if (mode != NetworkForwardMode.Hostdev && forward.Addresses.Count > 0)
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Network,
                $"network '{network}' has forward mode '{mode.ToXmlName()}'  but lists a device by PCI address in the device pool. This is only supported for networks with forward mode 'hostdev'");
        }
    }

    private static ConfigList<NetworkForwardInterface> PhysicalFunctions(NetworkForward forward, string network)
    {
        if (forward.PhysicalFunctions.Count > 1)
        {
            throw Xml($"Only one <pf> element is allowed in <forward> of network {network}");
        }

        return forward.PhysicalFunctions.Map(pf => pf.Dev is not null
            ? pf with { Connections = null } : throw Xml($"Missing required dev attribute in <pf> element of network '{network}'"));
    }

    private static ConfigList<NetworkForwardInterface> Interfaces(NetworkForward forward, string network)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var dev = forward.Dev is { Length: > 0 } said ? said : null;
        if (forward.Interfaces.Count == 0)
        {
            return dev is null ? [] : [new NetworkForwardInterface { Dev = dev }];
        }

        return forward.Interfaces.Map(item =>
        {
            if (item.Dev is null)
            {
                throw Xml($"Missing required dev attribute in <forward> <interface> element of network {network}");
            }

            if (names.Count == 0 && dev is not null && dev != item.Dev)
            {
                throw Xml($"<forward dev='{dev}'> must match first <interface dev='{item.Dev}'/> in network {network}");
            }

            return names.Add(item.Dev) ? item with { Connections = null } : throw Xml($"interface '{item.Dev}' can only be listed once in network {network}");
        });
    }

    private static ConfigList<NetworkForwardAddress> Addresses(NetworkForward forward, string network)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        return forward.Addresses.Map(item =>
        {
            if (item.Type is null)
            {
                throw Xml($"missing address type in network {network}");
            }

            if (item.Type != "pci")
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Network, $"unknown address type '{item.Type}' in network {network}");
            }

            var address = item with { Domain = item.Domain ?? 0, Bus = item.Bus ?? 0, Slot = item.Slot ?? 0, Function = item.Function ?? 0, Multifunction = null, Connections = null };
            PciChecks.Range(address.Bus, address.Slot, address.Function);
            var place = string.Create(CultureInfo.InvariantCulture, $"{address.Domain:x4}:{address.Bus:x2}:{address.Slot:x2}.{address.Function}");
            return places.Add(place) ? address : throw Xml($"PCI device '{place}' can only be listed once in network {network}");
        });
    }

    private static NetworkNat? Nat(NetworkNat? nat, string network)
    {
        if (nat is null)
        {
            return null;
        }

        var where = $"in <nat> in <forward> in network {network}";
        if (nat.Port is { } port)
        {
            if (port.Start is null or > ushort.MaxValue)
            {
                throw VireoException.XmlDetail(ErrorDomain.Network, $"Missing or invalid 'start' attribute in <port> {where}");
            }

            if (port.End is null or > ushort.MaxValue || port.End < port.Start)
            {
                throw VireoException.XmlDetail(ErrorDomain.Network, $"Missing or invalid 'end' attribute in <port> {where}");
            }
        }

        var result = nat with { Address = Range(nat.Address, where, network) };
        return result == new NetworkNat() ? null : result;
    }

    private static AddressRange? Range(AddressRange? range, string where, string network)
    {
        if (range is null)
        {
            return null;
        }

        if (range.Start is null || range.End is null)
        {
            throw Xml($"missing '{(range.Start is null ? "start" : "end")}' attribute in <address> element {where}");
        }

        var start = Ipv4(range.Start, "start");
        var end = Ipv4(range.End, "end");
        NetworkIpDefinition.CheckOrder(start, end);
        return range with { Start = start.ToString(), End = end.ToString() };

        IPAddress Ipv4(string text, string which) => NetworkAddress.TryParse(text, out var address) && address.IsIpv4()
            ? address : throw Xml($"Bad ipv4 {which} address '{text}' in <nat> in <forward> in network '{network}'");
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);
}
