using System.Text.Json;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

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
        var answer = await AnswerAsync(context, domain, text);
        if (command.Has("return-value"))
        {
            using var document = JsonDocument.Parse(answer);
            answer = document.RootElement.TryGetProperty("return", out var value) ? value.GetRawText() : throw new CommandException("'return' member missing");
        }
        context.PrintLine(command.Has("pretty") ? JsonText.Indented(answer) : answer);
    }

    private static async ValueTask<string> AnswerAsync(CommandContext context, Domain domain, string text)
    {
        var flags = context.Command.Flags(("hmp", 1u));
        var driver = domain.Connection.Driver.Hypervisor;
        if (!context.Command.Has("pass-fds"))
        {
            return await driver.QemuDomainMonitorCommandAsync(domain.Reference, text, flags, context.CancellationToken);
        }

        using var files = new PassedFiles(context.Command.Required("pass-fds"));
        return await driver.QemuDomainMonitorCommandWithFilesAsync(domain.Reference, text, flags, files.All, context.CancellationToken);
    }

    /// <summary>Takes over a hypervisor that something else has started, where a driver can.</summary>
    public static async ValueTask TakeOverAsync(CommandContext context)
    {
        var process = context.Command.Unsigned("pid") ?? 0;
        var connection = await context.ConnectionAsync();
        var domain = await CommandContext.TryAsync($"Failed to attach to pid {process}", () => connection.Driver.Hypervisor.QemuDomainAttachAsync(process, 0, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' attached to pid {process}\n");
    }

    public static async ValueTask InterruptAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainInjectNmiAsync(domain.Reference, 0, context.CancellationToken);
    }
}
