using Microsoft.Win32.SafeHandles;
using Vireo.Cli.Parsing;
using Vireo.Host.Terminals;

namespace Vireo.Cli.Shell;

/// <summary>The shell: a prompt on a terminal, or commands line by line from a pipe.</summary>
internal sealed class InteractiveShell(Session session)
{
    private const string Welcome = """
        Welcome to vireo, the virtualization interactive terminal.

        Type:  'help' for help with commands
               'quit' to quit


        """;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        session.Interactive = true;
        if (!session.Quiet)
        {
            session.Output.Write(Welcome);
            session.Output.Flush();
        }
        var runner = new CommandRunner(session);
        if (UserTerminal.IsInteractive)
        {
            await RunTerminalAsync(runner, cancellationToken);
        }
        else
        {
            await RunPipeAsync(runner, cancellationToken);
        }
    }

    /// <summary><c>#</c> may change things, <c>></c> only looks.</summary>
    private string Prompt => session.ReadOnly ? "vireo > " : "vireo # ";

    private async ValueTask RunTerminalAsync(CommandRunner runner, CancellationToken cancellationToken)
    {
        var history = new History(History.DefaultPath());
        var completion = new Completion(session);
        var editor = new LineEditor(session.Output, history, words => completion.CandidatesAsync(words, cancellationToken));
        while (!runner.Ended && await editor.ReadAsync(Prompt) is { } line)
        {
            history.Add(line);
            await RunLineAsync(runner, line, cancellationToken);
        }
        if (history.Save() is { } why)
        {
            session.Error($"history is not kept: {why}");
        }
    }

    private async ValueTask RunPipeAsync(CommandRunner runner, CancellationToken cancellationToken)
    {
        using var input = new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0));
        while (!runner.Ended)
        {
            session.Output.Write(Prompt);
            session.Output.Flush();
            if (await input.ReadLineAsync(cancellationToken) is not { } line)
            {
                session.Output.Write('\n');
                break;
            }
            session.Output.Write(line + "\n");
            await RunLineAsync(runner, line, cancellationToken);
        }
        session.Output.Flush();
    }

    private async ValueTask RunLineAsync(CommandRunner runner, string line, CancellationToken cancellationToken)
    {
        try
        {
            using var interrupt = new InterruptScope();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token, cancellationToken);
            await runner.RunAsync(CommandParser.ParseLine(line), stop.Token);
        }
        catch (UsageException wrong)
        {
            session.Error(wrong.Message);
        }
    }
}
