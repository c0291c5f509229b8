using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Looking at snapshots, going back to them, deleting them.</summary>
internal static class SnapshotCommands
{
    public static async ValueTask InfoAsync(CommandContext context)
    {
        var (domain, snapshot) = await SnapshotAsync(context);
        var token = context.CancellationToken;
        Line(context, "Name:", snapshot.Name);
        Line(context, "Domain:", domain.Name);
        Line(context, "Current:", await snapshot.IsCurrentAsync(token) ? "yes" : "no");
        var description = await SnapshotDescription.OfAsync(snapshot, token);
        Line(context, "State:", description.State);
        Line(context, "Location:", description.External ? "external" : "internal");
        Line(context, "Parent:", description.Parent ?? "-");
        Line(context, "Children:", $"{(await snapshot.ListChildrenAsync(0, token)).Count}");
        Line(context, "Descendants:", $"{(await snapshot.ListChildrenAsync(DomainSnapshotListFlags.Descendants, token)).Count}");
        Line(context, "Metadata:", await snapshot.HasMetadataAsync(token) ? "yes" : "no");
    }

    public static async ValueTask XmlAsync(CommandContext context)
    {
        var (_, snapshot) = await SnapshotAsync(context, required: true);
        DomainInfoCommands.PrintXml(context, await snapshot.GetXmlAsync((DomainSnapshotXMLFlags)context.Command.Flags(("security-info", 1u)), context.CancellationToken));
    }

    public static async ValueTask ParentAsync(CommandContext context)
    {
        var (_, snapshot) = await SnapshotAsync(context);
        try
        {
            context.Print((await snapshot.GetParentAsync(context.CancellationToken)).Name);
        }
        catch (VireoException none) when (none.Code == ErrorCode.NoDomainSnapshot)
        {
            throw new CommandException($"snapshot '{snapshot.Name}' has no parent");
        }
    }

    public static async ValueTask CurrentAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var secure = (DomainSnapshotXMLFlags)command.Flags(("security-info", 1u));
        if (command.Text("snapshotname") is { } name)
        {
            command.Exclusive("name", "snapshotname");
            var chosen = await domain.GetSnapshotAsync(name, context.CancellationToken);
            var xml = await chosen.GetXmlAsync(DomainSnapshotXMLFlags.Secure, context.CancellationToken);
            await domain.CreateSnapshotAsync(xml, DomainSnapshotCreateFlags.Redefine | DomainSnapshotCreateFlags.Current, context.CancellationToken);
            context.Confirm($"Snapshot {name} set as current");
            return;
        }
        if (!await domain.HasCurrentSnapshotAsync(context.CancellationToken))
        {
            throw new CommandException($"domain '{domain.Name}' has no current snapshot");
        }
        var current = await domain.GetCurrentSnapshotAsync(context.CancellationToken);
        context.Print(command.Has("name") ? current.Name : await current.GetXmlAsync(secure, context.CancellationToken));
    }

    public static async ValueTask DeleteAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (DomainSnapshotDeleteFlags)command.Flags(("children", 1u), ("metadata", 2u), ("children-only", 4u));
        var (_, snapshot) = await SnapshotAsync(context);
        if (command.Has("dry-run"))
        {
            await SnapshotPlanText.PrintAsync(context, () => snapshot.PlanDeleteAsync(flags, context.CancellationToken));
            return;
        }
        await CommandContext.TryAsync($"Failed to delete snapshot {snapshot.Name}", () => snapshot.DeleteAsync(flags, context.CancellationToken));
        context.Confirm($"Domain snapshot {snapshot.Name} {(command.Has("children-only") ? "children " : "")}deleted\n");
    }

    public static async ValueTask RevertAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (DomainSnapshotRevertFlags)command.Flags(("running", 1u), ("paused", 2u), ("reset-nvram", 8u), ("allow-respawn", 16u), ("stopped", 32u));
        var (_, snapshot) = await SnapshotAsync(context);
        var keep = command.Text("keep-current") is null ? null : SnapshotCreateCommands.Document(command);
        command.Requires("memspec", "keep-current");
        if (command.Has("dry-run"))
        {
            var wanted = command.Has("force") ? flags | DomainSnapshotRevertFlags.Force : flags;
            await SnapshotPlanText.PrintAsync(context, () => snapshot.PlanRevertAsync(wanted, keep, context.CancellationToken));
            return;
        }
        var failed = $"Failed to revert snapshot {snapshot.Name}";
        try
        {
            // Force is held back until the refusal says that it would help: it must not hide other refusals.
            await RevertAsync(snapshot, keep, flags, context.CancellationToken);
        }
        catch (VireoException risky) when (risky.Code == ErrorCode.SnapshotRevertRisky && command.Has("force"))
        {
            await CommandContext.TryAsync(failed, () => RevertAsync(snapshot, keep, flags | DomainSnapshotRevertFlags.Force, context.CancellationToken));
        }
        catch (VireoException reason)
        {
            throw new CommandException(failed, reason);
        }
        context.Confirm($"Domain snapshot {snapshot.Name} reverted\n");
    }

    public static async ValueTask EditAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("rename", "clone");
        var (domain, snapshot) = await SnapshotAsync(context);
        var name = snapshot.Name;
        var xml = await snapshot.GetXmlAsync(DomainSnapshotXMLFlags.Secure, context.CancellationToken);
        var flags = DomainSnapshotCreateFlags.Redefine;
        if (command.Has("snapshotname") ? command.Has("current") : await snapshot.IsCurrentAsync(context.CancellationToken))
        {
            flags |= DomainSnapshotCreateFlags.Current;
        }
        DomainSnapshot? stored = null;
        if (!await DocumentEditor.EditAsync(context, xml, async edited => stored = await domain.CreateSnapshotAsync(edited, flags, context.CancellationToken)))
        {
            context.Confirm($"Snapshot {name} XML configuration not changed.\n");
            return;
        }
        if (stored!.Name != name && !command.Has("rename") && !command.Has("clone"))
        {
            await stored.DeleteAsync(DomainSnapshotDeleteFlags.MetadataOnly, context.CancellationToken);
            throw new CommandException($"Cannot rename {name} to {stored.Name}: use --rename to move its metadata or --clone to copy it");
        }
        if (stored.Name != name && command.Has("rename"))
        {
            await CommandContext.TryAsync($"Failed to clean up {name}", () => snapshot.DeleteAsync(DomainSnapshotDeleteFlags.MetadataOnly, context.CancellationToken));
        }
        context.Confirm(stored.Name == name ? $"Snapshot {name} edited.\n" : $"Snapshot {name} {(command.Has("clone") ? "cloned to" : "renamed to")} {stored.Name}.\n");
    }

    /// <summary>A stock daemon does not know our flag and needs no leave: there it is dropped.</summary>
    private static async ValueTask RevertAsync(DomainSnapshot snapshot, string? keep, DomainSnapshotRevertFlags flags, CancellationToken cancellationToken)
    {
        if (keep is not null)
        {
            await OwnProgram.AskAsync(() => snapshot.RevertKeepingAsync(keep, flags, cancellationToken), "keep the present state in the same step");
            return;
        }

        try
        {
            await snapshot.RevertAsync(flags, cancellationToken);
        }
        catch (VireoException unknown) when (unknown.Code == ErrorCode.InvalidArg && (flags & DomainSnapshotRevertFlags.Respawn) != 0
            && unknown.Message.Contains("unsupported flags (0x10)", StringComparison.Ordinal))
        {
            await snapshot.RevertAsync(flags & ~DomainSnapshotRevertFlags.Respawn, cancellationToken);
        }
    }

    private static async ValueTask<(Domain Domain, DomainSnapshot Snapshot)> SnapshotAsync(CommandContext context, bool required = false)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        if (required)
        {
            return (domain, await domain.GetSnapshotAsync(command.Required("snapshotname"), context.CancellationToken));
        }
        var name = command.Text("snapshotname");
        if (name is not null && command.Has("current"))
        {
            throw new CommandException("--snapshotname and --current are mutually exclusive");
        }
        if (name is null && !command.Has("current"))
        {
            throw new CommandException("--snapshotname or --current is required");
        }
        return (domain, name is null ? await domain.GetCurrentSnapshotAsync(context.CancellationToken) : await domain.GetSnapshotAsync(name, context.CancellationToken));
    }

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-15} {value}");
}
