using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The guest's USB buses with their hubs while ports are given out.</summary>
internal sealed class UsbTopology
{
    /// <summary>How many ports a hub has.</summary>
    public const int HubPorts = 8;

    // A port's path may name as many.
    private const int MaxDepth = 4;

    private readonly SortedDictionary<uint, Hub> _buses = [];

    /// <summary>How many ports the controllers have.</summary>
    public int Count => _buses.Values.Sum(b => b.Taken.Length);

    /// <summary>Adds a controller's own ports.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: the index is taken.</exception>
    public void AddController(uint index, int ports)
    {
        if (!_buses.TryAdd(index, new Hub(ports)))
        {
            throw Refused($"Duplicate USB controllers with index {index}");
        }
    }

    /// <summary>Puts a hub's ports behind the port where it is plugged in.</summary>
    public void AddHub(UsbAddress at)
    {
        var (hub, port) = Find(at);
        hub.Below[port] = new Hub(HubPorts);
    }

    /// <summary>Takes a port that the document names.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it does not exist or is taken.</exception>
    public void Take(UsbAddress at)
    {
        var (hub, port) = Find(at);
        if (hub.Taken[port])
        {
            throw Refused($"Duplicate USB address bus {at.Bus ?? 0} port {at.Port}");
        }

        hub.Taken[port] = true;
    }

    /// <summary>Finds a free port, on the bus that the document asks for.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: there is no such bus, or none is free.</exception>
    public UsbAddress Place(UsbAddress? wanted)
    {
        if (wanted?.Bus is { } named && !_buses.ContainsKey(named))
        {
            throw Refused($"USB bus {named} requested but no controller with that index is present");
        }

        foreach (var (index, bus) in _buses.Where(b => wanted?.Bus is null || wanted.Bus == b.Key))
        {
            if (bus.Place(1) is { } path)
            {
                return new UsbAddress { Bus = index, Port = path };
            }
        }

        throw Refused(_buses.Count == 0 ? "No USB buses available" : "No free USB ports");
    }

    private (Hub Hub, int Port) Find(UsbAddress at)
    {
        if (!_buses.TryGetValue(at.Bus ?? 0, out var hub))
        {
            throw Refused($"Missing USB bus {at.Bus ?? 0}");
        }

        var path = at.Port!.Split('.').Select(p => uint.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        for (var i = 0; i < path.Length - 1; i++)
        {
            hub = hub.Below.GetValueOrDefault((int)path[i] - 1)
                ?? throw Refused($"there is no hub at port {path[i]} in USB address bus: {at.Bus ?? 0} port: {at.Port}");
        }

        var last = path[^1];
        return last >= 1 && last <= hub.Taken.Length ? (hub, (int)last - 1) : throw Refused($"requested USB port {at.Port} not present on USB bus {at.Bus ?? 0}");
    }

    private static VireoException Refused(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);

    private sealed class Hub(int ports)
    {
        public bool[] Taken { get; } = new bool[ports];

        public SortedDictionary<int, Hub> Below { get; } = [];

        public string? Place(int depth)
        {
            var free = Array.IndexOf(Taken, false);
            if (free >= 0)
            {
                Taken[free] = true;
                return (free + 1).ToString(CultureInfo.InvariantCulture);
            }

            foreach (var (port, hub) in depth < MaxDepth ? Below : [])
            {
                if (hub.Place(depth + 1) is { } path)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{port + 1}.{path}");
                }
            }

            return null;
        }
    }
}
