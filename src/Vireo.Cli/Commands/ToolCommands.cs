using System.Text;
using Vireo.Cli.Parsing;
using Vireo.Cli.Shell;

namespace Vireo.Cli.Commands;

/// <summary>Commands about the tool itself.</summary>
internal static class ToolCommands
{
    public static ValueTask HelpAsync(CommandContext context)
    {
        context.Print(context.Command.Has("command") && context.Command.All("command").First() is { Length: > 0 } subject ? HelpText.Subject(subject) : HelpText.Overview());
        return ValueTask.CompletedTask;
    }

    public static ValueTask EchoAsync(CommandContext context)
    {
        var command = context.Command;
        var text = string.Join(' ', command.All("string").Select(word => command.Has("split")
            ? string.Concat(SplitAtCommas(word).Select(part => Quote(command, part) + "\n"))
            : Quote(command, word)));
        if (command.Has("err"))
        {
            context.Session.Error(text);
        }
        else
        {
            context.Print(text);
        }
        return ValueTask.CompletedTask;
    }

    public static ValueTask QuitAsync(CommandContext context)
    {
        _ = context;
        return ValueTask.CompletedTask;
    }

    public static ValueTask ChangeDirectoryAsync(CommandContext context)
    {
        if (!context.Session.Interactive)
        {
            throw new CommandException("cd: command valid only in interactive mode");
        }
        var directory = context.Command.Text("dir") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        try
        {
            Directory.SetCurrentDirectory(directory);
        }
        catch (DirectoryNotFoundException)
        {
            throw new CommandException($"cd: No such file or directory: {directory}");
        }
        return ValueTask.CompletedTask;
    }

    public static ValueTask WorkingDirectoryAsync(CommandContext context)
    {
        context.PrintLine(Directory.GetCurrentDirectory());
        return ValueTask.CompletedTask;
    }

    public static ValueTask ConnectAsync(CommandContext context) =>
        context.Session.ConnectAsync(context.Command.Text("name") is { Length: > 0 } uri ? uri : null, context.Command.Has("readonly"), context.CancellationToken);

    /// <summary>Checks the table's own rules, for packagers.</summary>
    public static ValueTask SelfTestAsync(CommandContext context)
    {
        foreach (var name in CommandTable.Groups.SelectMany(group => group.Commands))
        {
            _ = CommandTable.Find(name) ?? throw new CommandException($"command '{name}' has no definition");
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Prints completions, one a line: the hook for shells.</summary>
    public static async ValueTask CompleteAsync(CommandContext context)
    {
        var words = context.Command.All("string").ToList();
        foreach (var candidate in await new Completion(context.Session).CandidatesAsync(words, context.CancellationToken))
        {
            context.PrintLine(candidate);
        }
    }

    /// <summary>Commas separate, a doubled one is a comma.</summary>
    public static List<string> SplitAtCommas(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ',')
            {
                part.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == ',')
            {
                part.Append(',');
                i++;
            }
            else
            {
                parts.Add(part.ToString());
                part.Clear();
            }
        }
        parts.Add(part.ToString());
        return parts;
    }

    private static string Quote(ParsedCommand command, string word)
    {
        if (command.Has("xml"))
        {
            word = word.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
                .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&apos;", StringComparison.Ordinal);
        }
        if (command.Has("shell") && !(word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-+.,/:=_@%^".Contains(c, StringComparison.Ordinal))))
        {
            word = "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        }
        return word;
    }
}
