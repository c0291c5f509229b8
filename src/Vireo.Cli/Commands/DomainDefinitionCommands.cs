using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Making domains known, changing and forgetting them.</summary>
internal static class DomainDefinitionCommands
{
    public static async ValueTask DefineAsync(CommandContext context)
    {
        var xml = await context.FileAsync("file");
        var connection = await context.ConnectionAsync();
        var file = context.Command.Required("file");
        var flags = context.Command.Has("validate") ? DomainDefineFlags.Validate : 0;
        var domain = await CommandContext.TryAsync($"Failed to define domain from {file}", () => connection.DefineDomainAsync(xml, flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' defined from {file}\n");
    }

    public static async ValueTask UndefineAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("nvram", "keep-nvram");
        command.Exclusive("tpm", "keep-tpm");
        if (command.Has("storage") || command.Has("remove-all-storage"))
        {
            throw new CommandException("Removing storage volumes together with a domain is not available: undefine it, then delete its volumes", VireoException.NotSupported("virStorageVolDelete"));
        }
        var domain = await context.DomainAsync(byId: true);
        var flags = (DomainUndefineFlags)command.Flags(
            ("managed-save", 1u), ("snapshots-metadata", 2u), ("nvram", 4u), ("keep-nvram", 8u), ("checkpoints-metadata", 16u), ("tpm", 32u), ("keep-tpm", 64u));
        if (!flags.HasFlag(DomainUndefineFlags.ManagedSave) && domain.Id is null && await domain.HasManagedSaveAsync(context.CancellationToken))
        {
            throw new CommandException("Refusing to undefine while domain managed save image exists");
        }

        await CommandContext.TryAsync($"Failed to undefine domain '{domain.Name}'", () => domain.UndefineAsync(flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' has been undefined\n");
    }

    public static async ValueTask AutostartAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var enable = !context.Command.Has("disable");
        var once = context.Command.Has("once");
        var how = once ? "autostarted at the next boot" : "autostarted";
        await CommandContext.TryAsync(
            $"Failed to {(enable ? "mark" : "unmark")} domain '{domain.Name}' as {how}",
            () => once ? domain.SetAutostartOnceAsync(enable, context.CancellationToken) : domain.SetAutostartAsync(enable, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' {(enable ? "marked" : "unmarked")} as {how}\n");
    }

    public static async ValueTask RenameAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        await domain.RenameAsync(context.Command.Required("new-name"), context.CancellationToken);
        context.Confirm("Domain successfully renamed\n");
    }

    public static async ValueTask EditAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var connection = await context.ConnectionAsync();
        var xml = await domain.GetXmlAsync(DomainXMLFlags.Secure | DomainXMLFlags.Inactive, context.CancellationToken);
        var changed = await DocumentEditor.EditAsync(context, xml, !context.Command.Has("skip-validate"), async (edited, validate) =>
        {
            var flags = validate ? DomainDefineFlags.Validate : 0;
            try
            {
                await connection.DefineDomainAsync(edited, flags, context.CancellationToken);
            }
            catch (VireoException old) when (validate && old.Code is ErrorCode.NoSupport)
            {
                await connection.DefineDomainAsync(edited, 0, context.CancellationToken);
            }
        });
        context.Confirm($"Domain '{domain.Name}' XML configuration {(changed ? "edited" : "not changed")}.\n");
    }

    public static async ValueTask DescribeAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("live", "current");
        command.Exclusive("config", "current");
        var domain = await context.DomainAsync();
        var title = command.Has("title");
        var word = title ? "title" : "description";
        var type = title ? DomainMetadataType.Title : DomainMetadataType.Description;
        var impact = (DomainModificationImpact)command.Flags(("live", 1u), ("config", 2u));
        var text = string.Join(' ', command.All("new-desc"));
        var given = command.Has("new-desc");
        if (command.Has("edit"))
        {
            var before = given ? text : await CurrentAsync(context, domain, type, impact) ?? "";
            string? after = null;
            if (!await DocumentEditor.EditAsync(context, before, edited => { after = edited.TrimEnd('\n'); return ValueTask.CompletedTask; }))
            {
                context.Confirm($"Domain {word} not changed\n");
                return;
            }
            (text, given) = (after!, true);
        }
        if (given)
        {
            await CommandContext.TryAsync($"Failed to set new domain {word}", () => domain.SetMetadataAsync(type, text, null, null, impact, context.CancellationToken));
            context.Confirm($"Domain {word} updated successfully");
            return;
        }
        context.Print(await CurrentAsync(context, domain, type, impact) ?? $"No {word} for domain: {domain.Name}");
    }

    private static async ValueTask<string?> CurrentAsync(CommandContext context, Domain domain, DomainMetadataType type, DomainModificationImpact impact)
    {
        try
        {
            return await domain.GetMetadataAsync(type, null, impact, context.CancellationToken) is { Length: > 0 } text ? text : null;
        }
        catch (VireoException none) when (none.Code == ErrorCode.NoDomainMetadata)
        {
            return null;
        }
    }
}
