using System.Globalization;
using Vireo.Cli.Output;

namespace Vireo.Cli.Commands;

/// <summary>Long jobs of a domain: how far they are, and their end.</summary>
internal static class DomainJobCommands
{
    /// <summary>What is shown when the statistics have it, in virsh's order; the kind says how.</summary>
    private static readonly (string Parameter, string Label, Kind Kind)[] s_rows =
    [
        ("time_elapsed", "Time elapsed:", Kind.Milliseconds), ("time_elapsed_net", "Time elapsed w/o network:", Kind.Milliseconds), ("time_remaining", "Time remaining:", Kind.Milliseconds),
        ("data_processed", "Data processed:", Kind.Size), ("data_remaining", "Data remaining:", Kind.Size), ("data_total", "Data total:", Kind.Size),
        ("memory_processed", "Memory processed:", Kind.Size), ("memory_remaining", "Memory remaining:", Kind.Size), ("memory_total", "Memory total:", Kind.Size),
        ("memory_bps", "Memory bandwidth:", Kind.Speed), ("memory_dirty_rate", "Dirty rate:", Kind.Pages), ("memory_page_size", "Page size:", Kind.Bytes),
        ("memory_iteration", "Iteration:", Kind.Number), ("memory_postcopy_requests", "Postcopy requests:", Kind.Number),
        ("disk_processed", "File processed:", Kind.Size), ("disk_remaining", "File remaining:", Kind.Size), ("disk_total", "File total:", Kind.Size), ("disk_bps", "File bandwidth:", Kind.Speed),
        ("memory_constant", "Constant pages:", Kind.Number), ("memory_normal", "Normal pages:", Kind.Number), ("memory_normal_bytes", "Normal data:", Kind.Size),
        ("downtime", "Total downtime:", Kind.Milliseconds), ("downtime_net", "Downtime w/o network:", Kind.Milliseconds), ("setup_time", "Setup time:", Kind.Milliseconds),
    ];

    private enum Kind
    {
        Milliseconds,
        Size,
        Speed,
        Pages,
        Bytes,
        Number,
    }

    public static async ValueTask AbortAsync(CommandContext context)
    {
        var flags = context.Command.Flags(("postcopy", (uint)DomainAbortJobFlags.Postcopy));
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (flags == 0)
        {
            await driver.DomainAbortJobAsync(domain.Reference, context.CancellationToken);
        }
        else
        {
            await driver.DomainAbortJobFlagsAsync(domain.Reference, flags, context.CancellationToken);
        }
    }

    public static async ValueTask InfoAsync(CommandContext context)
    {
        var command = context.Command;
        command.Requires("keep-completed", "completed");
        var flags = command.Flags(("completed", (uint)DomainGetJobStatsFlags.Completed), ("keep-completed", (uint)DomainGetJobStatsFlags.KeepCompleted));
        var domain = await context.DomainAsync();
        var stats = await domain.Connection.Driver.Hypervisor.DomainGetJobStatsAsync(domain.Reference, flags, context.CancellationToken);
        if (command.Has("rawstats"))
        {
            context.Print($"Job type: {stats.Type}\n\n");
            foreach (var parameter in stats.Params)
            {
                context.Print($"{parameter.Field}: {parameter.ToString()[(parameter.Field.Length + 1)..]}\n");
            }
            return;
        }
        Line(context, "Job type:", DomainWords.JobType(stats.Type).PadRight(12));
        if (stats.Type == (int)DomainJobType.None)
        {
            return;
        }
        var told = stats.Params.ToDictionary(p => p.Field);
        var operation = told.TryGetValue("operation", out var known) ? (int)known.Number : 0;
        Line(context, "Operation:", DomainWords.JobOperation(operation).PadRight(12));
        foreach (var (parameter, label, kind) in s_rows)
        {
            if (told.TryGetValue(parameter, out var value) && IsShown(parameter, value, stats.Type))
            {
                // Of a job that goes on, it is only what is expected.
                var shown = parameter == "downtime" && stats.Type != (int)DomainJobType.Completed ? "Expected downtime:" : label;
                Line(context, shown, Text(value.Unsigned, kind));
            }
        }
        if (told.TryGetValue("errmsg", out var message))
        {
            Line(context, "Error message:", message.Text);
        }
    }

    /// <summary>How long it will still take is known of a bounded job alone; a speed of nothing says nothing.</summary>
    private static bool IsShown(string parameter, TypedParam value, int type) => parameter switch
    {
        "time_remaining" => type == (int)DomainJobType.Bounded,
        "memory_bps" or "disk_bps" => value.Unsigned != 0,
        _ => true,
    };

    private static string Text(ulong value, Kind kind) => kind switch
    {
        Kind.Milliseconds => $"{value,-12} ms",
        Kind.Size => SizeText.Of(value),
        Kind.Speed => SizeText.Of(value) + "/s",
        Kind.Pages => $"{value,-12} pages/s",
        Kind.Bytes => $"{value,-12} bytes",
        _ => $"{value,-12}",
    };

    private static void Line(CommandContext context, string label, string value) => context.Print(string.Create(CultureInfo.InvariantCulture, $"{label,-17} {value}\n"));
}
