using System.Globalization;
using Vireo.Host.Facts;

namespace Vireo.Host.Network;

/// <summary>What the kernel counts of a network device, seen from the host.</summary>
/// <param name="ReceivedBytes">Bytes received.</param>
/// <param name="ReceivedPackets">Packets received.</param>
/// <param name="ReceiveErrors">Packets received wrong.</param>
/// <param name="ReceiveDrops">Packets received and dropped.</param>
/// <param name="SentBytes">Bytes sent.</param>
/// <param name="SentPackets">Packets sent.</param>
/// <param name="SendErrors">Packets that could not be sent.</param>
/// <param name="SendDrops">Packets dropped instead of being sent.</param>
public sealed record NetworkCounters(
    long ReceivedBytes, long ReceivedPackets, long ReceiveErrors, long ReceiveDrops, long SentBytes, long SentPackets, long SendErrors, long SendDrops)
{
    /// <summary>Seen from the other end of the cable: what the host sends into a tap its guest receives.</summary>
    public NetworkCounters OtherEnd => new(SentBytes, SentPackets, SendErrors, SendDrops, ReceivedBytes, ReceivedPackets, ReceiveErrors, ReceiveDrops);

    /// <summary>Those of all devices of the host, by name.</summary>
    public static IReadOnlyDictionary<string, NetworkCounters> Read() => Parse(FactFile.Text("/proc/net/dev") ?? "");

    /// <summary>Reads <c>/proc/net/dev</c>.</summary>
    internal static IReadOnlyDictionary<string, NetworkCounters> Parse(string table)
    {
        var devices = new Dictionary<string, NetworkCounters>(StringComparer.Ordinal);
        foreach (var line in table.Split('\n').Skip(2))
        {
            // A device's name may hold a colon; its counters do not.
            var colon = line.LastIndexOf(':');
            long[] fields = colon < 0 ? [] : [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static field => long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0)];
            if (fields.Length >= 12)
                devices[line[..colon].Trim()] = new(fields[0], fields[1], fields[2], fields[3], fields[8], fields[9], fields[10], fields[11]);
        }

        return devices;
    }
}
