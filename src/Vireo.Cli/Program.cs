using System.Text;
using Vireo.Cli.Parsing;
using Vireo.Cli.Shell;
using Vireo.Drivers;
using Vireo.Drivers.Remote;
using Vireo.Drivers.Test;
using Vireo.Host.Terminals;

namespace Vireo.Cli;

/// <summary>The <c>vireo</c> program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        await using var output = new StreamWriter(StandardStream.Output, new UTF8Encoding(false), 16384) { AutoFlush = false };
        await using var errors = new StreamWriter(StandardStream.Error, new UTF8Encoding(false)) { AutoFlush = true };
        return await RunAsync(arguments, new DriverRegistry(new TestDriver(), new RemoteDriver()), output, errors);
    }

    /// <summary>One run of the tool. Returns its exit code.</summary>
    internal static async Task<int> RunAsync(string[] arguments, DriverRegistry drivers, TextWriter output, TextWriter errors)
    {
        await using var session = new Session(drivers, output, errors);
        try
        {
            return await RunAsync(arguments, session) ? 0 : 1;
        }
        catch (UsageException wrong)
        {
            session.Error(wrong.Message);
            return 1;
        }
        catch (CommandException failure)
        {
            session.Error(failure.Message);
            if (failure.InnerException is { } reason)
            {
                session.Error(reason.Message);
            }
            return 1;
        }
    }

    private static async ValueTask<bool> RunAsync(string[] arguments, Session session)
    {
        var options = GlobalOptions.Parse(arguments);
        foreach (var warning in options.Warnings)
        {
            session.Error(warning);
        }
        if (options.Answer is not null)
        {
            session.Output.Write(options.Answer);
            session.Output.Flush();
            return true;
        }
        Apply(options, session);
        if (options.Rest.Count == 1 && options.Rest[0].Length == 0)
        {
            return false;
        }
        var commands = options.Rest.Count == 1 ? CommandParser.ParseLine(options.Rest[0]) : CommandParser.ParseArguments(options.Rest);
        var cancellationToken = CancellationToken.None;

        // A connection that was named must succeed at once; the default one waits until a command needs it.
        if (session.Uri is not null)
        {
            await session.ConnectAsync(session.Uri, session.ReadOnly, cancellationToken);
        }
        if (options.Rest.Count == 0)
        {
            await new InteractiveShell(session).RunAsync(cancellationToken);
            return true;
        }
        return await new CommandRunner(session).RunAsync(commands, cancellationToken);
    }

    private static void Apply(GlobalOptions options, Session session)
    {
        session.Uri = options.Uri ?? (Environment.GetEnvironmentVariable("VIRSH_DEFAULT_CONNECT_URI") is { Length: > 0 } uri ? uri : null);
        session.ReadOnly = options.ReadOnly;
        session.Quiet = options.Quiet;
        session.Timing = options.Timing;
        session.ConsoleEscape = options.Escape;
        session.ConsoleEscapeText = options.EscapeText;
        if (options.LogFile is { } path)
        {
            try
            {
                session.Log = new StreamWriter(path, append: true);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"failed to open the log file. check the log file path: {refused.Message}");
            }
        }
    }
}
