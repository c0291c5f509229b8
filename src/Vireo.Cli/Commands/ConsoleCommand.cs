using Vireo.Cli.Parsing;
using Vireo.Drivers;
using Vireo.Host.Terminals;

namespace Vireo.Cli.Commands;

/// <summary><c>console</c>: the terminal is joined to a console of the guest until the escape character is typed.</summary>
internal static class ConsoleCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var flags = (DomainConsoleFlags)context.Command.Flags(("force", 1u), ("safe", 2u));
        var domain = await context.DomainAsync();
        if (domain.Id is null)
        {
            throw new CommandException("The domain is not running");
        }
        await AttachAsync(context, domain, context.Command.Text("devname"), flags);
    }

    public static async ValueTask AttachAsync(CommandContext context, Domain domain, string? device, DomainConsoleFlags flags)
    {
        if (!UserTerminal.IsInteractive)
        {
            throw new CommandException("Cannot run interactive console without a controlling TTY");
        }
        var escape = context.Session.ConsoleEscapeText;
        context.PrintLine($"Connected to domain '{domain.Name}'");
        context.Print($"Escape character is {escape}{(escape.StartsWith('^') ? $" (Ctrl + {escape[1..]})" : "")}\n");
        context.Session.Output.Flush();
        await using var stream = await domain.OpenConsoleAsync(device, flags, context.CancellationToken);
        using (UserTerminal.Raw())
        {
            await JoinAsync(context, stream);
        }
        context.Print("\n");
    }

    private static async Task JoinAsync(CommandContext context, DriverStream stream)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var typed = TypeAsync(stream, context.Session.ConsoleEscape, end.Token);
        var shown = ShowAsync(stream, end.Token);
        await Task.WhenAny(typed, shown);
        await end.CancelAsync();
        await stream.AbortAsync();
        try
        {
            await Task.WhenAll(typed, shown);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // One direction ended, so the other was told to.
        }
        catch (VireoException) when (end.IsCancellationRequested)
        {
            // The stream was aborted under a read or write that was waiting.
        }
    }

    private static async Task ShowAsync(DriverStream stream, CancellationToken cancellationToken)
    {
        await using var output = StandardStream.Output;
        var buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Polls, so that the thread ends when the guest's side does and never swallows what is typed for the shell.</summary>
    private static Task TypeAsync(DriverStream stream, byte escape, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var buffer = new byte[1024];
            while (!cancellationToken.IsCancellationRequested)
            {
                if (!UserTerminal.InputWithin(100))
                {
                    continue;
                }
                var count = UserTerminal.Read(buffer);
                var stop = Array.IndexOf(buffer, escape, 0, count);
                if (stop != 0 && count > 0)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, stop < 0 ? count : stop), cancellationToken);
                }
                if (stop >= 0 || count == 0)
                {
                    return;
                }
            }
        },
        cancellationToken);
}
