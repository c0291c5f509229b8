using System;
using System.Collections.Generic;
using System.Linq;

namespace Vireo.Generators.Cli;

/// <summary>One option row of a command.</summary>
internal sealed class OptionRow
{
    public string Name = "";
    public string Kind = "";
    public string? Alias;
    public string? Help;
    public bool Required;
    public bool Named;
    public bool Empty;
}

/// <summary>One command with its options in table order.</summary>
internal sealed class CommandRow
{
    public string Name = "";
    public string Help = "";
    public bool Hidden;
    public bool Unconnected;
    public List<OptionRow> Options = [];
}

/// <summary>A group of commands.</summary>
internal sealed class GroupRow
{
    public string Keyword = "";
    public string Title = "";
    public List<CommandRow> Commands = [];
}

/// <summary>Reads the plain lines of <c>spec/cli/*.spec</c>.</summary>
internal sealed class CommandSpec
{
    private static readonly string[] s_kinds = ["bool", "int", "string", "data", "argv"];
    private readonly Dictionary<string, string> _optionHelp = new(StringComparer.Ordinal);

    public List<GroupRow> Groups { get; } = [];

    public SortedDictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    public static CommandSpec Parse(string text)
    {
        var spec = new CommandSpec();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] == '#')
            {
                continue;
            }
            if (!spec.Accept(trimmed, line[0] == ' '))
            {
                throw new FormatException("line " + number + " is not understood: " + trimmed);
            }
        }
        spec.FillHelp();
        return spec;
    }

    private bool Accept(string line, bool row)
    {
        var words = line.Split([' '], 3);
        if (row)
        {
            return Groups.Count > 0 && Groups[Groups.Count - 1].Commands.Count > 0
                && AcceptRow(Groups[Groups.Count - 1].Commands.Last(), line, words);
        }
        if (words.Length < 2)
        {
            return false;
        }
        switch (words[0])
        {
            case "option" when words.Length == 3:
                _optionHelp[words[1]] = words[2];
                return true;
            case "group" when words.Length == 3:
                Groups.Add(new GroupRow { Keyword = words[1], Title = words[2] });
                return true;
            case "alias" when words.Length == 3:
                Aliases[words[1]] = words[2];
                return true;
            case "command" when Groups.Count > 0:
                var traits = words.Length == 3 ? words[2].Split(' ') : [];
                Groups[Groups.Count - 1].Commands.Add(new CommandRow { Name = words[1], Hidden = traits.Contains("hidden"), Unconnected = traits.Contains("unconnected") });
                return true;
            default:
                return false;
        }
    }

    private static bool AcceptRow(CommandRow command, string line, string[] words)
    {
        if (words[0] == "help")
        {
            command.Help = line.Substring(5);
            return true;
        }
        if (words[0] == "alias" && words.Length == 3)
        {
            command.Options.Add(new OptionRow { Name = words[1], Kind = "alias", Alias = words[2] });
            return true;
        }
        if (words.Length < 2 || !s_kinds.Contains(words[0]))
        {
            return false;
        }
        var rest = words.Length == 3 ? words[2] : "";
        var mark = rest.IndexOf(": ", StringComparison.Ordinal);
        var traits = (mark < 0 ? rest : rest.Substring(0, mark)).Split(' ');
        command.Options.Add(new OptionRow
        {
            Name = words[1],
            Kind = words[0],
            Help = mark < 0 ? null : rest.Substring(mark + 2),
            Required = traits.Contains("required"),
            Named = traits.Contains("named"),
            Empty = traits.Contains("empty"),
        });
        return true;
    }

    private void FillHelp()
    {
        foreach (var option in Groups.SelectMany(group => group.Commands).SelectMany(command => command.Options))
        {
            if (option.Help is null && option.Kind != "alias" && _optionHelp.TryGetValue(option.Name, out var help))
            {
                option.Help = help;
            }
        }
    }
}
