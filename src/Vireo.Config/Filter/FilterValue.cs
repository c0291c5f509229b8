using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Vireo.Config;

/// <summary>
/// The values of packets' fields in the form libvirt writes them. Each method takes a value and its attribute's name, gives null for null, lets variables
/// pass, and refuses what is no such value.
/// </summary>
internal static partial class FilterValue
{
    private const int LongestComment = 256;
    private const int LongestSetName = 31;
    private const int MostSetFlags = 6;
    private const int SmallestProtocolId = 0x600;

    private static readonly (string Name, uint Number)[] s_frameProtocols = [("arp", 0x806), ("rarp", 0x8035), ("ipv4", 0x800), ("ipv6", 0x86dd), ("vlan", 0x8100)];

    private static readonly (string Name, uint Number)[] s_packetProtocols =
        [("tcp", 6), ("udp", 17), ("udplite", 136), ("esp", 50), ("ah", 51), ("icmp", 1), ("igmp", 2), ("sctp", 132), ("icmpv6", 58)];

    private static readonly (string Name, uint Number)[] s_opcodes =
    [
        ("Request", 1), ("Reply", 2), ("Request_Reverse", 3), ("Reply_Reverse", 4), ("DRARP_Request", 5),
        ("DRARP_Reply", 6), ("DRARP_Error", 7), ("InARP_Request", 8), ("ARP_NAK", 9),
    ];

    private static readonly (string Name, uint Number)[] s_flags = [("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32)];

    private static readonly string[] s_states = ["NEW", "ESTABLISHED", "RELATED", "INVALID"];

    /// <summary>A number up to <paramref name="most"/>.</summary>
    public static string? Number(string? text, string name, uint most) => Of(text, name, t =>
        FilterNumber.TryParse(t, out var number, out var hexadecimal) && number <= most ? Write(number, hexadecimal) : null);

    /// <summary>A decimal number up to <paramref name="most"/>.</summary>
    public static string? Decimal(string? text, string name, uint most) => Of(text, name, t =>
        FilterNumber.TryParse(t, out var number, out var hexadecimal) && !hexadecimal && number <= most ? Write(number, false) : null);

    public static string? Mac(string? text, string name) => Of(text, name, t => MacAddress.TryParse(t, out var address) ? address.ToString() : null);

    public static string? MacMask(string? text, string name) =>
        Of(text, name, t => MacAddress.TryParse(t, out var mask) && mask.IsMask ? mask.ToString() : null);

    public static string? Address(string? text, string name, bool ipv6) =>
        Of(text, name, t => NetworkAddress.TryParse(t, out var address) && address.IsIpv4() != ipv6 ? address.ToString() : null);

    /// <summary>The length of a prefix, or a netmask that says it.</summary>
    public static string? Mask(string? text, string name, bool ipv6) => Of(text, name, t =>
    {
        if (uint.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number <= (ipv6 ? 128 : 32) ? Write(number, false) : null;
        }

        return NetworkAddress.TryParse(t, out var mask) && mask.IsIpv4() != ipv6 && Length(mask) is >= 0 and var length ? Write((uint)length, false) : null;
    });

    /// <summary>The protocol in an Ethernet frame.</summary>
    public static string? FrameProtocol(string? text, string name) => Named(text, name, s_frameProtocols, SmallestProtocolId, ushort.MaxValue);

    /// <summary>The protocol in an IP packet.</summary>
    public static string? PacketProtocol(string? text, string name) => Named(text, name, s_packetProtocols, 0, byte.MaxValue);

    public static string? Opcode(string? text, string name) => Named(text, name, s_opcodes, 0, ushort.MaxValue);

    /// <summary>What is none of libvirt's words for yes is no.</summary>
    public static string? Boolean(string? text, string name) => Of(text, name, t => t is "yes" or "true" or "1" ? "true" : "false");

    public static string? Comment(string? text) => text is { Length: > LongestComment } ? text[..LongestComment] : text;

    public static string? TcpFlags(string? text, string name) => Of(text, name, t =>
        t.Split('/') is [var mask, var set] && Flags(mask) is { } looked && Flags(set) is { } wanted ? $"{Write(looked)}/{Write(wanted)}" : null);

    public static string? States(string? text, string name) => Of(text, name, t =>
    {
        var said = t.Split(',').Select(s => s.Trim().ToUpperInvariant()).Where(s => s.Length > 0).ToList();
        return said.Exists(s => s != "NONE" && !s_states.Contains(s)) ? null
            : said.Contains("NONE") ? "NONE" : string.Join(',', s_states.Where(said.Contains));
    });

    public static string? SetName(string? text, string name) => Of(text, name, t => t.Length <= LongestSetName && SetNameForm().IsMatch(t) ? t : null);

    public static string? SetFlags(string? text, string name) => Of(text, name, t =>
    {
        var flags = t.ToLowerInvariant().Split(',');
        return flags.Length <= MostSetFlags && Array.TrueForAll(flags, f => f is "src" or "dst") ? string.Join(',', flags) : null;
    });

    private static string? Named(string? text, string name, (string Name, uint Number)[] names, uint least, uint most) => Of(text, name, t =>
    {
        var known = Array.Find(names, n => n.Name.Equals(t, StringComparison.OrdinalIgnoreCase));
        if (known.Name is null && FilterNumber.TryParse(t, out var number, out var hexadecimal) && number >= least && number <= most)
        {
            known = Array.Find(names, n => n.Number == number);
            return known.Name ?? Write(number, hexadecimal);
        }

        return known.Name;
    });

    private static string? Of(string? text, string name, Func<string, string?> read) =>
        text is null ? null
        : (text.StartsWith('$') ? Variable(text) : read(text)) ?? throw VireoException.Internal(ErrorDomain.Nwfilter, $"{name} has illegal value {text}");

    private static string? Variable(string text) => VariableForm().Match(text) is { Success: true } match ? match.Groups[1].Value + Index(match) : null;

    // The first iterator is the one meant when none is said.
    private static string Index(Match match) => match.Groups[3].Success && match.Groups[2].Value + match.Groups[3].Value != "@0" ? $"[{match.Groups[2].Value}{match.Groups[3].Value}]" : "";

    private static uint? Flags(string text)
    {
        uint flags = 0;
        foreach (var part in text.Split(',').Select(p => p.Trim()).Where(p => p.Length > 0))
        {
            var known = Array.Find(s_flags, f => f.Name.Equals(part, StringComparison.OrdinalIgnoreCase));
            if (known.Name is null && !part.Equals("ALL", StringComparison.OrdinalIgnoreCase) && !part.Equals("NONE", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            flags |= known.Name is not null ? known.Number : part.Equals("ALL", StringComparison.OrdinalIgnoreCase) ? 63u : 0;
        }

        return flags;
    }

    private static string Write(uint flags) =>
        flags == 0 ? "NONE" : flags == 63 ? "ALL" : string.Join(',', s_flags.Where(f => (flags & f.Number) != 0).Select(f => f.Name));

    private static string Write(uint number, bool hexadecimal) =>
        hexadecimal ? "0x" + number.ToString("x", CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture);

    private static int Length(IPAddress mask)
    {
        var bits = string.Concat(mask.GetAddressBytes().Select(b => b.ToString("b8", CultureInfo.InvariantCulture)));
        var length = bits.IndexOf('0', StringComparison.Ordinal) is >= 0 and var zero ? zero : bits.Length;
        return bits.IndexOf('1', length) < 0 ? length : -1;
    }

    [GeneratedRegex(@"^(\$[a-zA-Z0-9_]*)(?:\[ *(@?)([0-9]+) *\])? *$")]
    private static partial Regex VariableForm();

    [GeneratedRegex(@"^[a-zA-Z0-9_.:\-+ ]*$")]
    private static partial Regex SetNameForm();
}
