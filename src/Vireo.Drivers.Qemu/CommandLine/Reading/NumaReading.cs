using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>The guest's NUMA cells, all or none: a document could not refer to cells that are passed on.</summary>
internal static class NumaReading
{
    private const ulong MiB = 1 << 20;

    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        var options = state.Unread("-numa").ToList();
        var read = new List<QemuOption>();
        var cells = new List<NumaCell>();
        foreach (var option in options)
        {
            var properties = option.Properties;
            var understood = properties.Take("type") switch
            {
                "node" => Cell(state, properties, cells, read),
                "dist" => Distance(properties, cells),
                _ => false,
            };
            if (!understood || !properties.Understood)
            {
                return;
            }

            read.Add(option);
        }

        if (cells.Count == 0 || cells.DistinctBy(c => c.Id).Count() < cells.Count)
        {
            return;
        }

        read.ForEach(option => option.Read());
        state.Config = state.Config with { Cpu = (state.Config.Cpu ?? new CpuConfig()) with { Numa = new GuestNuma { Cells = cells.ToConfigList() } } };
    }

    private static bool Cell(ReadingState state, OptionProperties properties, List<NumaCell> cells, List<QemuOption> read)
    {
        var id = properties.Number("nodeid") ?? (uint)cells.Count;
        var cpus = string.Join(',', properties.TakeAll("cpus"));
        var cell = new NumaCell { Id = id, Cpus = cpus.Length > 0 && NumberSet.TryParse(cpus, out _) ? cpus : null, Memory = default(DataSize) };
        if (cpus.Length > 0 && cell.Cpus is null)
        {
            return false;
        }

        if (properties.Take("mem") is { } size)
        {
            cell = cell with { Memory = MemoryReading.Amount(size, MiB) };
        }
        else if (properties.Take("memdev") is { } memory)
        {
            if (state.WithId("-object", memory) is not { } option)
            {
                return false;
            }

            var backend = option.Properties;
            var plain = backend.Take("qom-type") == "memory-backend-ram";
            backend.Take("id");
            cell = cell with { Memory = backend.Take("size") is { } amount ? MemoryReading.Amount(amount, 1) : null, Discard = backend.Flag("discard-data") };
            if (!plain || !backend.Understood || cell.Memory is null)
            {
                return false;
            }

            read.Add(option);
        }

        cells.Add(cell);
        return true;
    }

    private static bool Distance(OptionProperties properties, List<NumaCell> cells)
    {
        var (from, to, value) = (properties.Number("src"), properties.Number("dst"), properties.Number("val"));
        var at = cells.FindIndex(c => c.Id == from);
        if (at < 0 || to is null || value is null)
        {
            return false;
        }

        cells[at] = cells[at] with { Distances = cells[at].Distances.Add(new NumaDistance { Id = to, Value = value }) };
        return true;
    }
}
