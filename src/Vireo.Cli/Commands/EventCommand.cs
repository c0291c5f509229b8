using System.Globalization;
using System.Threading.Channels;
using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary><c>event</c>: waits for events and prints them.</summary>
internal static class EventCommand
{
    // A client that prints slower than events come must not grow without end.
    private const int MostWaiting = 65536;

    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        if (command.Has("list"))
        {
            foreach (var name in EventText.Names)
            {
                context.PrintLine(name);
            }
            return;
        }
        var kinds = Kinds(command);
        var timeout = command.Timeout();
        var connection = await context.ConnectionAsync();
        var domain = command.Has("domain") ? await context.DomainAsync() : null;
        var events = Channel.CreateBounded<DomainEvent>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        var subscriptions = new List<IAsyncDisposable>();
        try
        {
            foreach (var kind in kinds)
            {
                if (await SubscribeAsync(context, connection, kind, domain, events.Writer, command.Has("all")) is { } subscription)
                {
                    subscriptions.Add(subscription);
                }
            }
            await WaitAsync(context, events.Reader, timeout);
        }
        finally
        {
            foreach (var subscription in subscriptions)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    private static async ValueTask<IAsyncDisposable?> SubscribeAsync(
        CommandContext context, Connection connection, int kind, Domain? domain, ChannelWriter<DomainEvent> events, bool lenient)
    {
        try
        {
            return await connection.SubscribeAsync((DomainEventID)kind, happened => events.TryWrite(happened), domain, context.CancellationToken);
        }
        catch (VireoException unknown) when (lenient && unknown.Code is ErrorCode.NoSupport or ErrorCode.InvalidArg)
        {
            // --all means all that the other end has.
            return null;
        }
    }

    private static async ValueTask WaitAsync(CommandContext context, ChannelReader<DomainEvent> events, TimeSpan? timeout)
    {
        var loop = context.Command.Has("loop");
        var received = 0;
        var ending = "";
        using var deadline = new CancellationTokenSource();
        using var interrupt = new Shell.InterruptScope();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, deadline.Token, interrupt.Token);
        if (timeout is { } limit)
        {
            deadline.CancelAfter(limit);
        }
        try
        {
            do
            {
                var happened = await events.ReadAsync(stop.Token);
                received++;
                context.Print((context.Command.Has("timestamp") ? Timestamp() + ": " : "") + EventText.Of(happened));
                context.Session.Output.Flush();
            }
            while (loop);
        }
        catch (OperationCanceledException)
        {
            ending = deadline.IsCancellationRequested ? "event loop timed out\n" : "event loop interrupted\n";
        }
        while (loop && events.TryRead(out var late))
        {
            received++;
            context.Print((context.Command.Has("timestamp") ? Timestamp() + ": " : "") + EventText.Of(late));
        }
        context.Print(ending);
        context.Print($"events received: {received}\n");
        context.Failed = received == 0;
    }

    private static string Timestamp() => DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff+0000", CultureInfo.InvariantCulture);

    private static IEnumerable<int> Kinds(ParsedCommand command)
    {
        if (command.Text("event") is { } wanted)
        {
            if (command.Has("all"))
            {
                throw new CommandException("Options --all and --event are mutually exclusive");
            }
            var index = Array.IndexOf(EventText.Names, wanted);
            return index >= 0 ? [index] : throw new CommandException($"unknown event type {wanted}");
        }
        return command.Has("all") ? Enumerable.Range(0, EventText.Names.Length) : throw new CommandException("one of --list, --all, or --event <type> is required");
    }
}
