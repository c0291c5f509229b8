using System.Globalization;
using Vireo.Cli.Parsing;
using Vireo.Cli.Shell;

namespace Vireo.Cli.Commands;

/// <summary>What one run of a command works with.</summary>
internal sealed class CommandContext(Session session, ParsedCommand command, CancellationToken cancellationToken)
{
    public Session Session { get; } = session;

    public ParsedCommand Command { get; } = command;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The command has printed what is wrong by itself.</summary>
    public bool Failed { get; set; }

    /// <summary>What the command was asked for.</summary>
    public void Print(string text) => Session.Output.Write(text);

    public void PrintLine(string text) => Session.Output.Write(text + "\n");

    /// <summary>A confirmation, silent in quiet mode.</summary>
    public void Confirm(string text)
    {
        if (!Session.Quiet)
        {
            Session.Output.Write(text);
        }
    }

    public ValueTask<Connection> ConnectionAsync() => Session.ConnectionAsync(CancellationToken);

    /// <summary>The domain that the command names by id, UUID or name.</summary>
    /// <param name="byId">A number may be an id.</param>
    /// <param name="byName">The text may be a name.</param>
    /// <param name="byUuid">The text may be a UUID.</param>
    public ValueTask<Domain> DomainAsync(bool byId = true, bool byName = true, bool byUuid = true) => FindDomainAsync(Command.Required("domain"), byId, byName, byUuid);

    /// <summary>The domain of that id, UUID or name.</summary>
    public async ValueTask<Domain> FindDomainAsync(string text, bool byId = true, bool byName = true, bool byUuid = true)
    {
        var connection = await ConnectionAsync();
        if (byId && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && await LookUpAsync(() => connection.GetDomainAsync(id, CancellationToken)) is { } numbered)
        {
            return numbered;
        }
        if (byUuid && text.Length == 36 && Guid.TryParseExact(text, "D", out var uuid) && await LookUpAsync(() => connection.GetDomainAsync(uuid, CancellationToken)) is { } identified)
        {
            return identified;
        }
        if (byName && await LookUpAsync(() => connection.GetDomainAsync(text, CancellationToken)) is { } named)
        {
            return named;
        }
        throw new CommandException($"failed to get domain '{text}'");
    }

    /// <summary>The text of a file given as an option; 10 MiB at most.</summary>
    public async ValueTask<string> FileAsync(string option, string? prefix = null)
    {
        var path = Command.Required(option);
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length > 10 << 20
                ? throw new CommandException($"Failed to read file '{path}': Value too large for defined data type")
                : await File.ReadAllTextAsync(path, CancellationToken);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(prefix ?? $"Failed to open file '{path}': No such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException(Directory.Exists(path) ? $"Failed to read file '{path}': Is a directory" : $"Failed to open file '{path}': Permission denied");
        }
    }

    /// <summary>Runs a step and says what failed when it does.</summary>
    public static async ValueTask<T> TryAsync<T>(string failure, Func<ValueTask<T>> step)
    {
        try
        {
            return await step();
        }
        catch (VireoException reason)
        {
            throw new CommandException(failure, reason);
        }
    }

    public static async ValueTask TryAsync(string failure, Func<ValueTask> step)
    {
        try
        {
            await step();
        }
        catch (VireoException reason)
        {
            throw new CommandException(failure, reason);
        }
    }

    private static async ValueTask<Domain?> LookUpAsync(Func<ValueTask<Domain>> look)
    {
        try
        {
            return await look();
        }
        catch (VireoException missing) when (missing.Code is ErrorCode.NoDomain or ErrorCode.InvalidArg)
        {
            return null;
        }
    }
}
