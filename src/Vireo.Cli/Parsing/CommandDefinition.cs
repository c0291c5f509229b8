namespace Vireo.Cli.Parsing;

/// <summary>What an option carries.</summary>
internal enum OptionKind
{
    Bool,
    Int,
    String,
    Data,
    Argv,
    Alias,
}

/// <summary>One option of a command, as the spec says.</summary>
internal sealed record OptionDefinition(
    string Name, OptionKind Kind, bool Required = false, bool Named = false, bool EmptyAllowed = false, string? Alias = null, string? Help = null)
{
    public bool TakesValue => Kind is not OptionKind.Bool and not OptionKind.Alias;

    /// <summary>A bare word may fill it.</summary>
    public bool Positional => TakesValue && !Named;
}

/// <summary>One command, as the spec says.</summary>
internal sealed record CommandDefinition(string Name, string Help, bool Hidden, bool NeedsConnection, OptionDefinition[] Options)
{
    public OptionDefinition? FindOption(string name) => Array.Find(Options, option => option.Name == name);
}

/// <summary>Commands that belong together; only their names, since a definition is built when it is looked up.</summary>
internal sealed record CommandGroup(string Keyword, string Title, string[] Commands);
