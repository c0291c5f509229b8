
namespace Vireo.Cli.Commands;

/// <summary>Straight to the hypervisor or the guest: monitor, agent, keys, jobs.</summary>
internal static class MonitorCommands
{
    public static async ValueTask MonitorAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("hmp", "pretty");
        command.Exclusive("hmp", "return-value");
        var domain = await context.DomainAsync();
        var text = string.Join(' ', command.All("cmd"));
        var answer = await domain.Connection.Driver.Hypervisor.QemuDomainMonitorCommandAsync(domain.Reference, text, command.Flags(("hmp", 1u)), context.CancellationToken);
        context.PrintLine(answer);
    }

    public static async ValueTask AgentAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var timeout = command.Has("block") ? -2 : command.Has("async") ? 0 : command.Integer("timeout") ?? -1;
        var answer = await domain.Connection.Driver.Hypervisor.QemuDomainAgentCommandAsync(domain.Reference, string.Join(' ', command.All("cmd")), timeout, 0, context.CancellationToken);
        if (answer is not null)
        {
            context.PrintLine(answer);
        }
    }

    public static async ValueTask InterruptAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainInjectNmiAsync(domain.Reference, 0, context.CancellationToken);
    }

    public static async ValueTask AbortJobAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainAbortJobAsync(domain.Reference, context.CancellationToken);
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

    public static async ValueTask ResizeAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var size = context.Command.Scaled("size", 1024u) ?? 0;
        var path = context.Command.Required("path");
        var bytes = context.Command.Text("size") is { } text && text.All(char.IsAsciiDigit) ? size / 1024 : size;
        await CommandContext.TryAsync(
            $"Failed to resize block device '{path}'",
            () => domain.Connection.Driver.Hypervisor.DomainBlockResizeAsync(domain.Reference, path, bytes, bytes == size ? 1u : 0, context.CancellationToken));
        context.Print($"Block device '{path}' is resized\n");
    }
}
