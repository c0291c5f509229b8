using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary><c>qemu-monitor-event</c>: prints what QEMU's monitors tell.</summary>
internal static class MonitorEventCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var pretty = command.Has("pretty");
        var flags = (ConnectDomainQemuMonitorEventRegisterFlags)command.Flags(
            ("regex", (uint)ConnectDomainQemuMonitorEventRegisterFlags.Regex), ("no-case", (uint)ConnectDomainQemuMonitorEventRegisterFlags.Nocase));
        var connection = await context.ConnectionAsync();
        var domain = command.Has("domain") ? await context.DomainAsync() : null;
        await EventWait.RunAsync<QemuMonitorEvent>(
            context,
            async (handler, subscriptions) => subscriptions.Add(await connection.SubscribeToQemuMonitorAsync(handler, domain, command.Text("event"), flags, context.CancellationToken)),
            happened => Text(happened, command.Has("timestamp"), pretty));
    }

    private static string Text(QemuMonitorEvent happened, bool withTime, bool pretty)
    {
        var details = happened.Details is { } told && pretty ? JsonText.Indented(told).TrimEnd('\n') : happened.Details;
        var time = withTime ? "" : string.Create(CultureInfo.InvariantCulture, $" at {happened.Seconds}.{happened.Microseconds:D6}");
        return $"event {happened.Name}{time} for domain '{happened.Domain.Name}': {details ?? "<null>"}\n";
    }
}
