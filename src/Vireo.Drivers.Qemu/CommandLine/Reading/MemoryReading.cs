using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Memory and the number of processors.</summary>
internal static class MemoryReading
{
    // What QEMU takes when it is told nothing.
    private const ulong UsualMiB = 128;

    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        Processors(state);
        NumaReading.Read(state);
        Size(state);
        foreach (var option in state.Unread("-overcommit").Concat(state.Unread("-realtime")).ToList())
        {
            var properties = option.Properties;
            var locked = properties.Flag(option.Name == "-realtime" ? "mlock" : "mem-lock");
            if (locked == true)
            {
                state.Config = state.Config with { MemoryBacking = (state.Config.MemoryBacking ?? new MemoryBackingConfig()) with { Locked = true } };
            }

            option.Read(properties);
        }

        foreach (var option in state.Unread("-object").ToList())
        {
            var properties = option.Properties;
            if (properties.Take("qom-type") == "iothread" && Thread(properties.Take("id")) is { } id && properties.Understood && !state.Config.Iothreadids.Any(t => t.Id == id))
            {
                state.Config = state.Config with { Iothreadids = state.Config.Iothreadids.Add(new IoThreadConfig { Id = id }), Iothreads = (state.Config.Iothreads ?? 0) + 1 };
                option.Read();
            }
        }
    }

    /// <summary>The number of an I/O thread that the document has; null for a name that it has not.</summary>
    public static uint? Thread(ReadingState state, string? name) => Thread(name) is { } id && state.Config.Iothreadids.Any(t => t.Id == id) ? id : null;

    /// <summary>Takes what holds the machine's memory, when the document can say it.</summary>
    public static void Backing(ReadingState state, OptionProperties machine)
    {
        if (machine.Peek("memory-backend") is not { } id || state.WithId("-object", id) is not { } option)
        {
            return;
        }

        var properties = option.Properties;
        var type = properties.Take("qom-type");
        properties.TakeAny("id", "size", "x-use-canonical-path-for-ramblock-id");
        var (share, huge, prealloc) = (properties.Flag("share"), properties.Flag("hugetlb"), properties.Flag("prealloc"));
        var page = properties.Big("hugetlbsize");
        if (!properties.Understood || type is not ("memory-backend-ram" or "memory-backend-memfd"))
        {
            return;
        }

        machine.Take("memory-backend");
        option.Read();
        var backing = (state.Config.MemoryBacking ?? new MemoryBackingConfig()) with
        {
            Source = type == "memory-backend-memfd" && huge != true ? MemorySource.Memfd : null,
            Access = share switch { true => MemoryAccess.Shared, false => MemoryAccess.Private, null => null },
            Hugepages = huge == true ? new HugepagesConfig { Pages = page is { } bytes ? [new HugepageConfig { Size = new DataSize(bytes) }] : [] } : null,
            Allocation = prealloc == true && huge != true ? new MemoryAllocation { Mode = MemoryAllocationMode.Immediate } : null,
        };
        state.Config = state.Config with { MemoryBacking = backing == new MemoryBackingConfig() ? null : backing };
    }

    /// <summary>An amount as QEMU reads it.</summary>
    /// <param name="text">A number and perhaps a unit.</param>
    /// <param name="unit">The unit of a number without one, in bytes.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is no amount.</exception>
    public static DataSize Amount(string text, ulong unit)
    {
        var digits = text.TrimEnd('b', 'B');
        if (digits.Length > 0 && "kKmMgGtT".Contains(digits[^1], StringComparison.Ordinal))
        {
            unit = 1UL << (10 * (1 + "kmgt".IndexOf(char.ToLowerInvariant(digits[^1]), StringComparison.Ordinal)));
            digits = digits[..^1];
        }

        return OptionProperties.TryNumber(digits, out var count) && count > 0 && count <= (1UL << 50) / unit ? new DataSize(count * unit) : throw ShellLine.Malformed($"cannot parse memory level '{text}'");
    }

    private static void Size(ReadingState state)
    {
        var size = DataSize.FromMiB(UsualMiB);
        foreach (var option in state.Unread("-m").ToList())
        {
            var properties = option.Properties;
            size = properties.Take("size") is { } text ? Amount(text, 1 << 20) : size;
            if (state.Config.Cpu?.Numa is not null && properties.Peek("maxmem") is { } most)
            {
                // Only a guest with cells can be given more.
                properties.Take("maxmem");
                state.Config = state.Config with { MaxMemory = new MaxMemoryConfig { Size = Amount(most, 1 << 20), Slots = properties.Number("slots") } };
            }

            option.Read(properties);
        }

        state.Config = state.Config with { Memory = (state.Config.Memory ?? new DomainMemory()) with { Size = size }, CurrentMemory = size };
    }

    private static void Processors(ReadingState state)
    {
        var (count, maximum) = (1u, 1u);
        foreach (var option in state.Unread("-smp").ToList())
        {
            var properties = option.Properties;
            var (cpus, most) = (properties.Number("cpus"), properties.Number("maxcpus"));
            var (sockets, dies, cores, threads) = (properties.Number("sockets"), properties.Number("dies"), properties.Number("cores"), properties.Number("threads"));
            if (cpus == 0 || most == 0 || sockets == 0 || dies == 0 || cores == 0 || threads == 0 || (!properties.Understood && properties.Names.Count == 0))
            {
                throw ShellLine.Malformed($"cannot parse CPU topology '{option.Value}'");
            }

            var product = Product(sockets ?? 1, dies ?? 1, cores ?? 1, threads ?? 1) ?? throw ShellLine.Malformed($"cannot parse CPU topology '{option.Value}'");
            maximum = most ?? Math.Max(cpus ?? 0, sockets is null && product > 0 && cpus is { } all && all % product == 0 ? all : cpus ?? product);
            count = cpus ?? maximum;
            if (count > maximum)
            {
                throw ShellLine.Malformed($"cannot parse CPU topology '{option.Value}'");
            }

            if (sockets is not null || dies is not null || cores is not null || threads is not null)
            {
                // The one that is left out is what the others leave.
                var rest = Math.Max(1, maximum / Math.Max(1, product));
                var topology = new CpuTopology
                {
                    Sockets = sockets ?? rest,
                    Dies = dies,
                    Cores = cores ?? (sockets is not null ? rest : 1),
                    Threads = threads ?? (sockets is not null && cores is not null ? rest : 1),
                };
                state.Config = state.Config with { Cpu = new CpuConfig { Topology = topology } };
            }

            option.Read(properties);
        }

        state.Config = state.Config with { Vcpu = new VcpuConfig { Count = maximum, Current = count == maximum ? null : count } };
    }

    private static uint? Product(params ReadOnlySpan<uint> numbers)
    {
        ulong product = 1;
        foreach (var number in numbers)
        {
            product = Math.Min(product * number, ulong.MaxValue >> 32);
        }

        return product <= 65536 ? (uint)product : null;
    }

    private static uint? Thread(string? name) =>
        name is not null && name.StartsWith("iothread", StringComparison.Ordinal) && uint.TryParse(name.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
}
