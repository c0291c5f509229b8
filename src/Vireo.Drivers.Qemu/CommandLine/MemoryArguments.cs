using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

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
            var main = new MemoryBackend(MainId(context), initial) { IsMain = true };
            arguments.Add("-object", main.ToObject(config, context));
        }

        arguments.Add("-overcommit", config.MemoryBacking?.Locked == true ? "mem-lock=on" : "mem-lock=off");
    }

    /// <summary>The id that the machine's memory must have, whatever holds it.</summary>
    public static string MainId(CommandLineContext context) => context.Machine?.DefaultRam ?? "pc.ram";

    /// <summary>The memory that is there before any memory device.</summary>
    public static DataSize Initial(DomainConfig config)
    {
        var grain = MachineKind.Of(config.Os.Type!).MemoryGrain;
        if (NumaArguments.HasCells(config))
        {
            return Sum(config.Cpu!.Numa!.Cells.Select(cell => Aligned(cell.Memory ?? default, grain)));
        }

        var pluggable = Sum(config.Devices.Memories.Select(memory => memory.Target?.Size ?? default)).Bytes;
        var all = config.Memory!.Size.Bytes;
        Unsupported.When(pluggable >= all, "<memory>", "is not more than its memory devices have together");
        return Aligned(new DataSize(all - pluggable), grain);
    }

    /// <summary>The size in whole grains: QEMU takes no other.</summary>
    /// <param name="size">As the document has it.</param>
    /// <param name="grain">Bytes of a grain: what the machine or the device needs.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it would be 16 EiB or more.</exception>
    public static DataSize Aligned(DataSize size, ulong grain)
    {
        var rest = size.Bytes % grain;
        Unsupported.When(rest > 0 && size.Bytes > ulong.MaxValue - (grain - rest), "memory size", "overflowed after alignment");
        return rest == 0 ? size : new DataSize(size.Bytes - rest + grain);
    }

    private static DataSize Sum(IEnumerable<DataSize> sizes)
    {
        var sum = 0UL;
        foreach (var size in sizes)
        {
            Unsupported.When(size.Bytes > ulong.MaxValue - sum, "memory size", "overflowed");
            sum += size.Bytes;
        }

        return new DataSize(sum);
    }

    private static string KiB(ulong mebibytes) => string.Create(CultureInfo.InvariantCulture, $"{mebibytes * 1024}k");
}
