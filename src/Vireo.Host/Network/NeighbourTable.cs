using System.Globalization;
using System.Net;
using Vireo.Host.Facts;

namespace Vireo.Host.Network;

/// <summary>Who the host has met on its networks: the kernel's table of IPv4 neighbours.</summary>
public static class NeighbourTable
{
    // ATF_COM of the kernel's flags: the neighbour has answered.
    private const int Complete = 2;

    /// <summary>IP address and hardware address of every neighbour whose answer is known, in the kernel's order.</summary>
    public static IReadOnlyList<(string Address, string HardwareAddress)> Read() => Parse(FactFile.Text("/proc/net/arp") ?? "");

    /// <summary>Reads <c>/proc/net/arp</c>.</summary>
    internal static IReadOnlyList<(string Address, string HardwareAddress)> Parse(string table) =>
    [
        .. table.Split('\n').Skip(1)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static fields => fields.Length >= 4 && IsComplete(fields[2]) && IPAddress.TryParse(fields[0], out _))
            .Select(static fields => (fields[0], fields[3])),
    ];

    private static bool IsComplete(string flags) =>
        flags.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(flags.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set) && (set & Complete) != 0;
}
