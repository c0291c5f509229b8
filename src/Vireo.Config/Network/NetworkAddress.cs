using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Vireo.Config;

/// <summary>IP addresses in documents: read as the C library reads them, written in the one usual form.</summary>
internal static class NetworkAddress
{
    private const int SystemErrorInvalid = 22;

    /// <summary>Reads a numeric address of either family.</summary>
    public static bool TryParse(string? text, out IPAddress address)
    {
        address = IPAddress.None;
        if (string.IsNullOrEmpty(text) || text.AsSpan().ContainsAny("[]%/ \t\n"))
        {
            return false;
        }

        var good = IPAddress.TryParse(text, out var parsed);
        address = parsed ?? IPAddress.None;
        return good;
    }

    /// <summary>Reads an address and refuses a name.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is no address.</exception>
    public static IPAddress Parse(string text) =>
        TryParse(text, out var address)
            ? address
            : throw VireoException.System(ErrorDomain.None, SystemErrorInvalid, $"Cannot parse socket address '{text}': Name or service not known");

    public static bool IsIpv4(this IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>The address's bits before the prefix, the others zero.</summary>
    public static IPAddress Masked(this IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var bits = Math.Clamp(prefix - (8 * i), 0, 8);
            bytes[i] &= (byte)(0xff00 >> bits);
        }

        return new(bytes);
    }

    /// <summary>The length of a netmask; -1 when it is none.</summary>
    public static int PrefixOf(IPAddress netmask)
    {
        var bits = BinaryPrimitives.ReadUInt32BigEndian(netmask.GetAddressBytes());
        var length = int.LeadingZeroCount(unchecked((int)~bits));
        return length == 32 || bits << length == 0 ? length : -1;
    }

    /// <summary>The prefix that goes with an address when none is said: by the old classes, or 64.</summary>
    public static int DefaultPrefix(IPAddress address) => !address.IsIpv4() ? 64 : address.GetAddressBytes()[0] switch
    {
        < 128 => 8,
        < 192 => 16,
        < 224 => 24,
        _ => 0,
    };
}
