namespace Vireo.Cli.Commands;

/// <summary>A domain with its snapshots, on its way to another host.</summary>
internal static class SnapshotArchiveCommands
{
    public static async ValueTask ExportAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var file = Path.GetFullPath(context.Command.Required("file"));
        await CommandContext.TryAsync($"Failed to export domain '{domain.Name}'", () => new ValueTask(OwnProgram.AskAsync(
            async () =>
            {
                await domain.ExportSnapshotsAsync(file, context.CancellationToken);
                return true;
            },
            "export snapshots").AsTask()));
        context.Confirm($"Domain '{domain.Name}' exported with its snapshots to {file}\n");
    }

    public static async ValueTask ImportAsync(CommandContext context)
    {
        var command = context.Command;
        var connection = await context.ConnectionAsync();
        var file = Path.GetFullPath(command.Required("file"));
        var directory = command.Text("directory") is { } given ? Path.GetFullPath(given) : null;
        var domain = await CommandContext.TryAsync(
            $"Failed to import {file}",
            () => OwnProgram.AskAsync(() => connection.ImportSnapshotsAsync(file, command.Text("name"), directory, context.CancellationToken), "import snapshots"));
        context.Confirm($"Domain '{domain.Name}' imported with its snapshots from {file}\n");
    }
}
