using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The virtual processors of a document, one by one, and what becomes of them. Nothing here touches a guest.</summary>
internal static class VcpuSet
{
    private const string Prefix = "vcpu";

    /// <summary>QEMU's name of one that was plugged in.</summary>
    public static string Alias(uint number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    /// <summary>The number that such a name has; null for another's.</summary>
    public static uint? NumberOf(string alias) =>
        alias.StartsWith(Prefix, StringComparison.Ordinal) && uint.TryParse(alias.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>All of a document, by number, whether it lists them or not. One that came to a running guest does not say whether it goes.</summary>
    public static ConfigList<Config.VcpuState> Of(DomainConfig config, bool live)
    {
        if (!config.Vcpus.IsEmpty)
        {
            return config.Vcpus;
        }

        var online = Online(config);
        return Enumerable.Range(0, (int)Maximum(config)).Select(i => new Config.VcpuState
        {
            Id = (uint)i,
            Enabled = i < online,
            Hotpluggable = i < online ? false : live ? null : true,
            Order = live && i < online ? (uint)i + 1 : null,
        }).ToConfigList();
    }

    /// <summary>How many there are.</summary>
    public static uint Online(DomainConfig config) => config.Vcpu?.Current ?? Maximum(config);

    /// <summary>How many there may be.</summary>
    public static uint Maximum(DomainConfig config) => config.Vcpu?.Count ?? 1;

    /// <summary>A document with these.</summary>
    public static DomainConfig With(DomainConfig config, ConfigList<Config.VcpuState> states)
    {
        var online = (uint)states.Count(s => s.Enabled == true);
        return config with { Vcpu = (config.Vcpu ?? new VcpuConfig()) with { Current = online == Maximum(config) ? null : online }, Vcpus = states };
    }

    /// <summary>A running guest's document in which one has come or gone.</summary>
    public static DomainConfig WithState(DomainConfig live, uint number, bool online)
    {
        var states = Of(live, live: true);
        var order = states.Max(s => s.Order ?? 0) + 1;
        return With(live, states.Map(s => s.Id == number ? s with { Enabled = online, Order = online ? s.Order ?? order : null } : s));
    }

    /// <summary>A starting guest's list, with the order in which they came: those that are there from the beginning first.</summary>
    /// <param name="states">The list; empty where the document has none.</param>
    /// <param name="plugged">Those that are plugged in, in their order.</param>
    public static ConfigList<Config.VcpuState> Ordered(ConfigList<Config.VcpuState> states, IReadOnlyList<uint> plugged)
    {
        List<uint> order = [.. states.Where(s => s.Enabled == true && !plugged.Contains(s.Id!.Value)).Select(s => s.Id!.Value), .. plugged];
        return states.Map(s => s with { Order = s.Enabled == true ? (uint)order.IndexOf(s.Id!.Value) + 1 : null });
    }

    /// <summary>A definition with so many.</summary>
    /// <param name="config">The definition.</param>
    /// <param name="count">How many; no more than there may be.</param>
    /// <param name="hotpluggable">Those that come are to be such that can go again.</param>
    public static DomainConfig WithCount(DomainConfig config, uint count, bool hotpluggable)
    {
        var now = Online(config);
        var states = Of(config, live: false).Map(s => s with { Order = null });
        var listed = !config.Vcpus.IsEmpty || (hotpluggable && count > now);
        for (var i = 0; i < states.Count && now < count; i++)
        {
            if (states[i].Enabled != true)
            {
                states = states.SetItem(i, states[i] with { Enabled = true, Hotpluggable = hotpluggable ? true : states[i].Hotpluggable });
                now++;
            }
        }

        for (var i = states.Count - 1; i >= 0 && now > count; i--)
        {
            if (states[i].Enabled == true)
            {
                states = states.SetItem(i, states[i] with { Enabled = false, Hotpluggable = true });
                now--;
            }
        }

        var changed = With(config, states);
        return listed ? changed : changed with { Vcpus = [] };
    }

    /// <summary>A definition with another maximum.</summary>
    public static DomainConfig WithMaximum(DomainConfig config, uint maximum)
    {
        var states = Of(config, live: false).Map(s => s with { Order = null }).Take((int)maximum).ToList();
        while (states.Count < maximum)
        {
            states.Add(new Config.VcpuState { Id = (uint)states.Count, Enabled = false, Hotpluggable = true });
        }

        var changed = With(config with { Vcpu = (config.Vcpu ?? new VcpuConfig()) with { Count = maximum } }, [.. states]);
        return config.Vcpus.IsEmpty ? changed with { Vcpus = [] } : changed;
    }

    /// <summary>A definition in which some are switched on or off.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the first, or one that others follow that do not go.</exception>
    public static DomainConfig WithStates(DomainConfig config, NumberSet numbers, bool online)
    {
        if (!online && numbers.Contains(0))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "vCPU '0' must be enabled");
        }

        var states = Of(config, live: false);
        foreach (var number in numbers)
        {
            if (states.Any(s => s.Id > number && s is { Enabled: true, Hotpluggable: false }))
            {
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"vcpu '{number}' can't be modified as it is followed by non-hotpluggable online vcpus");
            }
        }

        return With(config, states.Map(s => numbers.Contains((int)s.Id!.Value) ? s with { Enabled = online, Hotpluggable = true, Order = null } : s with { Order = null }));
    }
}
