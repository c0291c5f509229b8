namespace Vireo.Cli.Commands;

/// <summary>A new domain out of a snapshot.</summary>
internal static class SnapshotCloneCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var snapshot = await domain.GetSnapshotAsync(command.Required("snapshotname"), context.CancellationToken);
        var flags = (DomainSnapshotCloneFlags)command.Flags(("linked", (uint)DomainSnapshotCloneFlags.Linked));
        var clone = await CommandContext.TryAsync(
            $"Failed to clone snapshot {snapshot.Name}",
            () => OwnProgram.AskAsync(() => snapshot.CloneAsync(command.Required("newname"), command.Text("directory"), flags, context.CancellationToken), "clone snapshots"));
        context.Confirm($"Domain '{clone.Name}' cloned from snapshot {snapshot.Name} of domain '{domain.Name}'\n");
    }
}
