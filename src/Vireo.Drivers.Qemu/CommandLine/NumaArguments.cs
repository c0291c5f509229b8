using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The guest's NUMA cells: their memory, processors, distances and attributes.</summary>
internal static class NumaArguments
{
    /// <summary>Whether the guest's memory is divided.</summary>
    public static bool HasCells(DomainConfig config) => config.Cpu?.Numa?.Cells.IsEmpty == false;

    /// <summary>Whether the cells have a table of memory attributes (HMAT).</summary>
    public static bool HasAttributes(DomainConfig config) =>
        config.Cpu?.Numa is { } numa && (numa.Interconnects?.Entries.IsEmpty == false || numa.Cells.Any(c => !c.Caches.IsEmpty));

    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        if (!HasCells(config))
        {
            return;
        }

        var numa = config.Cpu!.Numa!;
        var attributes = HasAttributes(config);
        foreach (var cell in numa.Cells)
        {
            Cell(arguments, cell, config, context, attributes);
        }

        foreach (var (from, distance) in numa.Cells.SelectMany(cell => cell.Distances.Select(d => (cell, d))))
        {
            arguments.Add("-numa", new OptionList("dist").With("src", Text(from.Id)).With("dst", Text(distance.Id)).With("val", Text(distance.Value)).ToString());
        }

        foreach (var entry in numa.Interconnects?.Entries ?? [])
        {
            Interconnect(arguments, entry);
        }

        foreach (var (cell, cache) in numa.Cells.SelectMany(cell => cell.Caches.OrderBy(c => c.Level).Select(c => (cell, c))))
        {
            arguments.Add("-numa", new OptionList("hmat-cache").With("node-id", Text(cell.Id)).With("size", Bytes(cache.Size?.Value)).With("level", Text(cache.Level))
                .With("associativity", cache.Associativity switch { NumaCacheAssociativity.Full => "complex", var kind => kind?.ToXmlName() })
                .With("policy", cache.Policy switch { NumaCachePolicy.Writeback => "write-back", NumaCachePolicy.Writethrough => "write-through", var kind => kind?.ToXmlName() })
                .With("line", Bytes(cache.Line?.Value)).ToString());
        }
    }

    private static void Cell(ArgumentList arguments, NumaCell cell, DomainConfig config, CommandLineContext context, bool attributes)
    {
        var processors = cell.Cpus is { Length: > 0 } set ? NumberSet.Parse(set) : null;
        var value = new OptionList("node").With("nodeid", Text(cell.Id));
        foreach (var range in processors?.ToString().Split(',') ?? [])
        {
            value.With("cpus", range);
        }

        value.With("initiator", attributes && processors is null ? Text(Initiator(config, cell)) : null);
        if (cell.Memory is { Bytes: > 0 } memory)
        {
            var backend = new MemoryBackend(string.Create(CultureInfo.InvariantCulture, $"ram-node{cell.Id}"), MemoryArguments.Aligned(memory, MachineKind.Of(config.Os.Type!).MemoryGrain)) { Cell = cell.Id, Access = cell.MemAccess, Discard = cell.Discard };
            arguments.Add("-object", backend.ToObject(config, context));
            value.With("memdev", backend.Id);
        }

        arguments.Add("-numa", value.ToString());
    }

    // The cell with processors from which this one is reached fastest: the least latency, else the greatest bandwidth, to its memory itself.
    private static uint? Initiator(DomainConfig config, NumaCell cell)
    {
        var entries = (config.Cpu!.Numa!.Interconnects?.Entries ?? []).Where(e => e.Target == cell.Id && e.Cache is null).ToList();
        return entries.OfType<NumaLatency>().MinBy(e => e.Value)?.Initiator ?? entries.OfType<NumaBandwidth>().MaxBy(e => e.Value?.Bytes)?.Initiator
            ?? config.Cpu.Numa.Cells.Find(c => c.Cpus is { Length: > 0 })?.Id;
    }

    private static void Interconnect(ArgumentList arguments, NumaInterconnect entry)
    {
        var hierarchy = entry.Cache switch { null => "memory", 1 => "first-level", 2 => "second-level", 3 => "third-level", var level => throw Unsupported.Element($"cache level {level} of an interconnect") };
        var kind = entry is NumaLatency ? "latency" : "bandwidth";
        var value = new OptionList("hmat-lb").With("initiator", Text(entry.Initiator)).With("target", Text(entry.Target)).With("hierarchy", hierarchy)
            .With("data-type", entry.Type == "access" ? $"access-{kind}" : $"{entry.Type}-{kind}");
        arguments.Add("-numa", (entry is NumaBandwidth bandwidth
            ? value.With("bandwidth", bandwidth.Value is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size.KiB}K") : null)
            : value.With("latency", ((NumaLatency)entry).Value?.ToString(CultureInfo.InvariantCulture))).ToString());
    }

    private static string? Bytes(DataSize? size) => size?.Bytes.ToString(CultureInfo.InvariantCulture);

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
