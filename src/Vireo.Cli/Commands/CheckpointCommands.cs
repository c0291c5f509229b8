using System.Security;
using System.Text;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Making, looking at and deleting checkpoints; backups.</summary>
internal static class CheckpointCommands
{
    public static async ValueTask CreateAsync(CommandContext context)
    {
        var command = context.Command;
        if (command.Has("redefine-validate") && !command.Has("redefine"))
        {
            throw new CommandException("Option --redefine is required by option --redefine-validate");
        }
        var flags = (DomainCheckpointCreateFlags)command.Flags(("redefine", 1u), ("quiesce", 2u), ("redefine-validate", 4u));
        var domain = await context.DomainAsync();
        var from = command.Text("xmlfile");
        var xml = from is null ? "<domaincheckpoint/>" : await context.FileAsync("xmlfile");
        var made = await domain.CreateCheckpointAsync(xml, flags, context.CancellationToken);
        context.Confirm(from is null ? $"Domain checkpoint {made.Name} created" : $"Domain checkpoint {made.Name} created from '{from}'");
    }

    public static async ValueTask CreateAsAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var xml = Document(command);
        if (command.Has("print-xml"))
        {
            context.PrintLine(xml);
            return;
        }
        var made = await domain.CreateCheckpointAsync(xml, (DomainCheckpointCreateFlags)command.Flags(("quiesce", 2u)), context.CancellationToken);
        context.Confirm($"Domain checkpoint {made.Name} created");
    }

    public static async ValueTask InfoAsync(CommandContext context)
    {
        var (domain, checkpoint) = await CheckpointAsync(context);
        var token = context.CancellationToken;
        Line(context, "Name:", checkpoint.Name);
        Line(context, "Domain:", domain.Name);
        Line(context, "Parent:", await ParentOfAsync(checkpoint, token) ?? "-");
        Line(context, "Children:", $"{(await checkpoint.ListChildrenAsync(0, token)).Count}");
        Line(context, "Descendants:", $"{(await checkpoint.ListChildrenAsync(DomainCheckpointListFlags.Descendants, token)).Count}");
    }

    public static async ValueTask XmlAsync(CommandContext context)
    {
        var (_, checkpoint) = await CheckpointAsync(context);
        var flags = (DomainCheckpointXMLFlags)context.Command.Flags(("security-info", 1u), ("no-domain", 2u), ("size", 4u));
        DomainInfoCommands.PrintXml(context, await checkpoint.GetXmlAsync(flags, context.CancellationToken));
    }

    public static async ValueTask ParentAsync(CommandContext context)
    {
        var (_, checkpoint) = await CheckpointAsync(context);
        context.Print(await ParentOfAsync(checkpoint, context.CancellationToken) ?? throw new CommandException($"checkpoint '{checkpoint.Name}' has no parent"));
    }

    public static async ValueTask DeleteAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (DomainCheckpointDeleteFlags)command.Flags(("children", 1u), ("metadata", 2u), ("children-only", 4u));
        var (_, checkpoint) = await CheckpointAsync(context);
        await CommandContext.TryAsync($"Failed to delete checkpoint {checkpoint.Name}", () => checkpoint.DeleteAsync(flags, context.CancellationToken));
        context.Confirm($"Domain checkpoint {checkpoint.Name} {(command.Has("children-only") ? "children " : "")}deleted\n");
    }

    public static async ValueTask EditAsync(CommandContext context)
    {
        if (!context.Command.Has("checkpointname"))
        {
            throw new CommandException("--checkpointname is required");
        }
        var (domain, checkpoint) = await CheckpointAsync(context);
        var xml = await checkpoint.GetXmlAsync(DomainCheckpointXMLFlags.Secure, context.CancellationToken);
        var changed = await DocumentEditor.EditAsync(
            context, xml, async edited => await domain.CreateCheckpointAsync(edited, DomainCheckpointCreateFlags.Redefine, context.CancellationToken));
        context.Confirm($"Checkpoint {checkpoint.Name} {(changed ? "edited" : "XML configuration not changed")}.\n");
    }

    public static async ValueTask BackupAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var backup = command.Text("backupxml") is null ? "<domainbackup/>" : await context.FileAsync("backupxml");
        var checkpoint = command.Text("checkpointxml") is null ? null : await context.FileAsync("checkpointxml");
        await domain.BeginBackupAsync(backup, checkpoint, (DomainBackupBeginFlags)command.Flags(("reuse-external", 1u)), context.CancellationToken);
        context.Confirm("Backup started");
    }

    public static async ValueTask BackupXmlAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        DomainInfoCommands.PrintXml(context, await domain.GetBackupXmlAsync(context.CancellationToken));
    }

    /// <summary>The name of its parent; null for a root.</summary>
    public static async ValueTask<string?> ParentOfAsync(DomainCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            return (await checkpoint.GetParentAsync(cancellationToken)).Name;
        }
        catch (VireoException none) when (none.Code == ErrorCode.NoDomainCheckpoint)
        {
            return null;
        }
    }

    private static string Document(ParsedCommand command)
    {
        var text = new StringBuilder("<domaincheckpoint>\n");
        foreach (var element in new[] { "name", "description" })
        {
            if (command.Text(element) is { } content)
            {
                text.Append($"  <{element}>{SecurityElement.Escape(content)}</{element}>\n");
            }
        }
        var disks = command.All("diskspec").ToList();
        if (disks.Count > 0)
        {
            text.Append("  <disks>\n");
            disks.ForEach(disk => AppendDisk(text, disk));
            text.Append("  </disks>\n");
        }
        return text.Append("</domaincheckpoint>\n").ToString();
    }

    private static void AppendDisk(StringBuilder text, string description)
    {
        var parts = ToolCommands.SplitAtCommas(description);
        string? checkpoint = null, bitmap = null;
        foreach (var part in parts.Skip(1))
        {
            switch (part.Split('=', 2))
            {
                case ["checkpoint", var value] when checkpoint is null:
                    checkpoint = value;
                    break;
                case ["bitmap", var value] when bitmap is null:
                    bitmap = value;
                    break;
                default:
                    throw new CommandException($"unable to parse diskspec: {description}");
            }
        }
        var name = parts[0].Length > 0 ? parts[0] : throw new CommandException($"unable to parse diskspec: {description}");
        text.Append($"    <disk{Attribute("name", name)}{Attribute("checkpoint", checkpoint)}{Attribute("bitmap", bitmap)}/>\n");
    }

    private static string Attribute(string name, string? value) => value is null ? "" : $" {name}='{SecurityElement.Escape(value)}'";

    private static async ValueTask<(Domain Domain, DomainCheckpoint Checkpoint)> CheckpointAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        return (domain, await domain.GetCheckpointAsync(context.Command.Required("checkpointname"), context.CancellationToken));
    }

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-15} {value}");
}
