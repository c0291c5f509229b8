using System.Globalization;
using System.Text;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>snapshot-list</c>.</summary>
internal static class SnapshotListCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        CheckOptions(command);
        var domain = await context.DomainAsync();
        var start = await StartAsync(context, domain);
        var flags = Filter(command, start is not null);
        var snapshots = start is null
            ? await domain.ListSnapshotsAsync(flags, context.CancellationToken)
            : await start.ListChildrenAsync(flags, context.CancellationToken);
        IEnumerable<DomainSnapshot> sorted = command.Has("topological") ? snapshots : snapshots.OrderBy(snapshot => snapshot.Name, StringComparer.OrdinalIgnoreCase);
        if (command.Has("picture") || command.Has("svg"))
        {
            await SnapshotPictureCommand.RunAsync(context, domain, start is null ? [.. sorted] : [start, .. sorted]);
        }
        else if (command.Has("tree"))
        {
            await PrintTreeAsync(context, [.. sorted], start);
        }
        else if (command.Has("name"))
        {
            foreach (var snapshot in sorted)
            {
                context.PrintLine(snapshot.Name);
            }
        }
        else
        {
            await PrintTableAsync(context, sorted);
        }
    }

    private static void CheckOptions(ParsedCommand command)
    {
        foreach (var (first, second) in new[]
        {
            ("tree", "name"), ("parent", "roots"), ("parent", "tree"), ("roots", "tree"), ("roots", "from"), ("roots", "current"), ("parent", "name"), ("from", "current"),
            ("picture", "tree"), ("picture", "name"), ("picture", "parent"), ("svg", "tree"), ("svg", "name"), ("svg", "parent"),
        })
        {
            command.Exclusive(first, second);
        }
        if (command.Has("descendants") && !command.Has("from") && !command.Has("current"))
        {
            throw new CommandException("--descendants requires either --from or --current");
        }
    }

    private static async ValueTask<DomainSnapshot?> StartAsync(CommandContext context, Domain domain) =>
        context.Command.Text("from") is { } name ? await domain.GetSnapshotAsync(name, context.CancellationToken)
        : context.Command.Has("current") ? await domain.GetCurrentSnapshotAsync(context.CancellationToken)
        : null;

    private static DomainSnapshotListFlags Filter(ParsedCommand command, bool below)
    {
        var flags = (DomainSnapshotListFlags)command.Flags(
            ("leaves", 4u), ("no-leaves", 8u), ("metadata", 2u), ("no-metadata", 16u), ("inactive", 32u), ("active", 64u), ("disk-only", 128u), ("internal", 256u), ("external", 512u), ("topological", 1024u));

        // The bit that means roots for a domain means descendants for a snapshot.
        var bit = below ? command.Has("descendants") : command.Has("roots");
        return bit ? flags | DomainSnapshotListFlags.Roots : flags;
    }

    private static async ValueTask PrintTableAsync(CommandContext context, IEnumerable<DomainSnapshot> snapshots)
    {
        var parents = context.Command.Has("parent");
        var table = parents ? new Table("Name", "Creation Time", "State", "Parent") : new Table("Name", "Creation Time", "State");
        foreach (var snapshot in snapshots)
        {
            var description = await SnapshotDescription.OfAsync(snapshot, context.CancellationToken);
            var time = description.Created is { } created ? Time(created.ToLocalTime()) : "";
            if (parents)
            {
                table.Add(snapshot.Name, time, description.State, description.Parent ?? "");
            }
            else
            {
                table.Add(snapshot.Name, time, description.State);
            }
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    /// <summary>A moment as tables show it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture) + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    private static async ValueTask PrintTreeAsync(CommandContext context, List<DomainSnapshot> snapshots, DomainSnapshot? start)
    {
        var parents = new Dictionary<string, string?>(StringComparer.Ordinal);
        var names = new List<string>();
        if (start is not null)
        {
            parents[start.Name] = null;
            names.Add(start.Name);
        }
        var listed = snapshots.Select(snapshot => snapshot.Name).Concat(names).ToHashSet(StringComparer.Ordinal);
        foreach (var snapshot in snapshots)
        {
            var parent = (await SnapshotDescription.OfAsync(snapshot, context.CancellationToken)).Parent;
            parents[snapshot.Name] = parent is not null && listed.Contains(parent) ? parent : null;
            names.Add(snapshot.Name);
        }
        var text = new StringBuilder();
        foreach (var root in names.Where(name => parents[name] is null))
        {
            TreeText.Append(text, root, name => names.Where(child => parents[child] == name).ToList());
        }
        context.Print(text.ToString());
    }
}
