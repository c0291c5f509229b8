
namespace Vireo.Cli.Commands;

/// <summary>Straight to the hypervisor: monitor and keys.</summary>
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
}
