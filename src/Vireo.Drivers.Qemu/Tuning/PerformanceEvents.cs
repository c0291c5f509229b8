using System.Collections.Immutable;
using Vireo.Config;
using Vireo.Host;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>The performance events of a running guest that the host counts: what <c>perf</c> switches on and off.</summary>
internal sealed class PerformanceEvents : IDisposable
{
    private const uint Hardware = 0;
    private const uint Software = 1;

    private static readonly ImmutableArray<PerfEventName> s_names = [.. Enum.GetValues<PerfEventName>()];

    private ImmutableDictionary<PerfEventName, PerformanceCounter> _counters = ImmutableDictionary<PerfEventName, PerformanceCounter>.Empty;

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } = [.. s_names.Select(static name => (name.ToXmlName(), TypedParameterType.Boolean))];

    /// <summary>What a document says.</summary>
    public static TypedParam[] Read(ConfigList<PerfEvent> events) => [.. s_names.Select(name => TypedParam.Of(name.ToXmlName(), events.Any(e => e.Name == name && e.Enabled == true)))];

    /// <summary>A document with what a caller sets.</summary>
    public static DomainConfig Change(DomainConfig config, IReadOnlyCollection<TypedParam> given) => config with
    {
        Perf =
        [
            .. from name in s_names
               let set = given.Where(parameter => parameter.Field == name.ToXmlName()).Select(static parameter => (bool?)parameter.Flag).FirstOrDefault()
               let enabled = set ?? config.Perf.FirstOrDefault(e => e.Name == name)?.Enabled
               where enabled is not null
               select new PerfEvent { Name = name, Enabled = enabled },
        ],
    };

    /// <summary>Counts what a document says, and nothing else.</summary>
    /// <exception cref="VireoException">VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_SYSTEM_ERROR: this host does not count it.</exception>
    public void Follow(int pid, ConfigList<PerfEvent> events)
    {
        foreach (var name in s_names)
        {
            var wanted = events.Any(e => e.Name == name && e.Enabled == true);
            if (wanted && !_counters.ContainsKey(name))
            {
                _counters = _counters.Add(name, Start(pid, name));
            }
            else if (!wanted && _counters.TryGetValue(name, out var counter))
            {
                _counters = _counters.Remove(name);
                counter.Dispose();
            }
        }
    }

    /// <summary>Counts anew what a guest that is taken up was counted for; what cannot be counted is left out.</summary>
    public void TryFollow(int pid, ConfigList<PerfEvent> events)
    {
        try
        {
            Follow(pid, events);
        }
        catch (VireoException)
        {
            // It could when the guest was started: a guest is not given up for a counter.
        }
    }

    /// <summary>What has been counted.</summary>
    public IEnumerable<(string Name, ulong Value)> Read() => _counters.OrderBy(static counter => counter.Key).Select(static counter => (counter.Key.ToXmlName(), counter.Value.Value));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var counter in _counters.Values)
        {
            counter.Dispose();
        }
    }

    private static PerformanceCounter Start(int pid, PerfEventName name)
    {
        if (name < PerfEventName.CpuCycles)
        {
            // Kernels since 4.14 have no such events.
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.None, $"unable to enable host cpu perf event for {name.ToXmlName()}");
        }

        try
        {
            return name < PerfEventName.CpuClock
                ? PerformanceCounter.Start(pid, Hardware, (ulong)(name - PerfEventName.CpuCycles))
                : PerformanceCounter.Start(pid, Software, (ulong)(name - PerfEventName.CpuClock));
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, $"unable to open host cpu perf event for {name.ToXmlName()}", ErrorDomain.None);
        }
    }
}
