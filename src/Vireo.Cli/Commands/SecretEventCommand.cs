using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary><c>secret-event</c>: waits for events of secrets and prints them.</summary>
internal static class SecretEventCommand
{
    // By their numbers.
    private static readonly string[] s_kinds = ["lifecycle", "value-changed"];
    private static readonly string[] s_lives = ["Defined", "Undefined"];

    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        if (command.Has("list"))
        {
            foreach (var name in s_kinds)
            {
                context.PrintLine(name);
            }
            return;
        }
        var wanted = command.Text("event") ?? throw new CommandException("either --list or --event <type> is required");
        var kind = Array.IndexOf(s_kinds, wanted);
        if (kind < 0)
        {
            throw new CommandException($"unknown event type {wanted}");
        }
        var driver = await SecretCommands.DriverAsync(context);
        SecretRef? secret = command.Has("secret") ? await SecretCommands.FindAsync(context, driver) : null;
        await EventWait.RunAsync<SecretEvent>(
            context,
            async (handler, subscriptions) => subscriptions.Add(await driver.SubscribeSecretEventsAsync((SecretEventID)kind, secret, handler, context.CancellationToken)),
            Text);
    }

    private static string Text(SecretEvent happened) => happened is SecretLifecycleEvent life
        ? $"event 'lifecycle' for secret {life.Secret.Uuid:D}: {s_lives.ElementAtOrDefault(life.Event) ?? "unknown"}\n"
        : $"event '{s_kinds[(int)happened.EventId]}' for secret {happened.Secret.Uuid:D}\n";
}
