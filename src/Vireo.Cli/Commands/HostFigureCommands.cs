using System.Globalization;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>What the host counts of its CPUs and memory.</summary>
internal static class HostFigureCommands
{
    private const int All = -1;
    private const string Usage = "utilization";

    private static readonly (string Field, string Label)[] s_times = [("user", "user:"), ("kernel", "system:"), ("idle", "idle:"), ("iowait", "iowait:"), ("intr", "intr:")];

    public static async ValueTask CpuMapAsync(CommandContext context)
    {
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var map = await CommandContext.TryAsync("Unable to get cpu map", () => driver.NodeGetCpuMapAsync(1, 1, 0, context.CancellationToken));
        Line(context, "CPUs present:", $"{map.Ret}");
        Line(context, "CPUs online:", $"{map.Online}");
        Line(context, "CPU map:", context.Command.Has("pretty") ? CpuList.Text(map.Cpumap) : CpuList.Marks(map.Cpumap, map.Ret));
    }

    public static async ValueTask CpuTimesAsync(CommandContext context)
    {
        var cpu = context.Command.Integer("cpu") ?? All;
        var before = await TimesAsync(context, cpu);
        if (!context.Command.Has("percent"))
        {
            foreach (var (field, label) in s_times.Where(time => before.ContainsKey(time.Field)))
            {
                context.PrintLine($"{label,-15} {before[field],20}");
            }
            return;
        }
        if (before.TryGetValue(Usage, out var usage))
        {
            Percent(context, "usage:", usage);
            Percent(context, "idle:", 100 - usage);
            return;
        }

        // A rate needs two looks.
        await Task.Delay(TimeSpan.FromSeconds(1), context.CancellationToken);
        var after = await TimesAsync(context, cpu);
        var spent = s_times.Where(time => before.ContainsKey(time.Field) && after.ContainsKey(time.Field)).ToDictionary(time => time.Field, time => (double)(after[time.Field] - before[time.Field]));
        var total = spent.Values.Sum();
        Percent(context, "usage:", (total - spent.GetValueOrDefault("idle")) / total * 100);
        foreach (var (field, label) in s_times.Where(time => spent.ContainsKey(time.Field)))
        {
            Percent(context, label, spent[field] / total * 100);
        }
    }

    public static async ValueTask MemoryAsync(CommandContext context)
    {
        var cell = context.Command.Integer("cell") ?? All;
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var count = (await CommandContext.TryAsync("Unable to get number of memory stats", () => driver.NodeGetMemoryStatsAsync(0, cell, 0, context.CancellationToken))).Nparams;
        foreach (var (field, value) in (await CommandContext.TryAsync("Unable to get memory stats", () => driver.NodeGetMemoryStatsAsync(count, cell, 0, context.CancellationToken))).Params)
        {
            context.PrintLine($"{field,-7}: {value,20} KiB");
        }
    }

    private static async ValueTask<Dictionary<string, ulong>> TimesAsync(CommandContext context, int cpu)
    {
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var count = (await CommandContext.TryAsync("Unable to get number of cpu stats", () => driver.NodeGetCpuStatsAsync(cpu, 0, 0, context.CancellationToken))).Nparams;
        var told = await CommandContext.TryAsync("Unable to get node cpu stats", () => driver.NodeGetCpuStatsAsync(cpu, count, 0, context.CancellationToken));
        return told.Params.DistinctBy(static time => time.Field).ToDictionary(static time => time.Field, static time => time.Value);
    }

    private static void Percent(CommandContext context, string label, double value) => Line(context, label, string.Create(CultureInfo.InvariantCulture, $"{value,5:F1}%"));

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-15} {value}");
}
