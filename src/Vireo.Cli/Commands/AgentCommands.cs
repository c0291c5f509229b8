using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>What is asked of the guest through its agent.</summary>
internal static class AgentCommands
{
    public static async ValueTask CommandAsync(CommandContext context)
    {
        var command = context.Command;
        var timeout = Timeout(context);
        var domain = await context.DomainAsync();
        var text = string.Join(' ', command.All("cmd"));
        var answer = await domain.Connection.Driver.Hypervisor.QemuDomainAgentCommandAsync(domain.Reference, text, timeout, 0, context.CancellationToken);
        if (answer is not null)
        {
            context.PrintLine(command.Has("pretty") ? JsonText.Indented(answer) : answer);
        }
    }

    public static async ValueTask ResponseTimeoutAsync(CommandContext context)
    {
        var timeout = context.Command.Integer("timeout") ?? (int)DomainAgentResponseTimeoutValues.Block;
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainAgentSetResponseTimeoutAsync(domain.Reference, timeout, 0, context.CancellationToken);
    }

    public static async ValueTask FreezeAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var count = await CommandContext.TryAsync(
            "Unable to freeze filesystems", () => domain.Connection.Driver.Hypervisor.DomainFsfreezeAsync(domain.Reference, [.. context.Command.All("mountpoint")], 0, context.CancellationToken));
        context.Confirm($"Froze {count} filesystem(s)\n");
    }

    public static async ValueTask ThawAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var count = await CommandContext.TryAsync(
            "Unable to thaw filesystems", () => domain.Connection.Driver.Hypervisor.DomainFsthawAsync(domain.Reference, [.. context.Command.All("mountpoint")], 0, context.CancellationToken));
        context.Confirm($"Thawed {count} filesystem(s)\n");
    }

    public static async ValueTask TrimAsync(CommandContext context)
    {
        var minimum = context.Command.UnsignedLong("minimum") ?? 0;
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync(
            "Unable to invoke fstrim",
            () => domain.Connection.Driver.Hypervisor.DomainFstrimAsync(domain.Reference, context.Command.Text("mountpoint"), minimum, 0, context.CancellationToken));
    }

    public static async ValueTask TimeAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("time", "now");
        command.Exclusive("time", "sync");
        command.Exclusive("now", "sync");
        var given = command.Long("time");
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (given is not null || command.Has("now") || command.Has("sync"))
        {
            var seconds = command.Has("now") ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() : given ?? 0;
            await driver.DomainSetTimeAsync(domain.Reference, seconds, 0, command.Flags(("sync", (uint)DomainSetTimeFlags.TimeSync)), context.CancellationToken);
            return;
        }

        var time = await driver.DomainGetTimeAsync(domain.Reference, 0, context.CancellationToken);
        context.Print("Time: " + (command.Has("pretty") ? Calendar(time.Seconds) : time.Seconds.ToString(CultureInfo.InvariantCulture)));
    }

    public static async ValueTask HostnameAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var source = context.Command.Text("source");
        var flags = source switch
        {
            null => (DomainGetHostnameFlags)0,
            "lease" => DomainGetHostnameFlags.Lease,
            "agent" => DomainGetHostnameFlags.Agent,
            _ => throw new CommandException($"Unknown data source '{source}'"),
        };
        context.PrintLine(await CommandContext.TryAsync(
            "failed to get hostname", () => domain.Connection.Driver.Hypervisor.DomainGetHostnameAsync(domain.Reference, (uint)flags, context.CancellationToken)));
    }

    private static int Timeout(CommandContext context)
    {
        var command = context.Command;
        var given = command.Integer("timeout");
        if (given < 1)
        {
            throw new CommandException("timeout must be positive");
        }

        return (given, command.Has("async"), command.Has("block")) switch
        {
            (null, false, false) => (int)DomainAgentResponseTimeoutValues.Default,
            ({ } seconds, false, false) => seconds,
            (null, true, false) => (int)DomainAgentResponseTimeoutValues.Nowait,
            (null, false, true) => (int)DomainAgentResponseTimeoutValues.Block,
            _ => throw new CommandException("timeout, async and block options are exclusive"),
        };
    }

    // The clock of a guest may say anything; what no calendar holds is shown as the number it is.
    private static string Calendar(long seconds) => seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : seconds.ToString(CultureInfo.InvariantCulture);
}
