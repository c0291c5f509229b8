using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>A processor of this host that is switched on.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Socket">The package it sits in.</param>
/// <param name="Die">The die within the package.</param>
/// <param name="Core">The core within the die.</param>
/// <param name="Siblings">The processors that share its core, as the kernel lists them: <c>0,4</c>, <c>0-1</c>.</param>
/// <param name="Node">The NUMA cell it belongs to.</param>
public sealed record HostProcessor(uint Id, uint Socket, uint Die, uint Core, string Siblings, uint Node);

/// <summary>The processors of this host as the kernel tells them.</summary>
public sealed record HostProcessors
{
    private const string Root = "/sys/devices/system/cpu";

    /// <summary>Those switched on, by number.</summary>
    public required IReadOnlyList<HostProcessor> All { get; init; }

    /// <summary>What /proc/cpuinfo tells of the first: <c>vendor_id</c>, <c>cpu family</c>, <c>flags</c>, ….</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>How many packages a NUMA cell has, at most.</summary>
    public int SocketsPerNode => All.GroupBy(static cpu => cpu.Node).Select(static node => node.Select(static cpu => cpu.Socket).Distinct().Count()).DefaultIfEmpty(1).Max();

    /// <summary>How many cores a package has, at most.</summary>
    public int CoresPerSocket => All.GroupBy(static cpu => cpu.Socket).Select(static socket => socket.Select(static cpu => (cpu.Die, cpu.Core)).Distinct().Count()).DefaultIfEmpty(1).Max();

    /// <summary>How many threads a core has, at most.</summary>
    public int ThreadsPerCore => All.GroupBy(static cpu => (cpu.Socket, cpu.Die, cpu.Core)).Select(static core => core.Count()).DefaultIfEmpty(1).Max();

    /// <summary>Its speed in MHz; 0 where the kernel does not tell.</summary>
    public int Megahertz => Properties.TryGetValue("cpu MHz", out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) ? (int)speed : 0;

    /// <summary>A number of <see cref="Properties"/>; null where it is missing.</summary>
    public uint? Number(string name)
    {
        if (!Properties.TryGetValue(name, out var text))
            return null;
        var hexadecimal = text.StartsWith("0x", StringComparison.Ordinal);
        return uint.TryParse(hexadecimal ? text.AsSpan(2) : text, hexadecimal ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The numbers of those switched on.</summary>
    public static IEnumerable<int> Online() => NumberList.Parse(FactFile.Text(Root + "/online") ?? "0").Select(static number => (int)number);

    /// <summary>How many there are, those switched off included.</summary>
    public static int PresentCount() => (int)NumberList.Parse(FactFile.Text(Root + "/present") ?? "0").Max() + 1;

    /// <summary>Reads them. A few files a processor; not for hot paths.</summary>
    public static HostProcessors Read()
    {
        var nodes = NodesOfProcessors();
        var all = NumberList.Parse(FactFile.Text(Root + "/online") ?? "0").Select(id => new HostProcessor(
            id,
            Topology(id, "physical_package_id"),
            Topology(id, "die_id"),
            Topology(id, "core_id"),
            FactFile.Text($"{Root}/cpu{id}/topology/thread_siblings_list") ?? id.ToString(CultureInfo.InvariantCulture),
            nodes.GetValueOrDefault(id))).ToList();
        return new() { All = all, Properties = Describe() };
    }

    // -1 is written where a level does not exist.
    private static uint Topology(uint id, string name) =>
        uint.TryParse(FactFile.Text($"{Root}/cpu{id}/topology/{name}"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Dictionary<uint, uint> NodesOfProcessors()
    {
        var nodes = new Dictionary<uint, uint>();
        foreach (var node in HostMemory.Nodes())
        {
            foreach (var cpu in NumberList.Parse(FactFile.Text($"/sys/devices/system/node/node{node}/cpulist") ?? ""))
                nodes[cpu] = node;
        }

        return nodes;
    }

    private static Dictionary<string, string> Describe()
    {
        var properties = new Dictionary<string, string>();
        foreach (var line in File.ReadLines("/proc/cpuinfo").TakeWhile(static line => line.Length > 0))
        {
            if (line.Split(':', 2) is [var name, var value])
                properties[name.Trim()] = value.Trim();
        }

        return properties;
    }
}
