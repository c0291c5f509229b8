using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Deleting the snapshots that are too many or too old.</summary>
internal static class SnapshotPruneCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var retention = new SnapshotRetention { Keep = Keep(command), OlderThan = Age(command), IncludeCurrent = command.Has("include-current") };
        if (retention is { Keep: null, OlderThan: null })
        {
            throw new CommandException("--keep or --older-than is required");
        }

        var domain = await context.DomainAsync();
        var pruning = await SnapshotPruning.FindAsync(domain, retention, TimeProvider.System.GetUtcNow(), context.CancellationToken);
        if (command.Has("apply"))
        {
            await DeleteAsync(context, domain, pruning);
        }
        else
        {
            Show(context, domain, pruning);
        }
    }

    private static void Show(CommandContext context, Domain domain, SnapshotPruning pruning)
    {
        foreach (var candidate in pruning.Candidates)
        {
            context.PrintLine($"{candidate.Snapshot.Name}, taken {(candidate.Created is { } created ? SnapshotListCommand.Time(created.ToLocalTime()) : "-")}{(candidate.Refusal is { } reason ? $": cannot be deleted: {reason}" : "")}");
            foreach (var step in candidate.Plan?.Steps.Where(s => s.Action != "write") ?? [])
            {
                context.PrintLine("  " + SnapshotPlanText.Step(step));
            }
        }

        var count = pruning.Candidates.Count(c => c.Refusal is null);
        context.PrintLine($"{count} of the snapshots of domain '{domain.Name}' would be deleted{(count > 0 ? "; delete them with --apply" : "")}");
        context.Failed = count < pruning.Candidates.Count;
    }

    private static async ValueTask DeleteAsync(CommandContext context, Domain domain, SnapshotPruning pruning)
    {
        var (count, freed) = (0, (long?)0);
        await foreach (var outcome in pruning.DeleteAsync(context.CancellationToken))
        {
            if (outcome.Refusal is { } reason)
            {
                context.PrintLine($"{outcome.Snapshot.Name} cannot be deleted: {reason}");
                context.Failed = true;
                continue;
            }

            context.PrintLine($"{outcome.Snapshot.Name} deleted{Freed(outcome.Freed)}");
            count++;
            freed += outcome.Freed;
        }

        context.PrintLine($"{count} of the snapshots of domain '{domain.Name}' deleted{Freed(freed)}");
    }

    private static string Freed(long? bytes) => bytes switch
    {
        null => "",
        < 0 => $", {SizeText.Of((ulong)-bytes.Value)} more in use",
        _ => $", {SizeText.Of((ulong)bytes.Value)} freed",
    };

    private static int? Keep(ParsedCommand command) => command.Integer("keep") is not { } keep || keep >= 0
        ? command.Integer("keep")
        : throw new CommandException("--keep takes a number of snapshots, 0 or more");

    private static TimeSpan? Age(ParsedCommand command)
    {
        if (command.Text("older-than") is not { } text)
        {
            return null;
        }

        var unit = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        return unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? TimeSpan.FromSeconds(number * unit)
            : throw new CommandException($"age '{text}' is not a number with one of the units s, m, h, d, w: 30d");
    }
}
