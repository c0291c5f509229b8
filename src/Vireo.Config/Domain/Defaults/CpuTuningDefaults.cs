using System.Globalization;

namespace Vireo.Config.Defaults;

/// <summary>Where vCPUs, I/O threads and memory are placed on the host.</summary>
internal static class CpuTuningDefaults
{
    // In microseconds.
    private const ulong ShortestPeriod = 1000;
    private const ulong LongestPeriod = 1000000;
    private const long LargestQuota = 17592186044415;

    /// <summary>Brings placement, threads, pins and schedulers into libvirt's form and order.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_CONFIG_UNSUPPORTED: they contradict each other.</exception>
    public static DomainConfig Apply(DomainConfig config)
    {
        config = Placement(Vcpus(config));
        config = config with { Iothreadids = IoThreads(config) };
        return config.Cputune is not { } tune ? config : config with { Cputune = Tune(tune, config) };
    }

    private static DomainConfig Vcpus(DomainConfig config)
    {
        var vcpu = (config.Vcpu ?? 1u) with { Count = config.Vcpu?.Count ?? 1 };
        if (config.Vcpus.IsEmpty)
        {
            return config with { Vcpu = vcpu };
        }

        var states = config.Vcpus.OrderBy(v => v.Id).ToList();
        if (states.Find(v => v.Id >= vcpu.Count) is { } beyond)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"vcpu id '{beyond.Id}' is out of range of maximum vcpu count");
        }

        if (states.Find(v => v.Id == 0) is { } first)
        {
            if (first.Enabled == false)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "vcpu 0 can't be offline");
            }

            if (first.Hotpluggable == true)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "vcpu0 can't be hotpluggable");
            }

            if (first.Order is not (null or 1))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "vcpu0 must be enabled first");
            }
        }

        var enabled = (uint)states.Count(v => v.Enabled == true);
        return config with
        {
            Vcpus = states.Select(v => v with { Hotpluggable = v.Hotpluggable ?? v.Enabled != true }).ToList().ToConfigList(),
            Vcpu = vcpu with { Current = enabled == vcpu.Count ? null : enabled },
        };
    }

    private static DomainConfig Placement(DomainConfig config)
    {
        var vcpu = config.Vcpu!;
        var told = config.Numatune;
        var automatic = vcpu.Placement == CpuPlacement.Auto
            || (told?.Memory?.Placement == NumaPlacement.Auto && vcpu.Cpuset is null && config.Cputune is not { Vcpupins.IsEmpty: false } and not { Emulatorpin: not null });
        vcpu = vcpu with
        {
            Placement = automatic ? CpuPlacement.Auto : CpuPlacement.Static,
            Cpuset = automatic ? null : vcpu.Cpuset,
            Current = vcpu.Current == vcpu.Count ? null : vcpu.Current,
        };
        var memory = told?.Memory is { } said ? Memory(said, automatic) : automatic ? new NumaMemory { Mode = NumaMemoryMode.Strict, Placement = NumaPlacement.Auto } : null;
        var nodes = Nodes(told?.Memnodes ?? [], memory, config.Cpu?.Numa?.Cells.Count ?? 0);
        return config with
        {
            Vcpu = vcpu,
            Numatune = memory is null && nodes.IsEmpty ? null : (told ?? new NumatuneConfig()) with { Memory = memory, Memnodes = nodes },
        };
    }

    private static NumaMemory Memory(NumaMemory memory, bool automatic)
    {
        var chosen = memory.Placement == NumaPlacement.Auto || (memory is { Placement: null, Nodeset: null } && automatic);
        return chosen || memory.Nodeset is not null
            ? memory with { Mode = memory.Mode ?? NumaMemoryMode.Strict, Placement = chosen ? NumaPlacement.Auto : null, Nodeset = chosen ? null : memory.Nodeset }
            : throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "nodeset for NUMA memory tuning must be set if 'placement' is 'static'");
    }

    private static ConfigList<NumaMemory> Nodes(ConfigList<NumaMemory> nodes, NumaMemory? memory, int cells)
    {
        if (nodes.IsEmpty)
        {
            return nodes;
        }

        if (memory?.Placement == NumaPlacement.Auto)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "Per-node binding is not compatible with automatic NUMA placement.");
        }

        if (cells == 0)
        {
            throw Refused("Element 'memnode' is invalid without any guest NUMA cells");
        }

        var seen = new HashSet<uint>();
        foreach (var node in nodes)
        {
            var refusal = node switch
            {
                { Cellid: null } => "Missing required attribute 'cellid' in element 'memnode'",
                { Cellid: { } id } when id >= cells => "Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell",
                { Cellid: { } id } when !seen.Add(id) => $"Multiple memnode elements with cellid {id}",
                { Nodeset: null } => "Missing required nodeset attribute in memnode element",
                { Mode: not NumaMemoryMode.Restrictive } when memory?.Mode == NumaMemoryMode.Restrictive =>
                    "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element",
                _ => null,
            };
            if (refusal is not null)
            {
                throw Refused(refusal);
            }
        }

        return nodes.OrderBy(n => n.Cellid).Select(n => n with { Mode = n.Mode ?? NumaMemoryMode.Strict }).ToList().ToConfigList();
    }

    // A document that counts more threads than it names gets the lowest numbers that are free.
    private static ConfigList<IoThreadConfig> IoThreads(DomainConfig config)
    {
        var threads = config.Iothreadids.ToList();
        if (threads.Count == 0)
        {
            return config.Iothreadids;
        }

        for (uint id = 1; threads.Count < config.Iothreads; id++)
        {
            if (!threads.Exists(t => t.Id == id))
            {
                threads.Add(new IoThreadConfig { Id = id });
            }
        }

        return threads.ToConfigList();
    }

    private static CputuneConfig? Tune(CputuneConfig tune, DomainConfig config)
    {
        var threads = config.Iothreadids.IsEmpty ? Enumerable.Range(1, (int)Math.Min(config.Iothreads ?? 0, 1 << 16)).Select(i => (uint)i).ToList() : [.. config.Iothreadids.Select(t => t.Id!.Value)];
        var count = config.Vcpu!.Count!.Value;
        CheckRanges(tune);
        foreach (var pin in tune.Iothreadpins)
        {
            RequireThread(threads, pin.Iothread ?? 0);
        }

        tune = tune with
        {
            Vcpupins = tune.Vcpupins.Where(p => p.Vcpu < count).OrderBy(p => p.Vcpu).ToList().ToConfigList(),
            Iothreadpins = tune.Iothreadpins.OrderBy(p => threads.IndexOf(p.Iothread ?? 0)).ToList().ToConfigList(),
            Vcpuscheds = Schedulers(tune.Vcpuscheds, s => s.Vcpus, "vcpu", id =>
            {
                if (id >= count)
                {
                    throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"vCPU '{id}' is not present in domain definition");
                }
            }).OrderBy(s => s.Id).Select(s => s.Scheduler with { Vcpus = Text(s.Id) }).ToList().ToConfigList(),
            Iothreadscheds = Schedulers(tune.Iothreadscheds, s => s.Iothreads, "iothread", id => RequireThread(threads, id))
                .OrderBy(s => threads.IndexOf(s.Id)).Select(s => s.Scheduler with { Iothreads = Text(s.Id) }).ToList().ToConfigList(),
        };
        return tune == new CputuneConfig() ? null : tune;
    }

    private static void CheckRanges(CputuneConfig tune)
    {
        foreach (var (name, period) in (ReadOnlySpan<(string, ulong?)>)[("period", tune.Period), ("global_period", tune.GlobalPeriod), ("emulator_period", tune.EmulatorPeriod), ("iothread_period", tune.IothreadPeriod)])
        {
            if (period is > 0 and (< ShortestPeriod or > LongestPeriod))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Value of cputune '{name}' must be in range [{ShortestPeriod}, {LongestPeriod}]");
            }
        }

        foreach (var (name, quota) in (ReadOnlySpan<(string, long?)>)[("quota", tune.Quota), ("global_quota", tune.GlobalQuota), ("emulator_quota", tune.EmulatorQuota), ("iothread_quota", tune.IothreadQuota)])
        {
            if (quota is > 0 and (< (long)ShortestPeriod or > LargestQuota))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Value of cputune '{name}' must be in range [{ShortestPeriod}, {LargestQuota}]");
            }
        }
    }

    /// <summary>Each thing that is scheduled has an element of its own.</summary>
    private static List<(uint Id, SchedulerConfig Scheduler)> Schedulers(ConfigList<SchedulerConfig> all, Func<SchedulerConfig, string?> set, string kind, Action<uint> require)
    {
        var result = new List<(uint Id, SchedulerConfig Scheduler)>();
        foreach (var one in all)
        {
            var realTime = one.Scheduler is SchedulerPolicy.Fifo or SchedulerPolicy.Rr;
            foreach (var id in NumberSet.Parse(set(one) ?? throw Refused($"Missing attribute '{kind}s' in element '{kind}sched'")))
            {
                require((uint)id);
                if (result.Exists(r => r.Id == id))
                {
                    throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, $"'{kind}sched' attributes '{kind}s' must not overlap");
                }

                result.Add(((uint)id, one with { Vcpus = null, Iothreads = null, Priority = realTime ? one.Priority : null }));
            }
        }

        return result;
    }

    private static void RequireThread(List<uint> threads, uint id)
    {
        if (!threads.Contains(id))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Cannot find 'iothread' : {id}");
        }
    }

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);

    private static VireoException Refused(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);
}
