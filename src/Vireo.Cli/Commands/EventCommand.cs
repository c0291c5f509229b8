using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary><c>event</c>: waits for events and prints them.</summary>
internal static class EventCommand
{
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
        var connection = await context.ConnectionAsync();
        var domain = command.Has("domain") ? await context.DomainAsync() : null;
        await EventWait.RunAsync<DomainEvent>(
            context,
            async (handler, subscriptions) =>
            {
                foreach (var kind in kinds)
                {
                    if (await SubscribeAsync(context, connection, kind, domain, handler, command.Has("all")) is { } subscription)
                    {
                        subscriptions.Add(subscription);
                    }
                }
            },
            EventText.Of);
    }

    private static async ValueTask<IAsyncDisposable?> SubscribeAsync(
        CommandContext context, Connection connection, int kind, Domain? domain, Action<DomainEvent> handler, bool lenient)
    {
        try
        {
            return await connection.SubscribeAsync((DomainEventID)kind, handler, domain, context.CancellationToken);
        }
        catch (VireoException unknown) when (lenient && unknown.Code is ErrorCode.NoSupport or ErrorCode.InvalidArg)
        {
            // --all means all that the other end has.
            return null;
        }
    }

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
