using System.Text;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Help in virsh's layout, from the command table.</summary>
internal static class HelpText
{
    /// <summary>All groups, as <c>help</c> prints them.</summary>
    public static string Overview()
    {
        var text = new StringBuilder("Grouped commands:\n\n");
        foreach (var group in CommandTable.Groups)
        {
            AppendGroup(text, group, ":");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A command or a group.</summary>
    public static string Subject(string subject)
    {
        if (CommandTable.Find(subject) is { } command)
        {
            return Command(command);
        }
        var group = Array.Find(CommandTable.Groups, candidate => candidate.Keyword == subject || candidate.Title == subject)
            ?? throw new CommandException($"command or command group '{subject}' doesn't exist");
        return AppendGroup(new StringBuilder(), group, ":").ToString();
    }

    public static StringBuilder AppendGroup(StringBuilder text, CommandGroup group, string end)
    {
        text.Append($" {group.Title} (help keyword '{group.Keyword}'){end}\n");
        foreach (var name in group.Commands)
        {
            if (CommandTable.Find(name) is { Hidden: false } command)
            {
                text.Append($"    {command.Name,-30} {command.Help}\n");
            }
        }
        return text;
    }

    private static string Command(CommandDefinition command)
    {
        var text = new StringBuilder($"  NAME\n    {command.Name} - {command.Help}\n\n  SYNOPSIS\n    {command.Name}");
        foreach (var option in command.Options)
        {
            text.Append(Synopsis(option));
        }
        text.Append($"\n\n  DESCRIPTION\n    {char.ToUpperInvariant(command.Help[0])}{command.Help.AsSpan(1)}.\n");
        if (command.Options.Length > 0)
        {
            text.Append("\n  OPTIONS\n");
        }
        foreach (var option in command.Options)
        {
            if (Label(option) is { } label)
            {
                text.Append($"    {label,-15}  {option.Help}\n");
            }
        }
        return text.Append('\n').ToString();
    }

    private static string Synopsis(OptionDefinition option) => option.Kind switch
    {
        OptionKind.Bool => $" [--{option.Name}]",
        OptionKind.Int => option.Required ? $" <{option.Name}>" : $" [--{option.Name} <number>]",
        OptionKind.String => $" [--{option.Name} <string>]",
        OptionKind.Data => option.Required ? $" <{option.Name}>" : $" [<{option.Name}>]",
        OptionKind.Argv => option.Required ? $" {{[--{option.Name}] <string>}}..." : Labelled(option) ? $" [[--{option.Name}] <string>]..." : $" [<{option.Name}>]...",
        _ => "",
    };

    private static string? Label(OptionDefinition option) => option.Kind switch
    {
        OptionKind.Bool => $"--{option.Name}",
        OptionKind.Int => option.Required ? $"[--{option.Name}] <number>" : $"--{option.Name} <number>",
        OptionKind.String => $"--{option.Name} <string>",
        OptionKind.Data => $"[--{option.Name}] <string>",
        OptionKind.Argv => Labelled(option) ? $"[--{option.Name}] <string>" : $"<{option.Name}>",
        _ => null,
    };

    private static bool Labelled(OptionDefinition option) => option.Name != "string";
}
