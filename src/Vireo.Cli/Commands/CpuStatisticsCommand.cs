using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>cpu-stats</c>: how long a domain has run on each host CPU, and in all.</summary>
internal static class CpuStatisticsCommand
{
    private const int Total = -1;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    // What the protocol takes in one call.
    private const int MostCpus = 128;

    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var start = command.Integer("start");
        if (start < 0)
        {
            throw new CommandException("Invalid value for start CPU");
        }
        var count = command.Integer("count");
        if (count < 0)
        {
            throw new CommandException("Invalid value for number of CPUs to show");
        }
        var each = start is not null || count is not null;
        var all = !each && !command.Has("total");
        if (each || all)
        {
            await EachAsync(context, domain, start ?? 0, count);
        }
        if (all || command.Has("total"))
        {
            var fields = (await AskAsync(context, domain, 0, Total, 1)).Nparams;
            if (fields == 0)
            {
                context.Print("No total stats available");
                return;
            }
            context.PrintLine("Total:");
            Print(context, (await AskAsync(context, domain, fields, Total, 1)).Params, "cpu_time", "user_time", "system_time");
        }
    }

    private static async ValueTask EachAsync(CommandContext context, Domain domain, int start, int? wanted)
    {
        var cpus = (await AskAsync(context, domain, 0, 0, 0)).Nparams;
        if (start >= cpus)
        {
            throw new CommandException($"Start CPU {start} is out of range (min: 0, max: {cpus - 1})");
        }
        if (wanted > cpus)
        {
            context.PrintLine($"Only {cpus} CPUs available to show");
        }
        var left = Math.Min(wanted ?? int.MaxValue, cpus - start);
        var fields = (await AskAsync(context, domain, 0, 0, 1)).Nparams;
        if (fields == 0)
        {
            context.Print("No per-CPU stats available");
            return;
        }
        for (var cpu = start; left > 0; left -= MostCpus, cpu += MostCpus)
        {
            var told = (await AskAsync(context, domain, fields, cpu, Math.Min(left, MostCpus))).Params;
            for (var i = 0; (i + 1) * fields <= told.Length; i++)
            {
                context.PrintLine($"CPU{cpu + i}:");
                Print(context, told.AsSpan(i * fields, fields).ToArray(), "cpu_time", "vcpu_time");
            }
        }
    }

    private static void Print(CommandContext context, IEnumerable<TypedParam> told, params string[] times)
    {
        foreach (var parameter in told)
        {
            context.PrintLine(string.Create(CultureInfo.InvariantCulture, $"\t{parameter.Field,-12} {(times.Contains(parameter.Field) && parameter.Type == TypedParameterType.Ullong
                ? $"{parameter.Unsigned / NanosecondsPerSecond,9}.{parameter.Unsigned % NanosecondsPerSecond:D9} seconds"
                : ParameterText.Value(parameter))}"));
        }
    }

    private static ValueTask<Drivers.DomainGetCpuStatsResult> AskAsync(CommandContext context, Domain domain, int fields, int start, int cpus) => CommandContext.TryAsync(
        $"Failed to retrieve CPU statistics for domain '{domain.Name}'",
        () => domain.Connection.Driver.Hypervisor.DomainGetCpuStatsAsync(domain.Reference, (uint)fields, start, (uint)cpus, ParameterExchange.WithTexts, context.CancellationToken));
}
