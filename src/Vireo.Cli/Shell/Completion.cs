using Vireo.Cli.Parsing;

namespace Vireo.Cli.Shell;

/// <summary>What could be typed next: commands, options, names of objects, files.</summary>
internal sealed class Completion(Session session)
{
    /// <param name="words">The words of the command so far; the last one, maybe empty, is completed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<string>> CandidatesAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var prefix = words.Count == 0 ? "" : words[^1];
        if (words.Count <= 1)
        {
            return Matching(CommandTable.Groups.SelectMany(group => group.Commands).Where(name => !CommandTable.Find(name)!.Hidden), prefix);
        }
        if (CommandTable.Find(words[0]) is not { } command)
        {
            return [];
        }
        if (prefix.StartsWith("--", StringComparison.Ordinal))
        {
            return await OptionsAsync(command, words, prefix, cancellationToken);
        }
        var option = Target(command, words, out var domain);
        return option is null
            ? Matching(Unused(command, words).Select(unused => "--" + unused.Name), prefix)
            : Matching(await ValuesAsync(command, option, domain, prefix, cancellationToken), prefix);
    }

    private async ValueTask<IReadOnlyList<string>> OptionsAsync(CommandDefinition command, IReadOnlyList<string> words, string prefix, CancellationToken cancellationToken)
    {
        var equals = prefix.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return Matching(Unused(command, words).Select(option => "--" + option.Name), prefix);
        }
        if (command.FindOption(prefix[2..equals]) is not { TakesValue: true } option)
        {
            return [];
        }
        _ = Target(command, words, out var domain);
        var values = await ValuesAsync(command, option, domain, prefix[(equals + 1)..], cancellationToken);
        return Matching(values.Select(value => prefix[..(equals + 1)] + value), prefix);
    }

    private static IEnumerable<OptionDefinition> Unused(CommandDefinition command, IReadOnlyList<string> words) =>
        command.Options.Where(option => option.Kind != OptionKind.Alias
            && (option.Kind == OptionKind.Argv || !words.Take(words.Count - 1).Any(word => word == "--" + option.Name || word.StartsWith("--" + option.Name + "=", StringComparison.Ordinal))));

    /// <summary>The option that the last word would fill, and the domain named before it.</summary>
    private static OptionDefinition? Target(CommandDefinition command, IReadOnlyList<string> words, out string? domain)
    {
        domain = null;
        var filled = new HashSet<OptionDefinition>();
        OptionDefinition? waiting = null;
        for (var i = 1; i < words.Count; i++)
        {
            var last = i == words.Count - 1;
            var option = waiting;
            string? value = words[i];
            waiting = null;
            if (option is null && !last && words[i].StartsWith("--", StringComparison.Ordinal))
            {
                var parts = words[i][2..].Split('=', 2);
                option = command.FindOption(parts[0]);
                value = parts.Length == 2 ? parts[1] : null;
                if (option is { TakesValue: true } && value is null)
                {
                    waiting = option;
                }
            }
            option ??= Array.Find(command.Options, candidate => candidate.Positional && candidate.Kind is OptionKind.Data or OptionKind.Argv && !filled.Contains(candidate))
                ?? Array.Find(command.Options, candidate => candidate.Positional && !filled.Contains(candidate));
            if (last)
            {
                return option;
            }
            if (option is not null && option.Kind != OptionKind.Argv)
            {
                filled.Add(option);
            }
            if (option?.Name == "domain" && value is not null)
            {
                domain = value;
            }
        }
        return null;
    }

    private async ValueTask<IEnumerable<string>> ValuesAsync(CommandDefinition command, OptionDefinition option, string? domain, string prefix, CancellationToken cancellationToken) => option.Name switch
    {
        "domain" => await DomainsAsync(command.Name, cancellationToken),
        "snapshotname" or "from" when command.Name.StartsWith("snapshot-", StringComparison.Ordinal) => await SnapshotsAsync(domain, cancellationToken),
        "file" or "xmlfile" or "xml" or "dir" => Files(prefix),
        "mode" when command.Name is "shutdown" or "reboot" => ["acpi", "agent", "initctl", "signal", "paravirt"],
        "event" when command.Name == "event" => Commands.EventText.Names,
        "command" => CommandTable.Groups.SelectMany(group => group.Commands.Append(group.Keyword)),
        _ => [],
    };

    private async ValueTask<IEnumerable<string>> DomainsAsync(string command, CancellationToken cancellationToken)
    {
        var flags = command switch
        {
            "start" => ConnectListAllDomainsFlags.Inactive,
            "destroy" or "shutdown" or "reboot" or "reset" or "console" or "save" or "managedsave" => ConnectListAllDomainsFlags.Active,
            "suspend" => ConnectListAllDomainsFlags.Running,
            "resume" => ConnectListAllDomainsFlags.Paused,
            _ => ConnectListAllDomainsFlags.Active | ConnectListAllDomainsFlags.Inactive,
        };
        try
        {
            var connection = await session.ConnectionAsync(cancellationToken);
            return (await connection.ListDomainsAsync(flags, cancellationToken)).Select(domain => domain.Name);
        }
        catch (Exception unreachable) when (unreachable is VireoException or CommandException)
        {
            // Completion has nowhere to complain; the command itself will.
            return [];
        }
    }

    private async ValueTask<IEnumerable<string>> SnapshotsAsync(string? domain, CancellationToken cancellationToken)
    {
        if (domain is null)
        {
            return [];
        }
        try
        {
            var connection = await session.ConnectionAsync(cancellationToken);
            var snapshots = await (await connection.GetDomainAsync(domain, cancellationToken)).ListSnapshotsAsync(0, cancellationToken);
            return snapshots.Select(snapshot => snapshot.Name);
        }
        catch (Exception unreachable) when (unreachable is VireoException or CommandException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Files(string prefix)
    {
        var directory = prefix.Contains('/', StringComparison.Ordinal) ? prefix[..(prefix.LastIndexOf('/') + 1)] : "";
        var entries = new DirectoryInfo(directory.Length == 0 ? "." : directory);
        return entries.Exists
            ? entries.EnumerateFileSystemInfos("*", new EnumerationOptions { IgnoreInaccessible = true }).Select(entry => directory + entry.Name + (entry is DirectoryInfo ? "/" : ""))
            : [];
    }

    private static List<string> Matching(IEnumerable<string> candidates, string prefix) =>
        [.. candidates.Where(candidate => candidate.StartsWith(prefix, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
