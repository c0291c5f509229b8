
namespace Vireo.Cli.Commands;

/// <summary>Straight to the hypervisor: monitor, keys, jobs.</summary>
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
