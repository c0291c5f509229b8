using System.Globalization;
using Vireo.Config;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The guest's NUMA nodes: <c>[ [ "pnode=0", "size=2048", "vcpus=0-1", "vdistances=10,20" ], … ]</c>.</summary>
internal static class Vnuma
{
    private const string Key = "vnuma";
    private const uint Near = 10;
    private const uint Far = 20;
    private const uint MostFar = 255;
    private const int MostNodes = 255;

    /// <summary>The domain with a file's nodes; they tell how much memory it has.</summary>
    public static DomainConfig Parse(DomainConfig domain, XenFile file)
    {
        if (file.Value(Key) is not ConfItems list)
            return domain;
        var nodes = list.Items.OfType<ConfItems>().ToList();
        if (nodes.Count == 0)
            throw VireoException.Internal(ErrorDomain.Domain, "Cannot set an empty mem_nodes set");
        CheckCount(nodes.Count);
        var cells = nodes.Select((node, i) => Cell(node, i, nodes.Count)).ToConfigList();
        var cpus = cells.Sum(cell => (long)NumberSet.Parse(cell.Cpus!).Count);
        if (cpus > domain.Vcpu!.Count)
            throw XenErrors.Unsupported($"vnuma configuration contains {cpus} vcpus, which is greater than {domain.Vcpu.Count} maxvcpus", ErrorDomain.Xenxl);
        var numa = new GuestNuma { Cells = cells };
        return domain with { Cpu = (domain.Cpu ?? new()) with { Numa = numa }, Memory = Memory(numa) };
    }

    /// <summary>How much memory the nodes have together.</summary>
    /// <exception cref="VireoException">VIR_ERR_OVERFLOW: more than can be told.</exception>
    public static DataSize Memory(GuestNuma? numa)
    {
        var bytes = (numa?.Cells ?? default).Aggregate(UInt128.Zero, (sum, cell) => sum + (cell.Memory ?? default).Bytes);
        return bytes <= ulong.MaxValue ? new((ulong)bytes) : throw new VireoException(ErrorCode.Overflow, ErrorDomain.Xen, "size value too large");
    }

    /// <summary>Writes the nodes of a guest of so many CPUs.</summary>
    public static void Format(XenText text, GuestNuma? numa, uint most)
    {
        if (numa is null || numa.Cells.IsEmpty)
            return;
        CheckCount(numa.Cells.Count);
        var cells = numa.Cells.OrderBy(cell => cell.Id ?? 0).ToConfigList();
        var sets = cells.Select((cell, i) => cell.Cpus is { } set ? NumberSet.Parse(set) : throw XenErrors.Unsupported($"vnuma sibling {i} missing vcpus set", ErrorDomain.Xenxl)).ToList();
        if (sets.Sum(set => (long)set.Count) > most)
            throw VireoException.Internal(ErrorDomain.Domain, "Number of CPUs in <numa> exceeds the <vcpu> count");
        text.Add(Key, new ConfItems(cells.Select((cell, i) => (ConfValue)new ConfItems(
        [
            string.Create(CultureInfo.InvariantCulture, $"pnode={i}"),
            string.Create(CultureInfo.InvariantCulture, $"size={Megabytes(cell, i)}"),
            $"vcpus={sets[i]}",
            $"vdistances={string.Join(',', cells.Select((_, to) => Distance(cells, i, to)))}",
        ])).ToConfigList()));
    }

    private static ulong Megabytes(NumaCell cell, int index) => (cell.Memory ?? default).Bytes >> 20 is > 0 and var size
        ? size
        : throw XenErrors.Unsupported($"vnuma vnode {index} has less than a MiB of memory", ErrorDomain.Xenxl);

    private static NumaCell Cell(ConfItems node, int index, int count)
    {
        var cell = new NumaCell();
        var hasPlace = false;
        foreach (var text in node.Items.OfType<ConfText>().Select(item => item.Text))
        {
            if (text.Split('=', 2) is not [var name, var value])
                throw VireoException.Internal(ErrorDomain.Xenxl, $"vnuma vnode invalid format '{text}'");
            switch (name)
            {
                case "pnode":
                    // Where the host has it is not for a document to tell.
                    hasPlace = TryNumber(value, out var place) && place < count ? true
                        : throw XenErrors.Unsupported($"vnuma vnode {index} contains invalid pnode value '{value}'", ErrorDomain.Xenxl);
                    break;
                case "size":
                    var isSize = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size);
                    cell = cell with { Memory = isSize ? Head.Megabytes(size) : throw Invalid(index) };
                    break;
                case "vcpus":
                    cell = cell with { Cpus = NumberSet.Parse(value).ToString() };
                    break;
                case "vdistances":
                    cell = cell with { Distances = Distances(value, index, count) };
                    break;
                default:
                    throw Invalid(index);
            }
        }

        return hasPlace && cell is { Memory.Bytes: > 0, Cpus: not null }
            ? cell with { Id = (uint)index }
            : throw XenErrors.Syntax($"Incomplete vnuma configuration for vnode {index}");
    }

    private static ConfigList<NumaDistance> Distances(string text, int index, int count)
    {
        var parts = text.Split(',');
        if (parts.Length != count)
        {
            throw XenErrors.Unsupported(
                $"vnuma pnode {index} configured 'vdistances={text}' (count {parts.Length}) doesn't fit the number of specified vnodes {count}", ErrorDomain.Xenxl);
        }

        return parts.Select((part, to) => new NumaDistance
        {
            Id = (uint)to,
            Value = !TryNumber(part, out var value) ? throw Invalid(index)
                : IsDistance(value) ? value
                : throw XenErrors.Unsupported($"Distance value of {value} is not in valid range", ErrorDomain.Domain),
        }).ToConfigList();
    }

    /// <summary>How far one node is from another: as is told on either side, else as a host's nodes are as a rule.</summary>
    private static uint Distance(ConfigList<NumaCell> cells, int from, int to)
    {
        var told = cells[from].Distances.Find(distance => distance.Id == to) ?? cells[to].Distances.Find(distance => distance.Id == from);
        var distance = told?.Value ?? (from == to ? Near : Far);
        return IsDistance(distance) ? distance
            : throw VireoException.InvalidXml(ErrorDomain.Domain, $"'value {distance}' is invalid for 'sibling id {to}' under NUMA 'cell id {from}'");
    }

    private static bool IsDistance(uint value) => value is >= Near and <= MostFar;

    private static void CheckCount(int nodes)
    {
        if (nodes > MostNodes)
            throw XenErrors.Unsupported($"{nodes} NUMA nodes are more than the {MostNodes} that Xen has", ErrorDomain.Xenxl);
    }

    private static bool TryNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static VireoException Invalid(int index) => XenErrors.Syntax($"Invalid vnuma configuration for vnode {index}");
}
