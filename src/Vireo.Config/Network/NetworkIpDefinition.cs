using System.Net;

namespace Vireo.Config;

/// <summary>An address of the host in a network, as libvirt keeps it.</summary>
internal static class NetworkIpDefinition
{
    private const ulong ShortestLease = 120;
    private const int LargestRange = 65535;

    public static bool IsIpv6(NetworkIp ip) => ip.Family == "ipv6";

    public static NetworkIp Complete(NetworkIp ip, string network)
    {
        if (ip.Address is null)
        {
            throw Xml($"Missing required address attribute in network '{network}'");
        }

        if (!NetworkAddress.TryParse(ip.Address, out var address))
        {
            throw Xml($"Invalid address '{ip.Address}' in network '{network}'");
        }

        if (ip is { Netmask: not null, Prefix: not null })
        {
            throw Unsupported($"Network '{network}' IP address cannot have both a prefix and a netmask");
        }

        IPAddress? netmask = null;
        if (ip.Netmask is { Length: > 0 } && !NetworkAddress.TryParse(ip.Netmask, out netmask))
        {
            throw Xml($"Invalid netmask '{ip.Netmask}' in network '{network}'");
        }

        if (netmask is not null && address.IsIpv4() && !netmask.IsIpv4())
        {
            throw Unsupported($"Invalid netmask '{ip.Netmask}' for address '{ip.Address}' in network '{network}' (both must be IPv4)");
        }

        Family(ip, address, network);
        var result = ip with
        {
            Family = ip.Family is "" ? null : ip.Family,
            Address = address.ToString(),
            Netmask = netmask?.ToString(),
            Prefix = ip.Prefix is 0 ? null : ip.Prefix,
            TftpRoot = ip.TftpRoot is "" ? null : ip.TftpRoot,
        };
        if (result.TftpRoot is not null && !address.IsIpv4())
        {
            throw Unsupported($"Unsupported <tftp> element in an IPv6 element in network '{network}'");
        }

        return result with { Dhcp = Dhcp(ip.Dhcp, result, address, network) };
    }

    /// <summary>Whether an address lies in the network.</summary>
    public static bool Reaches(NetworkIp ip, IPAddress address)
    {
        var own = IPAddress.Parse(ip.Address!);
        var prefix = Prefix(ip, own);
        return prefix >= 0 && own.AddressFamily == address.AddressFamily && address.Masked(prefix).Equals(own.Masked(prefix));
    }

    /// <summary>Refuses a range whose end comes first, or that is too large.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static void CheckOrder(IPAddress start, IPAddress end)
    {
        var (first, last) = (start.GetAddressBytes(), end.GetAddressBytes());
        long difference = 0;
        for (var i = 0; i < first.Length; i++)
        {
            difference = (difference * 256) + last[i] - first[i];
            if (Math.Abs(difference) > 1L << 40)
            {
                break;
            }
        }

        // Of IPv6 addresses libvirt compares no more than the last two bytes.
        var apart = !start.IsIpv4() && !first.AsSpan(0, 14).SequenceEqual(last.AsSpan(0, 14));
        if (difference < 0 && !apart)
        {
            throw Range($"range {start} - {end} is reversed ");
        }

        if (apart || difference > LargestRange)
        {
            throw Range($"range {start} - {end} is too large (> {LargestRange})");
        }
    }

    private static void Family(NetworkIp ip, IPAddress address, string network)
    {
        switch (ip.Family)
        {
            case null or "":
                if (!address.IsIpv4())
                {
                    throw Unsupported($"no family specified for non-IPv4 address '{ip.Address}' in network '{network}'");
                }

                break;
            case "ipv4":
                if (!address.IsIpv4())
                {
                    throw Unsupported($"IPv4 family specified for non-IPv4 address '{ip.Address}' in network '{network}'");
                }

                break;
            case "ipv6":
                if (address.IsIpv4())
                {
                    throw Unsupported($"Family 'ipv6' specified for non-IPv6 address '{ip.Address}' in network '{network}'");
                }

                if (ip.Netmask is not null)
                {
                    throw Unsupported($"netmask not allowed for IPv6 address '{ip.Address}' in network '{network}'");
                }

                break;
            default:
                throw Xml($"Unrecognized family '{ip.Family}' in network '{network}'");
        }

        if (ip.Prefix > (address.IsIpv4() ? 32u : 128u))
        {
            throw Unsupported($"Invalid {(address.IsIpv4() ? "IPv4" : "IPv6")} prefix '{ip.Prefix}' in network '{network}'");
        }
    }

    private static int Prefix(NetworkIp ip, IPAddress address) =>
        ip.Prefix is { } prefix and > 0 ? (int)prefix
        : ip.Netmask is not null && NetworkAddress.TryParse(ip.Netmask, out var netmask) && netmask.IsIpv4() ? NetworkAddress.PrefixOf(netmask)
        : NetworkAddress.DefaultPrefix(address);

    private static NetworkDhcp? Dhcp(NetworkDhcp? dhcp, NetworkIp ip, IPAddress address, string network)
    {
        if (dhcp is null)
        {
            return null;
        }

        var bootp = address.IsIpv4() && dhcp.Bootp is { File: not null } boot
            ? boot with { Server = boot.Server is { } server ? NetworkAddress.Parse(server).ToString() : null } : null;
        var result = dhcp with
        {
            Ranges = dhcp.Ranges.Map(range => DhcpRange(range, ip, address, network)),
            Hosts = dhcp.Hosts.Map(host => DhcpHostDefinition.Complete(host, address.IsIpv4(), network)),
            Bootp = bootp,
        };

        // Without an address to give there is no server.
        return result.Ranges.Count > 0 || result.Hosts.Count > 0 ? result : null;
    }

    private static DhcpRange DhcpRange(DhcpRange range, NetworkIp ip, IPAddress address, string network)
    {
        var start = NetworkAddress.Parse(range.Start ?? throw Xml($"Missing 'start' attribute in dhcp range for network '{network}'"));
        var end = NetworkAddress.Parse(range.End ?? throw Xml($"Missing 'end' attribute in dhcp range for network '{network}'"));
        if (start.AddressFamily != address.AddressFamily || end.AddressFamily != address.AddressFamily)
        {
            throw Range($"mismatch of address family in range {start} - {end} for network {address}");
        }

        var prefix = Prefix(ip, address);
        if (prefix < 0)
        {
            throw Range($"bad prefix {prefix} for network {address} when  checking range {start} - {end}");
        }

        var own = $"network {address}/{prefix}";
        var place = address.Masked(prefix);
        if (!start.Masked(prefix).Equals(place) || !end.Masked(prefix).Equals(place))
        {
            throw Range($"range {start} - {end} is not entirely within {own}");
        }

        if (address.IsIpv4() && start.Equals(place))
        {
            throw Range($"start of range {start} - {end} in {own} is the network address");
        }

        if (address.IsIpv4() && end.Equals(Last(place, prefix)))
        {
            throw Range($"end of range {start} - {end} in {own} is the broadcast address");
        }

        CheckOrder(start, end);
        return range with { Start = start.ToString(), End = end.ToString(), Lease = Lease(range.Lease) };
    }

    /// <summary>A lease with its unit; null when it says nothing.</summary>
    public static DhcpLease? Lease(DhcpLease? lease)
    {
        if (lease?.Expiry is not { } expiry)
        {
            return null;
        }

        var unit = lease.Unit ?? DhcpLeaseUnit.Minutes;
        var factor = unit switch { DhcpLeaseUnit.Seconds => 1u, DhcpLeaseUnit.Minutes => 60u, _ => 3600u };
        return expiry == 0 ? new DhcpLease { Expiry = 0, Extras = lease.Extras }
            : (UInt128)expiry * factor >= ShortestLease ? lease with { Unit = unit }
            : throw Unsupported("The minimum lease time should be greater than 2 minutes");
    }

    private static IPAddress Last(IPAddress place, int prefix)
    {
        var bytes = place.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] |= (byte)(0xff >> Math.Clamp(prefix - (8 * i), 0, 8));
        }

        return new(bytes);
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Network, detail);

    private static VireoException Range(string detail) => VireoException.Internal(ErrorDomain.None, detail);
}
