namespace Vireo.Cli.Parsing;

/// <summary>Turns words into commands with their options, with virsh's rules and messages.</summary>
internal static class CommandParser
{
    /// <summary>Commands of one string, as typed in the shell or given as a single argument.</summary>
    public static List<ParsedCommand> ParseLine(string line) => Parse(new LineReader(line));

    /// <summary>One command of separate arguments.</summary>
    public static List<ParsedCommand> ParseArguments(IReadOnlyList<string> arguments) => Parse(new ArgumentReader(arguments));

    private static List<ParsedCommand> Parse(WordReader words)
    {
        var commands = new List<ParsedCommand>();
        while (true)
        {
            switch (words.Next())
            {
                case WordKind.End:
                    return commands;
                case WordKind.Word:
                    var definition = CommandTable.Find(words.Text) ?? throw new UsageException($"unknown command: '{words.Text}'");
                    if (ReadCommand(definition, words, out var command))
                    {
                        commands.Add(command);
                        return commands;
                    }
                    commands.Add(command);
                    break;
                default:
                    break;
            }
        }
    }

    /// <returns>True when the words have ended.</returns>
    private static bool ReadCommand(CommandDefinition definition, WordReader words, out ParsedCommand command)
    {
        var options = new OptionFiller(definition);
        var dataOnly = false;
        while (true)
        {
            var kind = words.Next();
            if (kind != WordKind.Word)
            {
                command = options.Finish();
                return kind == WordKind.End;
            }
            if (dataOnly || words.Text.Length < 2 || !words.Text.StartsWith("--", StringComparison.Ordinal))
            {
                options.AddData(words.Text);
            }
            else if (words.Text.Length == 2)
            {
                dataOnly = true;
            }
            else if (options.AddOption(words.Text[2..]) is { } waiting)
            {
                options.AddValue(waiting, words.Next() == WordKind.Word ? words.Text : null);
            }
        }
    }
}
