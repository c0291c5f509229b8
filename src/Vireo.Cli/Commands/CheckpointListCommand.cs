using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>checkpoint-list</c>.</summary>
internal static class CheckpointListCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        CheckOptions(command);
        var domain = await context.DomainAsync();
        var start = command.Text("from") is { } name ? await domain.GetCheckpointAsync(name, context.CancellationToken) : null;
        var flags = (DomainCheckpointListFlags)command.Flags(("topological", 2u), ("leaves", 4u), ("no-leaves", 8u));

        // The bit that means roots for a domain means descendants for a checkpoint.
        if (start is null ? command.Has("roots") : command.Has("descendants"))
        {
            flags |= DomainCheckpointListFlags.Roots;
        }
        var found = start is null ? await domain.ListCheckpointsAsync(flags, context.CancellationToken) : await start.ListChildrenAsync(flags, context.CancellationToken);
        List<DomainCheckpoint> sorted = command.Has("topological") ? [.. found] : [.. found.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase)];
        if (command.Has("tree"))
        {
            await PrintTreeAsync(context, sorted, start);
        }
        else if (command.Has("name"))
        {
            sorted.ForEach(checkpoint => context.PrintLine(checkpoint.Name));
        }
        else
        {
            await PrintTableAsync(context, sorted);
        }
    }

    private static void CheckOptions(ParsedCommand command)
    {
        foreach (var (first, second) in new[] { ("tree", "name"), ("parent", "roots"), ("parent", "tree"), ("roots", "tree"), ("roots", "from"), ("parent", "name") })
        {
            command.Exclusive(first, second);
        }
        if (command.Has("descendants") && !command.Has("from"))
        {
            throw new CommandException("Option --from is required by option --descendants");
        }
    }

    private static async ValueTask PrintTableAsync(CommandContext context, List<DomainCheckpoint> checkpoints)
    {
        var parents = context.Command.Has("parent");
        var table = parents ? new Table("Name", "Creation Time", "Parent") : new Table("Name", "Creation Time");
        foreach (var checkpoint in checkpoints)
        {
            var (created, parent) = await DescribeAsync(checkpoint, context.CancellationToken);
            var time = created is { } at ? SnapshotListCommand.Time(at.ToLocalTime()) : "";
            if (parents)
            {
                table.Add(checkpoint.Name, time, parent ?? "");
            }
            else
            {
                table.Add(checkpoint.Name, time);
            }
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    private static async ValueTask PrintTreeAsync(CommandContext context, List<DomainCheckpoint> checkpoints, DomainCheckpoint? start)
    {
        List<DomainCheckpoint> all = start is null ? checkpoints : [start, .. checkpoints];
        var listed = all.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var parents = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var checkpoint in all)
        {
            var parent = (await DescribeAsync(checkpoint, context.CancellationToken)).Parent;
            parents[checkpoint.Name] = checkpoint != start && parent is not null && listed.Contains(parent) ? parent : null;
        }
        var text = new StringBuilder();
        foreach (var root in all.Where(c => parents[c.Name] is null))
        {
            TreeText.Append(text, root.Name, name => all.Select(c => c.Name).Where(child => parents[child] == name).ToList());
        }
        context.Print(text.ToString());
    }

    private static async ValueTask<(DateTimeOffset? Created, string? Parent)> DescribeAsync(DomainCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var root = XElement.Parse(await checkpoint.GetXmlAsync(DomainCheckpointXMLFlags.NoDomain, cancellationToken));
        DateTimeOffset? created = long.TryParse(root.Element("creationTime")?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
        return (created, root.Element("parent")?.Element("name")?.Value);
    }
}
