using System.Diagnostics;
using System.Globalization;
using Vireo.Cli.Commands;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Shell;

/// <summary>Runs parsed commands one after the other, with virsh's errors, blank lines and timing.</summary>
internal sealed class CommandRunner(Session session)
{
    /// <summary>Set once <c>quit</c> or <c>exit</c> has run.</summary>
    public bool Ended { get; private set; }

    /// <returns>Whether the last command succeeded.</returns>
    public async ValueTask<bool> RunAsync(IReadOnlyList<ParsedCommand> commands, CancellationToken cancellationToken)
    {
        var succeeded = true;
        foreach (var command in commands)
        {
            var start = Stopwatch.GetTimestamp();
            succeeded = await RunAsync(command, cancellationToken);
            if (command.Name is "quit" or "exit")
            {
                Ended = true;
                break;
            }
            if (session.Timing)
            {
                var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                session.Output.Write(string.Create(CultureInfo.InvariantCulture, $"\n(Time: {milliseconds:F3} ms)\n\n"));
            }
            else if (!session.Quiet)
            {
                session.Output.Write('\n');
            }
            session.Output.Flush();
        }
        return succeeded;
    }

    private async ValueTask<bool> RunAsync(ParsedCommand command, CancellationToken cancellationToken)
    {
        try
        {
            if (command.Definition.NeedsConnection)
            {
                await session.ConnectionAsync(cancellationToken);
            }
            var context = new CommandContext(session, command, cancellationToken);
            var handler = CommandCatalog.Find(command.Name) ?? throw VireoException.NotSupported(command.Name);
            await handler(context);
            return !context.Failed;
        }
        catch (CommandException failure)
        {
            if (failure.Message.Length > 0)
            {
                session.Error(failure.Message);
            }
            if (failure.InnerException is { } reason)
            {
                session.Error(reason.Message);
            }
        }
        catch (VireoException failure)
        {
            session.Error(failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            session.Error(failure.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            session.Error("interrupted");
        }
        return false;
    }
}
