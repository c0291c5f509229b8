using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;
using Vireo.Config;

namespace Vireo.Cli.Commands;

/// <summary><c>snapshot-list</c> with <c>--picture</c> or <c>--svg</c>.</summary>
internal static class SnapshotPictureCommand
{
    /// <summary>Draws snapshots; those whose parent is not among them are roots.</summary>
    public static async ValueTask RunAsync(CommandContext context, Domain domain, IReadOnlyList<DomainSnapshot> snapshots)
    {
        var sizes = await SizesAsync(domain, context.CancellationToken);
        var current = await domain.HasCurrentSnapshotAsync(context.CancellationToken) ? (await domain.GetCurrentSnapshotAsync(context.CancellationToken)).Name : null;
        var listed = snapshots.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var pictured = new List<PicturedSnapshot>();
        foreach (var snapshot in snapshots)
        {
            var config = DomainSnapshotConfig.Parse(await snapshot.GetXmlAsync(0, context.CancellationToken));
            pictured.Add(new PicturedSnapshot(
                snapshot.Name,
                config.Parent?.Name is { } parent && listed.Contains(parent) ? parent : null,
                config.State ?? "-",
                config.CreationTime is { } created ? DateTimeOffset.FromUnixTimeSeconds(created).ToLocalTime() : null,
                Kind(config),
                sizes.GetValueOrDefault(snapshot.Name),
                snapshot.Name == current));
        }

        var picture = new SnapshotPicture(pictured);
        if (context.Command.Has("picture"))
        {
            context.Print(picture.Render(TerminalWidth(), !context.Session.Quiet));
        }

        if (context.Command.Text("svg") is { } file)
        {
            await WriteAsync(file, SnapshotSvg.Render($"Snapshots of domain '{domain.Name}'", picture), context.CancellationToken);
            context.Confirm($"Snapshots of domain '{domain.Name}' drawn into {file}\n");
        }
    }

    private static async ValueTask<Dictionary<string, ulong?>> SizesAsync(Domain domain, CancellationToken cancellationToken)
    {
        try
        {
            var usage = SnapshotUsageConfig.Parse(await domain.GetSnapshotUsageAsync(cancellationToken));
            return usage.Snapshots.ToDictionary(s => s.Name ?? "", s => s.Disks is null && s.Memory is null ? (ulong?)null : (s.Disks ?? 0) + (s.Memory ?? 0), StringComparer.Ordinal);
        }
        catch (VireoException unknown) when (unknown.Code == ErrorCode.NoSupport)
        {
            // A daemon that cannot tell: the picture goes without.
            return [];
        }
    }

    private static string Kind(DomainSnapshotConfig config)
    {
        var places = config.Disks.Select(d => d.Snapshot).Append(config.Memory?.Snapshot).ToHashSet();
        var memory = config.Memory?.Snapshot is SnapshotLocation.Internal or SnapshotLocation.External;
        var disks = config.Disks.Any(d => d.Snapshot is SnapshotLocation.Internal or SnapshotLocation.External);
        return (memory, disks) switch { (true, true) => "disks+memory", (true, false) => "memory", (false, true) => "disks", _ => "nothing" }
            + (places.Contains(SnapshotLocation.Internal), places.Contains(SnapshotLocation.External)) switch
            {
                (true, true) => " internal+external",
                (true, false) => " internal",
                (false, true) => " external",
                _ => "",
            };
    }

    private static int? TerminalWidth() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0 ? columns
        : !Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width ? width
        : null;

    private static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot write file '{file}': {e.Message}", e);
        }
    }
}
