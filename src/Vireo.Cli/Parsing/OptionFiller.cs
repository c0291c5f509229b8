namespace Vireo.Cli.Parsing;

/// <summary>Collects the options of one command and checks them against its table.</summary>
internal sealed class OptionFiller(CommandDefinition definition)
{
    private readonly List<(OptionDefinition Option, string? Value)> _values = [];
    private readonly HashSet<OptionDefinition> _seen = [];
    private bool _help;

    /// <summary>Takes <c>name</c> or <c>name=value</c>.</summary>
    /// <returns>The option when its value is the next word.</returns>
    public OptionDefinition? AddOption(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var value = equals < 0 ? null : text[(equals + 1)..];
        if (name == "help")
        {
            _help = true;
            return null;
        }
        var option = definition.FindOption(name) ?? throw new UsageException($"command '{definition.Name}' doesn't support option --{name}");
        if (option.Alias is { } alias)
        {
            (option, value) = Resolve(name, alias, value);
        }
        if (option.Kind != OptionKind.Argv && !_seen.Add(option))
        {
            throw new UsageException($"option --{option.Name} already seen");
        }
        if (option.TakesValue)
        {
            if (value is null)
            {
                return option;
            }
            _values.Add((option, value));
            return null;
        }
        if (value is not null)
        {
            throw new UsageException($"invalid '=' after option --{option.Name}");
        }
        _values.Add((option, null));
        return null;
    }

    /// <summary>The word after an option that takes a value.</summary>
    public void AddValue(OptionDefinition option, string? value)
    {
        if (value is null)
        {
            throw new UsageException($"expected syntax: --{option.Name} <{(option.Kind == OptionKind.Int ? "number" : "string")}>");
        }
        _values.Add((option, value));
    }

    /// <summary>A bare word fills the first option in table order that still can take it.</summary>
    public void AddData(string text)
    {
        var option = Array.Find(definition.Options, candidate => candidate.Positional && !_seen.Contains(candidate))
            ?? throw new UsageException($"unexpected data '{text}'");
        if (option.Kind != OptionKind.Argv)
        {
            _seen.Add(option);
        }
        _values.Add((option, text));
    }

    public ParsedCommand Finish()
    {
        if (_help)
        {
            var help = CommandTable.Find("help")!;
            return new ParsedCommand(help, [(help.Options[0], definition.Name)]);
        }
        foreach (var option in definition.Options)
        {
            if (option.Required && !_values.Exists(value => value.Option == option))
            {
                var name = option.Kind is OptionKind.Data or OptionKind.Argv ? $"<{option.Name}>" : $"--{option.Name}";
                throw new UsageException($"command '{definition.Name}' requires {name} option");
            }
        }
        return new ParsedCommand(definition, _values);
    }

    private (OptionDefinition Option, string? Value) Resolve(string name, string alias, string? value)
    {
        var equals = alias.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            if (value is not null)
            {
                throw new UsageException($"invalid '=' after option --{name}");
            }
            value = alias[(equals + 1)..];
            alias = alias[..equals];
        }
        return (definition.FindOption(alias)!, value);
    }
}
