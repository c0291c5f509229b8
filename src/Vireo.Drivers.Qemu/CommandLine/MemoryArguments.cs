using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The guest's memory as it starts, and how much it may grow.</summary>
internal static class MemoryArguments
{
    /// <summary>Adds it.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        var initial = Initial(config);
        arguments.Add("-m", config.MaxMemory is { } maximum
            ? new OptionList().With("size", KiB(initial.MiB)).With("slots", maximum.Slots?.ToString(CultureInfo.InvariantCulture)).With("maxmem", KiB(maximum.Size.MiB)).ToString()
            : initial.MiB.ToString(CultureInfo.InvariantCulture));
        if (!NumaArguments.HasCells(config))
        {
            var main = new MemoryBackend(MainId(context), DataSize.FromMiB(initial.MiB)) { IsMain = true };
            arguments.Add("-object", main.ToObject(config, context));
        }

        arguments.Add("-overcommit", config.MemoryBacking?.Locked == true ? "mem-lock=on" : "mem-lock=off");
    }

    /// <summary>The id that the machine's memory must have, whatever holds it.</summary>
    public static string MainId(CommandLineContext context) => context.Machine?.DefaultRam ?? "pc.ram";

    /// <summary>The memory that is there before any memory device.</summary>
    public static DataSize Initial(DomainConfig config)
    {
        if (NumaArguments.HasCells(config))
        {
            return DataSize.FromMiB(config.Cpu!.Numa!.Cells.Aggregate(0UL, (sum, cell) => sum + (cell.Memory?.MiB ?? 0)));
        }

        var pluggable = config.Devices.Memories.Aggregate(0UL, (sum, memory) => sum + (memory.Target?.Size?.Bytes ?? 0));
        var all = config.Memory!.Size.Bytes;
        Unsupported.When(pluggable >= all, "<memory>", "is not more than its memory devices have together");
        return new DataSize(all - pluggable);
    }

    private static string KiB(ulong mebibytes) => string.Create(CultureInfo.InvariantCulture, $"{mebibytes * 1024}k");
}
