using System.Security;
using System.Text;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Taking snapshots.</summary>
internal static class SnapshotCreateCommands
{
    public static async ValueTask CreateAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = Flags(command) | (DomainSnapshotCreateFlags)command.Flags(("redefine", 1u), ("redefine-validate", 1u | 512), ("current", 2u));
        var domain = await context.DomainAsync();
        var from = command.Text("xmlfile");
        var xml = from is null ? "<domainsnapshot/>" : await context.FileAsync("xmlfile");
        await TakeAsync(context, domain, xml, flags, from);
    }

    public static async ValueTask CreateAsAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = Flags(command);
        var domain = await context.DomainAsync();
        var xml = Document(command);
        if (command.Has("print-xml"))
        {
            context.PrintLine(xml);
            return;
        }
        await TakeAsync(context, domain, xml, flags, null);
    }

    /// <summary>The snapshot document that the arguments describe.</summary>
    public static string Document(ParsedCommand command)
    {
        var text = new StringBuilder("<domainsnapshot>\n");
        AppendText(text, "name", command.Text("name") ?? command.Text("keep-current"));
        AppendText(text, "description", command.Text("description"));
        if (command.Text("memspec") is { } memory)
        {
            AppendMemory(text, memory);
        }
        var disks = command.All("diskspec").ToList();
        if (disks.Count > 0)
        {
            text.Append("  <disks>\n");
            disks.ForEach(disk => AppendDisk(text, disk));
            text.Append("  </disks>\n");
        }
        return text.Append("</domainsnapshot>\n").ToString();
    }

    private static async ValueTask TakeAsync(CommandContext context, Domain domain, string xml, DomainSnapshotCreateFlags flags, string? from)
    {
        var command = context.Command;
        command.Exclusive("halt", "live");
        if (command.Has("dry-run"))
        {
            await SnapshotPlanText.PrintAsync(context, () => domain.PlanSnapshotAsync(xml, flags, context.CancellationToken));
            return;
        }
        var halt = (flags & DomainSnapshotCreateFlags.Halt) != 0;
        DomainSnapshot snapshot;
        try
        {
            snapshot = await domain.CreateSnapshotAsync(xml, flags, context.CancellationToken);
        }
        catch (VireoException unknown) when (halt && unknown.Code == ErrorCode.NoSupport)
        {
            throw new CommandException("", unknown);
        }
        context.Confirm(from is null ? $"Domain snapshot {snapshot.Name} created" : $"Domain snapshot {snapshot.Name} created from '{from}'");
    }

    private static DomainSnapshotCreateFlags Flags(ParsedCommand command) =>
        (DomainSnapshotCreateFlags)command.Flags(
            ("no-metadata", 4u), ("halt", 8u), ("disk-only", 16u), ("reuse-external", 32u), ("quiesce", 64u), ("atomic", 128u), ("live", 256u), ("validate", 512u));

    private static void AppendText(StringBuilder text, string element, string? content)
    {
        if (content is not null)
        {
            text.Append($"  <{element}>{SecurityElement.Escape(content)}</{element}>\n");
        }
    }

    private static void AppendMemory(StringBuilder text, string description)
    {
        string? snapshot = null, file = null;
        foreach (var (part, index) in ToolCommands.SplitAtCommas(description).Select((part, index) => (part, index)))
        {
            if (snapshot is null && part.StartsWith("snapshot=", StringComparison.Ordinal))
            {
                snapshot = part[9..];
            }
            else if (file is null && part.StartsWith("file=", StringComparison.Ordinal))
            {
                file = part[5..];
            }
            else if (file is null && index == 0 && part.Length > 0)
            {
                file = part;
            }
            else
            {
                throw new CommandException($"unable to parse memspec: {description}");
            }
        }
        text.Append($"  <memory{Attribute("snapshot", snapshot)}{Attribute("file", file)}/>\n");
    }

    private static void AppendDisk(StringBuilder text, string description)
    {
        var parts = ToolCommands.SplitAtCommas(description);
        string? snapshot = null, driver = null, file = null, type = null;
        foreach (var part in parts.Skip(1))
        {
            switch (part.Split('=', 2))
            {
                case ["snapshot", var value] when snapshot is null:
                    snapshot = value;
                    break;
                case ["driver", var value] when driver is null:
                    driver = value;
                    break;
                case ["file", var value] when file is null:
                    file = value;
                    break;
                case ["stype", var value] when type is null:
                    type = value is "file" or "block" ? value : throw new CommandException($"Unknown storage type: '{value}'");
                    break;
                default:
                    throw new CommandException($"unable to parse diskspec: {description}");
            }
        }
        var name = parts[0].Length > 0 ? parts[0] : throw new CommandException($"unable to parse diskspec: {description}");
        text.Append($"    <disk{Attribute("name", name)}{Attribute("snapshot", snapshot)}{Attribute("type", type == "file" ? null : type)}");
        if (driver is null && file is null)
        {
            text.Append("/>\n");
            return;
        }
        text.Append(">\n");
        if (driver is not null)
        {
            text.Append($"      <driver{Attribute("type", driver)}/>\n");
        }
        if (file is not null)
        {
            text.Append($"      <source{Attribute(type == "block" ? "dev" : "file", file)}/>\n");
        }
        text.Append("    </disk>\n");
    }

    private static string Attribute(string name, string? value) => value is null ? "" : $" {name}='{SecurityElement.Escape(value)}'";
}
